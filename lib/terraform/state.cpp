#include "terraform/state.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>

#include "base/digest.h"
#include "base/json_access.h"
#include "base/shell_word.h"
#include "base/text.h"

namespace agentops::tf {

namespace {

constexpr std::int64_t kVersion = 4;

std::string copy_command(const std::string& from, const fs::path& to) {
    return fmt::format("`cp {} {}`", shell_word(from), shell_word(to.string()));
}

/// How to get the last good state back.
std::string restore_help(const fs::path& path, const std::optional<StateMark>& mark) {
    if (mark && !mark->copy.empty()) {
        return fmt::format("Restore the last good copy, in the project's folder: {}.",
                           copy_command(".agentops/" + mark->copy, path));
    }
    const auto backup = path.string() + ".backup";
    std::error_code ignored;
    if (fs::exists(backup, ignored)) {
        return fmt::format("Terraform's backup may be good; look at it, then {}.",
                           copy_command(backup, path));
    }
    return "Restore the file from a backup. If nothing was ever applied with it, remove it.";
}

/// "module.x.aws_y.z[0]", as plans have it.
std::string address_of(const Json& resource, const Json& instance) {
    auto address = text_of(resource, "module");
    if (!address.empty()) address += ".";
    address += text_of(resource, "type") + "." + text_of(resource, "name");
    const auto& key = member(instance, "index_key");
    return key.is_null() ? address : fmt::format("{}[{}]", address, dump_json(key));
}

Result<StateFacts> read_object(const Json& json, const fs::path& path,
                               const std::optional<StateMark>& mark) {
    const auto damaged = [&](std::string_view why) {
        return fail(error("state.damaged",
                          fmt::format("the state '{}' is damaged: {}", path.string(), why), {},
                          restore_help(path, mark)));
    };
    const auto& serial = member(json, "serial");
    StateFacts facts;
    facts.exists = true;
    facts.lineage = text_of(json, "lineage");
    if (!serial.is_number_integer()) return damaged("it has no serial");
    if (facts.lineage.empty()) return damaged("it has no lineage");
    facts.serial = serial.get<std::int64_t>();
    const auto& resources = member(json, "resources");
    if (!resources.is_array() && !resources.is_null()) return damaged("its resources are no list");
    for (const auto& resource : resources) {
        const auto& instances = member(resource, "instances");
        if (text_of(resource, "mode") != "managed" || !instances.is_array()) continue;
        facts.resources += instances.size();
        for (const auto& instance : instances) {
            if (text_of(instance, "deposed").empty())
                facts.managed.push_back(address_of(resource, instance));
        }
    }
    std::sort(facts.managed.begin(), facts.managed.end());
    facts.outputs = member(json, "outputs");
    if (!facts.outputs.is_object()) facts.outputs = Json::object();
    return facts;
}

Status check_version(const Json& json, const fs::path& path) {
    const auto& version = member(json, "version");
    if (version == kVersion) return {};
    if (member(json, "encrypted_data").is_string()) {
        return fail(error(
            "state.version", fmt::format("the state '{}' is encrypted by OpenTofu", path.string()),
            {}, "agentops cannot read encrypted local states yet; use a remote backend."));
    }
    return fail(error("state.version",
                      fmt::format("the state '{}' has format version {}, not {}", path.string(),
                                  dump_json(version), kVersion),
                      {}, "Use the Terraform that wrote it, or a newer agentops."));
}

tl::unexpected<Diagnostics> refuse(std::string code, std::string message, const fs::path& path,
                                   const std::optional<StateMark>& mark) {
    return fail(error(std::move(code), std::move(message), {}, restore_help(path, mark)));
}

}  // namespace

Result<StateFacts> read_state(const fs::path& path, const std::optional<StateMark>& mark) {
    std::error_code ignored;
    if (!fs::exists(fs::symlink_status(path, ignored))) return StateFacts{};
    TRY(const auto text, read_file(path));
    if (trim(text).empty()) {
        return refuse("state.empty",
                      fmt::format("the state '{}' is empty: Terraform would take it for \"nothing "
                                  "exists\" and build everything twice",
                                  path.string()),
                      path, mark);
    }
    const auto json = parse_json(text, path.string(), "state.damaged");
    if (!json) return refuse("state.damaged", json.error().front().message, path, mark);
    if (!json->is_object()) {
        return refuse("state.damaged",
                      fmt::format("the state '{}' is damaged: it is no map", path.string()), path,
                      mark);
    }
    TRY_DO(check_version(*json, path));
    TRY(auto facts, read_object(*json, path, mark));
    facts.sha256 = sha256(text);
    return facts;
}

Status judge_state(const StateFacts& facts, const std::optional<StateMark>& mark,
                   const fs::path& path) {
    if (!mark) return {};
    const auto name = path.string();
    if (!facts.exists) {
        return refuse("state.missing",
                      fmt::format("the state '{}' is gone; it was last seen with serial {}", name,
                                  mark->serial),
                      path, mark);
    }
    if (facts.lineage != mark->lineage) {
        return refuse("state.foreign",
                      fmt::format("the state '{}' has lineage {}, not {}: it belongs to something "
                                  "else",
                                  name, facts.lineage, mark->lineage),
                      path, mark);
    }
    if (facts.serial < mark->serial) {
        return refuse("state.older",
                      fmt::format("the state '{}' has serial {}, but {} was seen before", name,
                                  facts.serial, mark->serial),
                      path, mark);
    }
    return {};
}

bool is_locked(const fs::path& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    // As Terraform takes it: a write lock of the whole file (statemgr/filesystem_lock_unix.go).
    struct flock wanted {};
    wanted.l_type = F_WRLCK;
    wanted.l_whence = SEEK_SET;
    const bool asked = fcntl(fd, F_GETLK, &wanted) == 0;
    close(fd);
    return asked && wanted.l_type != F_UNLCK;
}

Result<std::optional<StateMark>> read_mark(const fs::path& path) {
    std::error_code ignored;
    if (!fs::exists(fs::symlink_status(path, ignored))) return std::optional<StateMark>();
    TRY(const auto text, read_file(path));
    TRY(const auto json, parse_json(text, path.string(), "state.mark"));
    const auto& serial = member(json, "serial");
    StateMark mark{text_of(json, "lineage"), -1, text_of(json, "sha256"), text_of(json, "copy")};
    if (mark.lineage.empty() || !serial.is_number_integer()) {
        return fail(error("state.mark", fmt::format("'{}' is not a state mark", path.string()), {},
                          "Check the unit's state by hand; remove this file when it is right."));
    }
    mark.serial = serial.get<std::int64_t>();
    return std::optional(std::move(mark));
}

Status write_mark(const fs::path& path, const StateMark& mark) {
    const Json json = {{"lineage", mark.lineage},
                       {"serial", mark.serial},
                       {"sha256", mark.sha256},
                       {"copy", mark.copy}};
    return write_file(path, dump_json(json, 2) + "\n", 0600);
}

}  // namespace agentops::tf
