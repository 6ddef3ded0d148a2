#pragma once

// Where the files of a project are read from: the disk, or what git has of them (lib/vcs). The
// static walk reads through it, so that the same check judges a working tree, an index or a commit.

#include <memory>
#include <string>
#include <vector>

#include "base/fs.h"

namespace agentops {

class FileTree {
public:
    enum class Kind { none, file, folder, other };
    struct Entry {
        std::string name;
        Kind kind;  ///< of a link: other
        bool is_link;
    };

    virtual ~FileTree() = default;
    /// The path with its links followed; empty when there is nothing, or nothing of this tree.
    virtual fs::path resolve(const fs::path& path) const = 0;
    /// What the path stands for, links followed.
    virtual Kind kind(const fs::path& path) const = 0;
    /// The path itself is a link.
    virtual bool is_link(const fs::path& path) const = 0;
    /// As read_file(), with its codes.
    virtual Result<std::string> read(const fs::path& path,
                                     std::size_t limit = kMaxInputBytes) const = 0;
    /// What lies in a folder, in no order; nothing when it cannot be read. Code: file.unreadable.
    virtual Result<std::vector<Entry>> entries(const fs::path& folder) const = 0;

    bool is_file(const fs::path& path) const { return kind(path) == Kind::file; }
    bool is_folder(const fs::path& path) const { return kind(path) == Kind::folder; }
    /// The files below a folder, and the links to such files, absolute and sorted. Hidden folders,
    /// node_modules and what may not be read are passed over. Code: file.unreadable.
    Result<std::vector<fs::path>> files(const fs::path& folder) const;

private:
    void collect(const fs::path& folder, std::vector<Entry> entries, const fs::path& top,
                 std::vector<fs::path>& found) const;
};

using FileTreePtr = std::shared_ptr<const FileTree>;

/// The disk as it is.
FileTreePtr disk_tree();

}  // namespace agentops
