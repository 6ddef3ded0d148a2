#include "vcs/repository.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "vcs/handle.h"

namespace agentops::vcs {

namespace {

void start_library() {
    static const int started = git_libgit2_init();
    if (started < 0) throw InternalError("libgit2 does not start: " + last_error());
}

tl::unexpected<Diagnostics> cannot_open(int reason, const fs::path& start) {
    const auto where = escape_terminal(start.string());
    if (reason == GIT_ENOTFOUND)
        return fail(error("vcs.no-repository", fmt::format("'{}' is in no git repository", where),
                          {}, "git init, or leave out what compares with git"));
    if (reason == GIT_EOWNER)
        return fail(error("vcs.not-yours",
                          fmt::format("the git repository of '{}' belongs to somebody else", where),
                          {}, "git config --global --add safe.directory FOLDER, if you trust it"));
    return unreadable(fmt::format("the git repository of '{}'", where));
}

Result<std::shared_ptr<Repository::Handle>> wrap(int opened, git_repository* raw,
                                                 const fs::path& start) {
    auto handle = std::make_shared<Repository::Handle>();
    handle->git.reset(raw);
    if (opened != 0) return cannot_open(opened, start);
    const auto* workdir = git_repository_workdir(raw);
    if (workdir == nullptr)
        return fail(error("vcs.bare",
                          fmt::format("the git repository of '{}' has no working tree",
                                      escape_terminal(start.string())),
                          {}, "run this in a clone or a worktree of it"));
    std::error_code ignored;
    handle->root = fs::weakly_canonical(fs::path(workdir), ignored);
    if (!handle->root.has_filename()) handle->root = handle->root.parent_path();
    return handle;
}

git_diff_options diff_options(std::uint32_t flags) {
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    options.flags = flags;
    return options;
}

FileChange::Kind kind_of(git_delta_t status) {
    switch (status) {
        case GIT_DELTA_ADDED:
        case GIT_DELTA_UNTRACKED:
            return FileChange::Kind::added;
        case GIT_DELTA_DELETED:
            return FileChange::Kind::removed;
        default:
            return FileChange::Kind::modified;
    }
}

/// What a diff of libgit2 holds; `failed` is what making it returned.
Result<FileChanges> changes_of(int failed, git_diff* raw, const char* what) {
    const OwnedDiff diff(raw);
    if (failed != 0) return unreadable(what);
    FileChanges found;
    const auto count = git_diff_num_deltas(raw);
    for (std::size_t i = 0; i < count; ++i) {
        const auto* delta = git_diff_get_delta(raw, i);
        std::string path =
            delta->new_file.path != nullptr ? delta->new_file.path : delta->old_file.path;
        if (path.ends_with('/')) path.pop_back();
        found.push_back({kind_of(delta->status), std::move(path)});
    }
    return found;
}

/// One change for each path: of both steps, from the commit to the index and from there to the
/// disk.
FileChanges merged(FileChanges all) {
    using Kind = FileChange::Kind;
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.path < b.path; });
    FileChanges found;
    for (auto& change : all) {
        if (found.empty() || found.back().path != change.path) {
            found.push_back(std::move(change));
            continue;
        }
        auto& before = found.back();
        if (before.kind == Kind::added && change.kind == Kind::removed)
            found.pop_back();
        else if (before.kind != Kind::added)
            before.kind = change.kind == Kind::added ? Kind::modified : change.kind;
    }
    return found;
}

/// Left out of the working tree on purpose (sparse checkout): it is not gone.
bool is_left_out(git_index* index, const FileChange& change) {
    if (change.kind != FileChange::Kind::removed) return false;
    const auto* entry = git_index_get_bypath(index, change.path.c_str(), 0);
    return entry != nullptr && (entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0;
}

Result<OwnedIndex> index_of(Repository::Handle& handle) {
    git_index* raw = nullptr;
    if (git_repository_index(&raw, handle.git.get()) != 0) return unreadable("the index of git");
    return OwnedIndex(raw);
}

Result<OwnedTree> tree_since(Repository::Handle& handle, const std::optional<std::string>& commit) {
    if (!commit) return OwnedTree();
    return tree_of(handle, *commit);
}

}  // namespace

std::string last_error() {
    const auto* last = git_error_last();
    if (last == nullptr || last->message == nullptr) return "no reason given";
    return single_line(escape_terminal(last->message));
}

tl::unexpected<Diagnostics> unreadable(const std::string& what) {
    const auto reason = last_error();
    if (reason.find("'sdir'") != std::string::npos)
        return fail(error("vcs.sparse-index", "the index of git is a sparse one", {},
                          "git sparse-checkout reapply --no-sparse-index"));
    return fail(error("vcs.unreadable", fmt::format("{} cannot be read: {}", what, reason), {},
                      "git fsck tells what is wrong"));
}

std::string text_of(const git_oid& id) {
    char text[GIT_OID_HEXSZ + 1];
    return git_oid_tostr(text, sizeof text, &id);
}

Result<OwnedTree> tree_of(Repository::Handle& handle, const std::string& commit) {
    git_object* raw = nullptr;
    const auto name = commit + "^{tree}";
    if (git_revparse_single(&raw, handle.git.get(), name.c_str()) != 0)
        return unreadable("the tree of " + commit.substr(0, 12));
    return OwnedTree(reinterpret_cast<git_tree*>(raw));
}

Result<std::shared_ptr<Repository::Handle>> open_exactly(const fs::path& folder) {
    git_repository* raw = nullptr;
    const int opened =
        git_repository_open_ext(&raw, folder.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
    return wrap(opened, raw, folder);
}

Result<Repository> Repository::open(const fs::path& start) {
    start_library();
    git_repository* raw = nullptr;
    const int opened =
        git_repository_open_ext(&raw, start.c_str(), GIT_REPOSITORY_OPEN_FROM_ENV, nullptr);
    TRY(auto handle, wrap(opened, raw, start));
    return Repository(std::move(handle));
}

const fs::path& Repository::root() const {
    return handle_->root;
}

std::optional<std::string> Repository::head() const {
    git_oid id;
    if (git_reference_name_to_id(&id, handle_->git.get(), "HEAD") != 0) return std::nullopt;
    return text_of(id);
}

std::string Repository::default_branch() const {
    const auto target_of = [&](const char* reference, std::string_view folder) -> std::string {
        git_reference* raw = nullptr;
        if (git_reference_lookup(&raw, handle_->git.get(), reference) != 0) return "";
        const OwnedReference owned(raw);
        const char* target = git_reference_symbolic_target(raw);
        if (target == nullptr || !starts_with(target, folder)) return "";
        return std::string(target).substr(folder.size());
    };
    auto branch = target_of("refs/remotes/origin/HEAD", "refs/remotes/origin/");
    for (const auto* usual : {"main", "master"}) {
        git_oid ignored;
        const auto name = std::string("refs/heads/") + usual;
        if (branch.empty() &&
            git_reference_name_to_id(&ignored, handle_->git.get(), name.c_str()) == 0)
            branch = usual;
    }
    return branch.empty() ? target_of("HEAD", "refs/heads/") : branch;
}

Result<std::string> Repository::commit(const std::string& revision) const {
    git_object* raw = nullptr;
    const auto name = revision + "^{commit}";
    const int found = git_revparse_single(&raw, handle_->git.get(), name.c_str());
    const OwnedObject object(raw);
    if (found == 0) return text_of(*git_object_id(raw));
    const bool shallow = git_repository_is_shallow(handle_->git.get()) == 1;
    return fail(error("vcs.unknown-revision",
                      fmt::format("git knows no commit '{}'", escape_terminal(revision)), {},
                      shallow ? "this clone is shallow: fetch more of the history (fetch-depth: 0)"
                              : "name a branch, a tag or a commit; git fetch may bring it"));
}

std::optional<std::chrono::system_clock::time_point> Repository::time_of(
    const std::string& commit) const {
    git_oid id;
    git_commit* raw = nullptr;
    if (git_oid_fromstr(&id, commit.c_str()) != 0 ||
        git_commit_lookup(&raw, handle_->git.get(), &id) != 0)
        return std::nullopt;
    const OwnedCommit owned(raw);
    return std::chrono::system_clock::from_time_t(git_commit_time(raw));
}

Result<std::string> Repository::fork_point(const std::string& commit) const {
    const auto now = head();
    git_oid one, other, base;
    if (now && git_oid_fromstr(&one, now->c_str()) == 0 &&
        git_oid_fromstr(&other, commit.c_str()) == 0 &&
        git_merge_base(&base, handle_->git.get(), &one, &other) == 0)
        return text_of(base);
    const bool shallow = git_repository_is_shallow(handle_->git.get()) == 1;
    return fail(error("vcs.no-merge-base",
                      fmt::format("HEAD and {} have no commit in common", commit.substr(0, 12)), {},
                      shallow ? "this clone is shallow: fetch more of the history (fetch-depth: 0)"
                              : "name a commit that this line of work came from"));
}

Result<FileTreePtr> Repository::index_tree() const {
    return tree_from_index(handle_);
}

Result<FileTreePtr> Repository::commit_tree(const std::string& commit) const {
    return tree_from_commit(handle_, commit);
}

Result<FileChanges> Repository::changes_in_index(const std::optional<std::string>& since) const {
    TRY(const auto tree, tree_since(*handle_, since));
    TRY(const auto index, index_of(*handle_));
    git_diff* raw = nullptr;
    const auto options = diff_options(0);
    const int failed =
        git_diff_tree_to_index(&raw, handle_->git.get(), tree.get(), index.get(), &options);
    return changes_of(failed, raw, "what is staged");
}

Result<FileChanges> Repository::changes_on_disk(const std::optional<std::string>& since) const {
    TRY(auto found, changes_in_index(since));
    TRY(const auto index, index_of(*handle_));
    git_diff* raw = nullptr;
    const auto options = diff_options(GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS);
    const int failed = git_diff_index_to_workdir(&raw, handle_->git.get(), index.get(), &options);
    TRY(auto on_disk, changes_of(failed, raw, "the working tree"));
    std::erase_if(on_disk, [&](const auto& change) { return is_left_out(index.get(), change); });
    found.insert(found.end(), on_disk.begin(), on_disk.end());
    return merged(std::move(found));
}

Result<FileChanges> Repository::changes_between(const std::string& before,
                                                const std::string& after) const {
    TRY(const auto one, tree_of(*handle_, before));
    TRY(const auto other, tree_of(*handle_, after));
    git_diff* raw = nullptr;
    const auto options = diff_options(0);
    const int failed =
        git_diff_tree_to_tree(&raw, handle_->git.get(), one.get(), other.get(), &options);
    return changes_of(failed, raw, "the difference of two commits");
}

namespace {

OwnedEntry find_setting(git_repository* git, const std::string& name) {
    git_config* raw = nullptr;
    if (git_repository_config_snapshot(&raw, git) != 0) return nullptr;
    const OwnedConfig config(raw);
    git_config_entry* entry = nullptr;
    if (git_config_get_entry(&entry, raw, name.c_str()) != 0) return nullptr;
    return OwnedEntry(entry);
}

}  // namespace

std::optional<std::string> Repository::config(const std::string& name) const {
    const auto entry = find_setting(handle_->git.get(), name);
    if (!entry) return std::nullopt;
    return std::string(entry->value);
}

fs::path Repository::common_dir() const {
    return git_repository_commondir(handle_->git.get());
}

}  // namespace agentops::vcs
