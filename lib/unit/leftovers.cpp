#include "unit/leftovers.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/json.h"

namespace agentops {

namespace {

/// The file's digest, or "-" when it cannot be read.
std::string digest_of(const fs::path& path) {
    const auto text = read_file(path);
    return text ? sha256(*text) : "-";
}

/// A list cannot make us look outside of the folder.
bool stays_inside(const fs::path& name) {
    return name.is_relative() && name.lexically_normal() == name && *name.begin() != "..";
}

/// Files of an earlier run that are still as we wrote them. Changed ones are left to be foreign.
std::vector<fs::path> obsolete_files(const ArtifactFolder& folder,
                                     const std::set<std::string>& current) {
    std::vector<fs::path> obsolete;
    const auto list = listed_artifacts(folder.list);
    for (const auto& [name, digest] : list.items()) {
        const auto path = folder.dir / name;
        if (stays_inside(name) && folder.takes_part(name) && !current.contains(name) &&
            digest == digest_of(path))
            obsolete.push_back(path);
    }
    return obsolete;
}

template <class Iterator>
std::vector<fs::path> files_in(const fs::path& dir) {
    std::vector<fs::path> found;
    std::error_code reason;
    for (Iterator at(dir, reason); !reason && at != Iterator(); at.increment(reason)) {
        std::error_code ignored;
        if (!fs::is_directory(at->symlink_status(ignored))) found.push_back(at->path());
    }
    return found;
}

/// What lies in the folder; with `recursive` the folders in it count for nothing by themselves.
std::vector<fs::path> entries(const ArtifactFolder& folder) {
    if (folder.recursive) return files_in<fs::recursive_directory_iterator>(folder.dir);
    std::vector<fs::path> found;
    std::error_code reason;
    for (fs::directory_iterator at(folder.dir, reason); !reason && at != fs::directory_iterator();
         at.increment(reason))
        found.push_back(at->path());
    return found;
}

std::string first_foreign(const ArtifactFolder& folder, const std::set<std::string>& current,
                          const std::vector<fs::path>& obsolete) {
    std::string first;
    for (const auto& path : entries(folder)) {
        const auto name = path.lexically_relative(folder.dir).generic_string();
        const bool old = std::find(obsolete.begin(), obsolete.end(), path) != obsolete.end();
        if (!folder.takes_part(name) || current.contains(name) || old) continue;
        if (first.empty() || name < first) first = name;
    }
    return first;
}

}  // namespace

Json listed_artifacts(const fs::path& list) {
    const auto text = read_file(list);
    if (!text) return Json::object();
    const auto json = parse_json(*text, list.string()).value_or(Json());
    const auto files = json.is_object() ? json.find("files") : json.end();
    return files != json.end() && files->is_object() ? *files : Json::object();
}

Leftovers find_leftovers(const ArtifactFolder& folder, const std::vector<Artifact>& files) {
    std::set<std::string> current;
    for (const auto& file : files)
        current.insert(file.name);
    Leftovers found;
    found.obsolete = obsolete_files(folder, current);
    found.foreign = first_foreign(folder, current, found.obsolete);
    return found;
}

std::string artifact_list_text(const std::vector<Artifact>& files) {
    Json list = Json::object();
    for (const auto& file : files)
        list[file.name] = sha256(file.text);
    return dump_json({{"files", std::move(list)}}, 2) + "\n";
}

}  // namespace agentops
