#pragma once

// Files: bounded reads, and writes that are never half-published (side file, fsync, rename).

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace agentops {

namespace fs = std::filesystem;

constexpr std::size_t kMaxInputBytes = 4u << 20;  ///< intents and project files

/// Reads a regular file of at most `limit` bytes. Codes: file.missing, file.unreadable,
/// file.too-large, file.not-regular.
Result<std::string> read_file(const fs::path& path, std::size_t limit = 1u << 30);

/// SHA-256 of a file's bytes, "" when it cannot be read.
std::string digest_of_file(const fs::path& path);

/// Writes every byte to an open file, from where it stands; false when that fails (errno).
bool write_all(int fd, std::string_view bytes);

/// Writes a side file with `mode`, fsyncs it, renames it over `path`, fsyncs the folder. A symlink
/// at `path` is replaced, never followed. Missing folders are created with 0700 when private
/// (mode has no group or other bits), else by the umask. Code: file.unwritable.
Status write_file(const fs::path& path, std::string_view bytes, unsigned mode = 0600);

/// As write_file, but leaves an identical file alone. True when the file was changed.
Result<bool> write_if_changed(const fs::path& path, std::string_view bytes, unsigned mode);

/// Appends one line and fsyncs; creates the file 0600.
Status append_line(const fs::path& path, std::string_view line);

/// The first components of a path are those of a folder. Of the words alone: no link is followed.
bool is_below(const fs::path& path, const fs::path& folder);

/// What a path stands for, links followed, lies in the folder; what is not there yet counts too.
bool lies_inside(const fs::path& path, const fs::path& folder);

/// Creates the folder and its parents 0700; an existing folder is left as it is.
Status make_private_dir(const fs::path& path);

/// `path` seen from `base`, in generic form ("../x"); both made absolute and normal first.
std::string relative_to(const fs::path& path, const fs::path& base);

}  // namespace agentops
