#pragma once

// A git repository as a hook, a check of the index and change detection see it. Reads only, runs no
// program (filters, fsmonitor and hooks of the repository included) and starts libgit2 when it is
// first asked: that costs milliseconds which other commands do not pay.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_tree.h"

namespace agentops::vcs {

/// One path that differs between two sides; a rename is a removal and an addition.
struct FileChange {
    enum class Kind { added, modified, removed };
    Kind kind;
    std::string path;  ///< from the top of the repository; a folder for a submodule
    friend bool operator==(const FileChange&, const FileChange&) = default;
};
using FileChanges = std::vector<FileChange>;

class Repository {
public:
    /// The repository of a folder, or the one that git names to its hooks (GIT_DIR, GIT_INDEX_FILE,
    /// GIT_WORK_TREE): during `git commit -- path` another index than the usual one counts. Codes:
    /// vcs.no-repository, vcs.bare, vcs.not-yours, vcs.unreadable.
    static Result<Repository> open(const fs::path& start);

    /// Top folder of the working tree, its links followed.
    const fs::path& root() const;
    /// The commit that is checked out; none before the first one.
    std::optional<std::string> head() const;
    /// The branch that others start from: what the remote `origin` says, else main or master if
    /// there is one, else the one that is checked out; "" when there is none.
    std::string default_branch() const;
    /// The hash of the commit that a revision names. Code: vcs.unknown-revision.
    Result<std::string> commit(const std::string& revision) const;
    /// When a commit was made, by its committer's clock; none when there is no such commit.
    std::optional<std::chrono::system_clock::time_point> time_of(const std::string& commit) const;
    /// Where this line of work left that of `commit`: their best common ancestor. Code:
    /// vcs.no-merge-base.
    Result<std::string> fork_point(const std::string& commit) const;

    /// What the next commit will contain. Code: vcs.conflict, vcs.sparse-index, vcs.unreadable.
    Result<FileTreePtr> index_tree() const;
    /// What a commit contains. Code: vcs.unreadable.
    Result<FileTreePtr> commit_tree(const std::string& commit) const;

    /// From a commit (nothing at all when there is none) to the index.
    Result<FileChanges> changes_in_index(const std::optional<std::string>& since) const;
    /// From a commit to the working tree, files included that git does not know and does not
    /// ignore.
    Result<FileChanges> changes_on_disk(const std::optional<std::string>& since) const;
    Result<FileChanges> changes_between(const std::string& before, const std::string& after) const;

    /// The value of a setting of git, in any of its files; none when it is not set.
    std::optional<std::string> config(const std::string& name) const;
    /// Git's own folder, shared by all worktrees.
    fs::path common_dir() const;

    struct Handle;

private:
    explicit Repository(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}
    std::shared_ptr<Handle> handle_;
};

}  // namespace agentops::vcs
