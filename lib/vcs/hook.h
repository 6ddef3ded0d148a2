#pragma once

// The pre-commit hook: a small script in git's folder of hooks. A hook that was there before is
// kept beside it and runs first.

#include <optional>

#include "vcs/repository.h"

namespace agentops::vcs {

struct HookStatus {
    fs::path file;                      ///< where git looks for it
    bool installed = false;             ///< it is ours
    bool current = false;               ///< and as this version writes it, and executable
    bool foreign = false;               ///< somebody else's hook is in its place
    std::optional<fs::path> chained;    ///< the hook that runs before ours
    std::optional<std::string> shared;  ///< core.hooksPath, when that names the folder
};

/// core.hooksPath counts, "~/" and paths relative to the working tree included; else the hooks of
/// the repository, which all its worktrees share. Code: file.unreadable.
Result<HookStatus> hook_status(const Repository& repository);

/// Writes the hook; one that was there is kept and runs first. Again is the same as once. Codes:
/// vcs.hook-twice, file.unwritable.
Status install_hook(const Repository& repository);
/// Takes ours away and puts the one before it back; without ours nothing is done. Code:
/// file.unwritable.
Status uninstall_hook(const Repository& repository);

}  // namespace agentops::vcs
