#include "base/file_tree.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace agentops {

namespace {

using Kind = FileTree::Kind;

Kind kind_of(const fs::file_status& status) {
    if (fs::is_regular_file(status)) return Kind::file;
    if (fs::is_directory(status)) return Kind::folder;
    return fs::exists(status) ? Kind::other : Kind::none;
}

/// What a listing tells by itself: no file is asked once more.
FileTree::Entry entry_of(const fs::directory_entry& entry) {
    std::error_code ignored;
    const bool link = entry.is_symlink(ignored);
    const auto kind = link                             ? Kind::other
                      : entry.is_directory(ignored)    ? Kind::folder
                      : entry.is_regular_file(ignored) ? Kind::file
                                                       : Kind::other;
    return {entry.path().filename().string(), kind, link};
}

class Disk final : public FileTree {
public:
    fs::path resolve(const fs::path& path) const override {
        std::error_code failure;
        auto real = fs::canonical(path, failure);
        return failure ? fs::path() : real;
    }

    Kind kind(const fs::path& path) const override {
        std::error_code ignored;
        return kind_of(fs::status(path, ignored));
    }

    bool is_link(const fs::path& path) const override {
        std::error_code ignored;
        return fs::is_symlink(path, ignored);
    }

    Result<std::string> read(const fs::path& path, std::size_t limit) const override {
        return read_file(path, limit);
    }

    Result<std::vector<Entry>> entries(const fs::path& folder) const override {
        std::vector<Entry> found;
        std::error_code failure;
        for (auto at = fs::directory_iterator(folder, failure);
             !failure && at != fs::directory_iterator(); at.increment(failure)) {
            found.push_back(entry_of(*at));
        }
        if (failure)
            return fail(error("file.unreadable", fmt::format("cannot list '{}': {}",
                                                             folder.string(), failure.message())));
        return found;
    }
};

/// Folders that never hold anything of a project.
bool is_passed_over(const std::string& name) {
    return starts_with(name, ".") || name == "node_modules";
}

}  // namespace

Result<std::vector<fs::path>> FileTree::files(const fs::path& folder) const {
    TRY(auto top, entries(folder));
    std::vector<fs::path> found;
    collect(folder, std::move(top), resolve(folder), found);
    std::sort(found.begin(), found.end());
    return found;
}

void FileTree::collect(const fs::path& folder, std::vector<Entry> entries, const fs::path& top,
                       std::vector<fs::path>& found) const {
    for (const auto& entry : entries) {
        const auto path = folder / entry.name;
        if (entry.is_link) {
            if (is_file(path) && is_below(resolve(path), top)) found.push_back(path);
        } else if (entry.kind == Kind::file) {
            found.push_back(path);
        } else if (entry.kind == Kind::folder && !is_passed_over(entry.name)) {
            if (auto inside = this->entries(path)) collect(path, std::move(*inside), top, found);
        }
    }
}

FileTreePtr disk_tree() {
    static const auto disk = std::make_shared<Disk>();
    return disk;
}

}  // namespace agentops
