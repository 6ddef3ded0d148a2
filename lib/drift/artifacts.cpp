#include "drift/artifacts.h"

#include <algorithm>

#include "base/digest.h"
#include "base/json_access.h"

namespace agentops::drift {

namespace {

using FileStatus = ArtifactVerdict::Status;

std::optional<FileStatus> judge(const fs::path& path, const Artifact& wanted,
                                const std::string& written) {
    const auto now = read_file(path);
    if (now && *now == wanted.text) return std::nullopt;
    if (!now) return written.empty() ? FileStatus::stale : FileStatus::missing;
    return !written.empty() && sha256(*now) != written ? FileStatus::edited : FileStatus::stale;
}

}  // namespace

std::vector<ArtifactVerdict> judge_artifacts(const ArtifactFolder& folder,
                                             const std::vector<Artifact>& wanted) {
    std::vector<ArtifactVerdict> found;
    const auto written = listed_artifacts(folder.list);
    std::error_code ignored;
    const bool any = std::any_of(wanted.begin(), wanted.end(), [&](const Artifact& file) {
        return fs::exists(folder.dir / file.name, ignored);
    });
    if (!any && written.empty()) return found;
    for (const auto& file : wanted) {
        const auto status = judge(folder.dir / file.name, file, text_of(written, file.name));
        if (status) found.push_back({*status, file.name});
    }
    const auto left = find_leftovers(folder, wanted);
    for (const auto& path : left.obsolete)
        found.push_back({FileStatus::stale, relative_to(path, folder.dir)});
    if (!left.foreign.empty()) found.push_back({FileStatus::foreign, left.foreign});
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.file < b.file; });
    return found;
}

}  // namespace agentops::drift
