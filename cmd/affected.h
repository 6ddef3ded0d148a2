#pragma once

// Which intents a change of files concerns: their own files, what they read of each other, and the
// files, roles, playbooks and modules that they name.

#include <map>
#include <optional>
#include <set>

#include "cmd/session.h"
#include "intent/project.h"
#include "vcs/repository.h"

namespace agentops::cmd {

struct Affected {
    std::set<fs::path> files;   ///< intents to judge
    std::set<fs::path> needed;  ///< these, and the intents that they read
    /// By file: the path from what changed to it, "modules/net/main.tf changed" first.
    std::map<fs::path, std::vector<std::string>> why;
    /// Intents that `before` had and that are gone: name -> file, from the top of the repository.
    std::map<std::string, std::string> removed;
};

/// `changes` are paths below `top`; `before` is what they are changes of, or null. Nothing is
/// parsed and no intent has to be valid.
Affected find_affected(const intent::Project& project, const fs::path& top,
                       const vcs::FileChanges& changes, const FileTree* before);

}  // namespace agentops::cmd
