#include "run/file_steps.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "base/fs.h"
#include "base/text.h"

namespace agentops::run {

namespace {

fs::path normal(const fs::path& dir, const fs::path& path) {
    return (dir / path).lexically_normal();
}

/// A folder that only its owner may enter makes private folders.
bool is_private(fs::path folder) {
    struct stat status {};
    folder = fs::absolute(folder).lexically_normal();
    while (::stat(folder.c_str(), &status) != 0 && folder.has_relative_path())
        folder = folder.parent_path();
    return (status.st_mode & 077) == 0;
}

Status make_dir(const fs::path& dir) {
    if (is_private(dir)) return make_private_dir(dir);
    std::error_code reason;
    fs::create_directories(dir, reason);
    if (!reason) return {};
    return fail(error("file.unwritable", fmt::format("cannot create folder '{}': {}", dir.string(),
                                                     reason.message())));
}

/// Refuses a link in place of `dir` or of a folder on the way from `dir` to the file. A file link
/// itself is no danger: it is replaced or unlinked.
Status refuse_links(const fs::path& dir, const fs::path& file) {
    for (auto folder = file.parent_path(); folder.has_relative_path();
         folder = folder.parent_path()) {
        std::error_code ignored;
        if (fs::is_symlink(fs::symlink_status(folder, ignored))) {
            return fail(error(
                "file.symlink", fmt::format("the folder '{}' is a symbolic link", folder.string()),
                {}, "remove the link: generated files are never written through one"));
        }
        const auto inside = folder.lexically_relative(dir);
        if (inside.empty() || inside == "." || *inside.begin() == "..") break;
    }
    return {};
}

Status refuse_links(const WriteFiles& step, const fs::path& dir) {
    TRY_DO(refuse_links(dir, dir / "."));
    for (const auto& file : step.files)
        TRY_DO(refuse_links(dir, normal(dir, file.path)));
    for (const auto& path : step.obsolete)
        TRY_DO(refuse_links(dir, normal(dir, path)));
    return {};
}

/// As a shell matches names: a leading dot must be written out. So the hidden side files that a
/// crash of ours leaves, which no tool reads, are not taken for foreign ones.
bool is_match(const std::string& pattern, const fs::path& path) {
    const bool hidden = starts_with(path.filename().string(), ".");
    const bool wants_hidden = starts_with(fs::path(pattern).filename().string(), ".");
    return (!hidden || wants_hidden) && glob_match(pattern, path.generic_string());
}

template <class Iterator>
Result<std::vector<fs::path>> list(const fs::path& dir) {
    std::vector<fs::path> paths;
    std::error_code reason;
    for (Iterator it(dir, reason); !reason && it != Iterator(); it.increment(reason))
        paths.push_back(it->path());
    if (!reason) return paths;
    return fail(error("file.unreadable",
                      fmt::format("cannot list folder '{}': {}", dir.string(), reason.message())));
}

Status refuse_foreign(const WriteFiles& step, const fs::path& dir) {
    if (step.foreign.empty()) return {};
    const bool deep = std::any_of(step.foreign.begin(), step.foreign.end(),
                                  [](const auto& p) { return p.find("**") != std::string::npos; });
    TRY(auto paths,
        deep ? list<fs::recursive_directory_iterator>(dir) : list<fs::directory_iterator>(dir));
    std::sort(paths.begin(), paths.end());
    std::set<fs::path> ours;
    for (const auto& file : step.files)
        ours.insert(normal(dir, file.path));
    for (const auto& path : step.obsolete)
        ours.insert(normal(dir, path));
    Diagnostics found;
    for (const auto& path : paths) {
        const auto inside = path.lexically_relative(dir);
        const auto matches = [&](const auto& pattern) { return is_match(pattern, inside); };
        if (ours.contains(path) || std::none_of(step.foreign.begin(), step.foreign.end(), matches))
            continue;
        // What counts in a folder that is looked into is what lies there.
        std::error_code ignored;
        if (deep && fs::is_directory(fs::symlink_status(path, ignored))) continue;
        found.push_back(error("unit.foreign-file",
                              fmt::format("'{}' was not generated and would take part in the run",
                                          escape_terminal(path.string())),
                              {}, "move it elsewhere: this folder holds generated files only"));
    }
    if (found.empty()) return {};
    return fail(std::move(found));
}

Status remove_file(const fs::path& path) {
    std::error_code reason;
    fs::remove(path, reason);
    if (!reason) return {};
    return fail(error("file.unwritable",
                      fmt::format("cannot remove '{}': {}", path.string(), reason.message())));
}

/// Not there, as opposed to there but out of reach.
bool is_missing(const Result<std::string>& bytes) {
    return !bytes && bytes.error().front().code == "file.missing";
}

tl::unexpected<Diagnostics> damaged(const fs::path& path, const std::string& why) {
    return fail(error("file.damaged", fmt::format("'{}' {}", path.string(), why), {},
                      "restore the last good copy of this file"));
}

}  // namespace

Status put_secret(File& file, const SecretPlace& place, const std::string& value) {
    if (place.pointer.empty()) {
        file.text = value.ends_with('\n') ? value : value + "\n";
        return {};
    }
    TRY(auto json, parse_json(file.text, "a file with secrets"));
    json[Json::json_pointer(place.pointer)] = value;
    file.text = dump_json(json, 1) + "\n";
    return {};
}

Status write_files(const WriteFiles& step) {
    const auto dir = (fs::absolute(step.dir) / "").lexically_normal().parent_path();
    TRY_DO(make_dir(dir));
    TRY_DO(refuse_links(step, dir));
    TRY_DO(refuse_foreign(step, dir));
    for (const auto& file : step.files) {
        const auto path = normal(dir, file.path);
        TRY_DO(make_dir(path.parent_path()));
        TRY_DO(write_if_changed(path, file.text, file.mode));
    }
    for (const auto& path : step.obsolete)
        TRY_DO(remove_file(normal(dir, path)));
    return {};
}

Status copy_file(const CopyFile& step) {
    const auto bytes = read_file(step.from);
    if (is_missing(bytes)) return {};
    if (!bytes) return fail(bytes.error());
    return write_file(step.to, *bytes, 0600);
}

Result<Json> read_json(const ReadJson& step) {
    const auto text = read_file(step.path);
    if (is_missing(text)) return Json();
    if (!text) return fail(text.error());
    // Terraform reads an empty state as "nothing exists": it must never get that far.
    if (trim(*text).empty()) return damaged(step.path, "is empty");
    auto json = parse_json(*text, step.path.string(), "file.damaged");
    if (json) return json;
    return damaged(step.path, "is damaged: " + json.error().front().message);
}

}  // namespace agentops::run
