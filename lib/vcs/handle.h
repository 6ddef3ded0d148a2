#pragma once

// libgit2's objects with owners. Private to lib/vcs.

#include <git2.h>

#include <memory>
#include <mutex>
#include <string>

#include "vcs/repository.h"

namespace agentops::vcs {

template <class T, void (*Free)(T*)>
struct Freer {
    void operator()(T* object) const { Free(object); }
};
template <class T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, Freer<T, Free>>;

using OwnedRepository = Owned<git_repository, git_repository_free>;
using OwnedObject = Owned<git_object, git_object_free>;
using OwnedCommit = Owned<git_commit, git_commit_free>;
using OwnedTree = Owned<git_tree, git_tree_free>;
using OwnedIndex = Owned<git_index, git_index_free>;
using OwnedDiff = Owned<git_diff, git_diff_free>;
using OwnedReference = Owned<git_reference, git_reference_free>;
using OwnedConfig = Owned<git_config, git_config_free>;
using OwnedEntry = Owned<git_config_entry, git_config_entry_free>;
using OwnedBlob = Owned<git_blob, git_blob_free>;

/// A repository is used by one thread at a time.
struct Repository::Handle {
    OwnedRepository git;
    fs::path root;
    std::mutex mutex;
};

/// What libgit2 said last, in one line.
std::string last_error();
/// vcs.unreadable, with libgit2's words.
tl::unexpected<Diagnostics> unreadable(const std::string& what);
std::string text_of(const git_oid& id);

/// The tree of a commit.
Result<OwnedTree> tree_of(Repository::Handle& handle, const std::string& commit);
/// What the index has, or a commit, as files.
Result<FileTreePtr> tree_from_index(std::shared_ptr<Repository::Handle> handle);
Result<FileTreePtr> tree_from_commit(std::shared_ptr<Repository::Handle> handle,
                                     const std::string& commit);
/// Opens one repository, without looking further up than its folder.
Result<std::shared_ptr<Repository::Handle>> open_exactly(const fs::path& folder);

}  // namespace agentops::vcs
