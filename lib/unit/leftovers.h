#pragma once

// What lies in a generated unit's folder beside its present files. A list of what was written, kept
// beside the folder, tells what was ours.

#include <functional>

#include "base/json.h"
#include "unit/unit.h"

namespace agentops {

struct Leftovers {
    std::vector<fs::path> obsolete;  ///< ours, of an earlier run, unchanged: to be removed
    std::string foreign;             ///< a file that the tool would read and we did not write
};

struct ArtifactFolder {
    fs::path dir;
    fs::path list;           ///< where the list is kept
    bool recursive = false;  ///< the tool looks into folders too
    /// True for names (relative to dir) that the tool would read.
    std::function<bool(const std::string&)> takes_part;
};

Leftovers find_leftovers(const ArtifactFolder& folder, const std::vector<Artifact>& files);

/// What a list says was written: {name: sha256}, empty when there is none.
Json listed_artifacts(const fs::path& list);

/// The list's text: {"files": {name: sha256}}.
std::string artifact_list_text(const std::vector<Artifact>& files);

}  // namespace agentops
