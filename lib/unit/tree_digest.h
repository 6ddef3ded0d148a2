#pragma once

// Digests of folders that are not ours: existing roots and local modules.

#include <string>

#include "base/file_tree.h"

namespace agentops {

/// SHA-256 over the names and bytes of all regular files below `dir`, in sorted order, those behind
/// links to folders too. Hidden files and folders (.terraform, .git), state files, backups and logs
/// are passed over; the lock file has a digest of its own. Codes: unit.missing-folder,
/// file.unreadable.
Result<std::string> tree_digest(const FileTree& tree, const fs::path& dir);

}  // namespace agentops
