#include "terraform/facts.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "terraform/json_access.h"

namespace agentops::tf {

namespace {

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

/// The file's digest, or "-" when it cannot be read.
std::string digest_of(const fs::path& path) {
    const auto text = read_file(path);
    return text ? sha256(*text) : "-";
}

/// JSON of a file that may be missing or anything.
Json read_any(const fs::path& path) {
    const auto text = read_file(path);
    if (!text) return nullptr;
    return parse_json(*text, path.string()).value_or(Json());
}

/// A quoted word of a lock file line, such as `provider "a/b/c" {`.
std::string quoted_word(std::string_view line) {
    const auto start = line.find('"');
    const auto end = line.rfind('"');
    return start < end ? std::string(line.substr(start + 1, end - start - 1)) : "";
}

/// True when the package is there; a link into a plugin cache may lead nowhere.
bool has_package(const fs::path& version_dir) {
    std::error_code reason;
    for (const auto& entry : fs::directory_iterator(version_dir, reason)) {
        if (is_there(entry.path())) return true;
    }
    return false;
}

bool has_providers(const Unit& unit) {
    const auto lock = read_file(lock_file(unit.dir));
    if (!lock) return true;
    fs::path provider;
    for (const auto& line : split(*lock, '\n')) {
        if (starts_with(line, "provider "))
            provider = unit.data_dir / "providers" / quoted_word(line);
        const bool version = starts_with(trim(line), "version ");
        if (version && !has_package(provider / quoted_word(line))) return false;
    }
    return true;
}

bool has_modules(const Unit& unit) {
    const auto json = read_any(unit.data_dir / "modules/modules.json");
    const auto& modules = member(json, "Modules");
    return std::all_of(modules.begin(), modules.end(), [&](const Json& module) {
        return is_there(unit.dir / text_of(module, "Dir"));
    });
}

bool is_foreign_name(const std::string& name) {
    const auto& patterns = foreign_patterns();
    // As a shell does: hidden files match only what is hidden by name. Terraform skips them too.
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return starts_with(name, ".") == starts_with(pattern, ".") && glob_match(pattern, name);
    });
}

std::set<std::string> names_of(const std::vector<Artifact>& files) {
    std::set<std::string> names;
    for (const auto& file : files)
        names.insert(file.name);
    return names;
}

/// Files of an earlier run that are still as we wrote them. Changed ones are left to be foreign.
std::vector<fs::path> obsolete_files(const Unit& unit, const std::set<std::string>& current) {
    std::vector<fs::path> obsolete;
    const auto json = read_any(artifact_list(unit));
    const auto& list = member(json, "files");
    if (!list.is_object()) return obsolete;
    for (const auto& [name, digest] : list.items()) {
        const bool plain = fs::path(name).filename() == name && is_foreign_name(name);
        const auto path = unit.dir / name;
        if (plain && !current.contains(name) && digest_of(path) == text_of(digest))
            obsolete.push_back(path);
    }
    return obsolete;
}

std::string first_foreign(const Unit& unit, const std::set<std::string>& current,
                          const std::vector<fs::path>& obsolete) {
    std::string first;
    std::error_code reason;
    for (const auto& entry : fs::directory_iterator(unit.dir, reason)) {
        const auto name = entry.path().filename().string();
        const bool old =
            std::find(obsolete.begin(), obsolete.end(), unit.dir / name) != obsolete.end();
        if (!is_foreign_name(name) || current.contains(name) || old) continue;
        if (first.empty() || name < first) first = name;
    }
    return first;
}

void look_for_files(UnitFacts& facts, const Unit& unit) {
    auto found = leftovers(unit);
    facts.obsolete = std::move(found.obsolete);
    facts.foreign = std::move(found.foreign);
}

Status look_at_state(UnitFacts& facts, const Unit& unit, const std::optional<StateMark>& mark) {
    TRY(facts.state, read_state(unit.local_state, mark));
    TRY_DO(judge_state(facts.state, mark, unit.local_state));
    facts.state_known = true;
    facts.deployed = facts.state.resources > 0;
    facts.outputs = facts.state.exists ? facts.state.outputs : Json::object();
    return {};
}

}  // namespace

Leftovers leftovers(const Unit& unit) {
    const auto current = names_of(unit.files);
    Leftovers found;
    found.obsolete = obsolete_files(unit, current);
    found.foreign = first_foreign(unit, current, found.obsolete);
    return found;
}

fs::path lock_file(const fs::path& dir) {
    return dir / ".terraform.lock.hcl";
}

fs::path artifact_list(const Unit& unit) {
    return unit.data_dir.string() + ".artifacts.json";
}

std::string artifact_list_text(const Unit& unit) {
    Json files = Json::object();
    for (const auto& file : unit.files)
        files[file.name] = sha256(file.text);
    return dump_json({{"files", std::move(files)}}, 2) + "\n";
}

const std::vector<std::string>& foreign_patterns() {
    static const std::vector<std::string> kPatterns = {
        "*.tf",          "*.tf.json",   "*.tofu",       "*.tofu.json",  "*.tfvars",
        "*.tfvars.json", "terraform.d", ".terraformrc", "terraform.rc", ".tofurc"};
    return kPatterns;
}

run::Stamp init_stamp(const Unit& unit, const Tool& tool) {
    return {unit.data_dir / "agentops-init",
            fmt::format("init {} {} {}\n", tool.name, tool.version, unit.init_key),
            {lock_file(unit.dir)}};
}

run::Stamp validate_stamp(const Unit& unit, const StepContext& c) {
    const auto lock = lock_file(unit.dir);
    const auto content =
        fmt::format("validate {} {} {}\n", c.tool.name, c.tool.version, unit.digest);
    return {c.cache_dir / "validated" / sha256(content + lock.string()), content, {lock}};
}

bool stamp_holds(const run::Stamp& stamp) {
    const auto found = read_file(stamp.path);
    if (!found) return false;
    auto expected = stamp.content;
    for (const auto& path : stamp.digests)
        expected += fmt::format("{}  {}\n", digest_of(path), path.string());
    return *found == expected;
}

bool init_is_whole(const Unit& unit) {
    // An existing root may have no backend block, and so no record of one.
    const bool has_record = unit.existing || is_there(unit.data_dir / "terraform.tfstate");
    return has_record && has_providers(unit) && has_modules(unit);
}

Result<UnitFacts> gather_facts(const Unit& unit, const StepContext& c,
                               const std::optional<StateMark>& mark) {
    UnitFacts facts;
    if (!unit.existing) look_for_files(facts, unit);
    if (!unit.local_state.empty()) TRY_DO(look_at_state(facts, unit, mark));
    const auto record = read_any(unit.data_dir / "terraform.tfstate");
    facts.last_backend = text_of(member(record, "backend"), "type");
    facts.initialised = stamp_holds(init_stamp(unit, c.tool)) && init_is_whole(unit);
    facts.validated = stamp_holds(validate_stamp(unit, c));
    return facts;
}

}  // namespace agentops::tf
