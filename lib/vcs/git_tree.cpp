// Files of an index or a commit, as a tree of their own.

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "vcs/handle.h"

namespace agentops::vcs {

namespace {

constexpr int kMostLinks = 40;  // as Linux follows at most

struct Item {
    std::string path;  ///< from the top
    git_oid id;
    std::uint32_t mode;

    bool is_link() const { return mode == GIT_FILEMODE_LINK; }
    bool is_submodule() const { return mode == GIT_FILEMODE_COMMIT; }
};

class GitTree final : public FileTree {
public:
    GitTree(std::shared_ptr<Repository::Handle> handle, fs::path root, std::vector<Item> items)
        : handle_(std::move(handle)), root_(std::move(root)), items_(std::move(items)) {
        std::sort(items_.begin(), items_.end(),
                  [](const auto& a, const auto& b) { return a.path < b.path; });
    }

    fs::path resolve(const fs::path& path) const override {
        if (!is_ours(path)) return disk_tree()->resolve(path);
        const auto inside = follow(relative(path));
        if (!inside) return {};
        if (const auto below = in_submodule(*inside))
            return below->tree ? below->tree->resolve(root_ / *inside) : fs::path();
        return inside->empty() ? root_ : root_ / *inside;
    }

    Kind kind(const fs::path& path) const override {
        if (!is_ours(path)) return disk_tree()->kind(path);
        const auto inside = follow(relative(path));
        if (!inside) return Kind::none;
        if (const auto below = in_submodule(*inside)) {
            if (below->at == *inside) return Kind::folder;
            return below->tree ? below->tree->kind(root_ / *inside) : Kind::none;
        }
        if (find(*inside) != nullptr) return Kind::file;
        if (holds_anything(*inside)) return Kind::folder;
        return is_ignored(*inside) ? disk_tree()->kind(path) : Kind::none;
    }

    bool is_link(const fs::path& path) const override {
        if (!is_ours(path)) return disk_tree()->is_link(path);
        const auto* item = find(relative(path));
        return item != nullptr && item->is_link();
    }

    Result<std::string> read(const fs::path& path, std::size_t limit) const override {
        if (!is_ours(path)) return disk_tree()->read(path, limit);
        const auto inside = follow(relative(path));
        if (inside) {
            if (const auto below = in_submodule(*inside); below && below->tree)
                return below->tree->read(root_ / *inside, limit);
            if (const auto* item = find(*inside)) return content(*item, path, limit);
            if (is_ignored(*inside)) return disk_tree()->read(path, limit);
        }
        return fail(error("file.missing", fmt::format("no such file in git: '{}'", path.string()),
                          {}, "git add it"));
    }

    Result<std::vector<Entry>> entries(const fs::path& folder) const override {
        if (!is_ours(folder)) return disk_tree()->entries(folder);
        const auto inside = follow(relative(folder));
        if (!inside) return std::vector<Entry>();
        if (const auto below = in_submodule(*inside))
            return below->tree ? below->tree->entries(root_ / *inside) : std::vector<Entry>();
        std::vector<Entry> found;
        const auto prefix = prefix_of(*inside);
        for (auto at = lower(prefix); at != items_.end() && starts_with(at->path, prefix);) {
            const auto slash = at->path.find('/', prefix.size());
            const auto name = at->path.substr(prefix.size(), slash - prefix.size());
            if (slash == std::string::npos) {
                found.push_back({name, kind_of(*at), at->is_link()});
                ++at;
            } else {
                found.push_back({name, Kind::folder, false});
                at = lower(prefix + name + '0');  // '0' comes right after '/'
            }
        }
        return found;
    }

private:
    /// A submodule that a path leads into; its tree is null when it is not checked out.
    struct Below {
        std::string at;
        FileTreePtr tree;
    };

    static Kind kind_of(const Item& item) {
        if (item.is_submodule()) return Kind::folder;
        return item.is_link() ? Kind::other : Kind::file;
    }

    static std::string prefix_of(const std::string& folder) {
        return folder.empty() ? "" : folder + "/";
    }

    bool is_ours(const fs::path& path) const { return is_below(path.lexically_normal(), root_); }

    std::string relative(const fs::path& path) const {
        auto inside = path.lexically_normal().lexically_relative(root_).generic_string();
        return inside == "." ? "" : inside;
    }

    std::vector<Item>::const_iterator lower(const std::string& path) const {
        return std::lower_bound(
            items_.begin(), items_.end(), path,
            [](const Item& item, const auto& wanted) { return item.path < wanted; });
    }

    const Item* find(const std::string& path) const {
        const auto at = lower(path);
        return at != items_.end() && at->path == path ? &*at : nullptr;
    }

    bool holds_anything(const std::string& folder) const {
        const auto prefix = prefix_of(folder);
        const auto at = lower(prefix);
        return at != items_.end() && starts_with(at->path, prefix);
    }

    /// The path with its links followed; none when one leads out of the repository.
    std::optional<std::string> follow(std::string path) const {
        for (int links = 0; links < kMostLinks; ++links) {
            const auto* link = first_link(path);
            if (link == nullptr) return path;
            const auto target = content(*link, root_ / link->path, kMaxInputBytes);
            if (!target || starts_with(*target, "/")) return std::nullopt;
            const auto rest = path.substr(std::min(path.size(), link->path.size() + 1));
            const auto next =
                (fs::path(link->path).parent_path() / *target / rest).lexically_normal();
            path = next.generic_string();
            if (path.ends_with('/')) path.pop_back();
            if (path == ".") path.clear();
            if (path == ".." || starts_with(path, "../")) return std::nullopt;
        }
        return std::nullopt;
    }

    const Item* first_link(const std::string& path) const {
        for (auto slash = path.find('/');; slash = path.find('/', slash + 1)) {
            const auto* item = find(path.substr(0, slash));
            if (item != nullptr && item->is_link()) return item;
            if (slash == std::string::npos) return nullptr;
        }
    }

    std::optional<Below> in_submodule(const std::string& path) const {
        for (auto slash = path.find('/');; slash = path.find('/', slash + 1)) {
            const auto* item = find(path.substr(0, slash));
            if (item != nullptr && item->is_submodule()) return Below{item->path, submodule(*item)};
            if (slash == std::string::npos) return std::nullopt;
        }
    }

    FileTreePtr submodule(const Item& item) const {
        const std::lock_guard lock(submodules_mutex_);
        const auto [known, fresh] = submodules_.try_emplace(item.path);
        if (!fresh) return known->second;
        auto opened = open_exactly(root_ / item.path);
        if (!opened) return nullptr;
        (*opened)->root = root_ / item.path;
        if (auto tree = tree_from_commit(*opened, text_of(item.id))) known->second = *tree;
        return known->second;
    }

    Result<std::string> content(const Item& item, const fs::path& path, std::size_t limit) const {
        const std::lock_guard lock(handle_->mutex);
        git_blob* raw = nullptr;
        if (git_blob_lookup(&raw, handle_->git.get(), &item.id) != 0)
            return unreadable(fmt::format("'{}' of git", item.path));
        const OwnedBlob blob(raw);
        const auto size = static_cast<std::size_t>(git_blob_rawsize(raw));
        if (size > limit)
            return fail(error(
                "file.too-large",
                fmt::format("'{}' is larger than the limit of {} bytes", path.string(), limit)));
        return std::string(static_cast<const char*>(git_blob_rawcontent(raw)), size);
    }

    /// Meant to be outside of git: then the disk has it.
    bool is_ignored(const std::string& path) const {
        const std::lock_guard lock(handle_->mutex);
        int ignored = 0;
        return git_ignore_path_is_ignored(&ignored, handle_->git.get(), path.c_str()) == 0 &&
               ignored == 1;
    }

    std::shared_ptr<Repository::Handle> handle_;
    fs::path root_;
    std::vector<Item> items_;
    mutable std::mutex submodules_mutex_;
    mutable std::map<std::string, FileTreePtr> submodules_;
};

int add_item(const char* folder, const git_tree_entry* entry, void* items) {
    if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) return 0;
    static_cast<std::vector<Item>*>(items)->push_back(
        {std::string(folder) + git_tree_entry_name(entry), *git_tree_entry_id(entry),
         static_cast<std::uint32_t>(git_tree_entry_filemode(entry))});
    return 0;
}

}  // namespace

Result<FileTreePtr> tree_from_commit(std::shared_ptr<Repository::Handle> handle,
                                     const std::string& commit) {
    TRY(const auto tree, tree_of(*handle, commit));
    std::vector<Item> items;
    if (git_tree_walk(tree.get(), GIT_TREEWALK_PRE, add_item, &items) != 0)
        return unreadable("the tree of " + commit.substr(0, 12));
    auto root = handle->root;
    return std::make_shared<GitTree>(std::move(handle), std::move(root), std::move(items));
}

Result<FileTreePtr> tree_from_index(std::shared_ptr<Repository::Handle> handle) {
    git_index* raw = nullptr;
    if (git_repository_index(&raw, handle->git.get()) != 0) return unreadable("the index of git");
    const OwnedIndex index(raw);
    std::vector<Item> items;
    const auto count = git_index_entrycount(raw);
    items.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto* entry = git_index_get_byindex(raw, i);
        if (git_index_entry_is_conflict(entry) != 0)
            return fail(error("vcs.conflict",
                              fmt::format("'{}' has conflicts that are not resolved",
                                          escape_terminal(entry->path)),
                              {}, "resolve them, then git add"));
        // `git add -N` announces a file; the commit will not have it.
        if ((entry->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD) != 0) continue;
        items.push_back({entry->path, entry->id, entry->mode});
    }
    auto root = handle->root;
    return std::make_shared<GitTree>(std::move(handle), std::move(root), std::move(items));
}

}  // namespace agentops::vcs
