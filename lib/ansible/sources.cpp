#include "ansible/sources.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/digest.h"
#include "unit/tree_digest.h"

namespace agentops::ansible {

namespace {

constexpr std::size_t kMaxSourceBytes = 16u << 20;

Diagnostic missing(std::string_view what, const fs::path& path, Position position) {
    return error("ansible.missing-file", fmt::format("there is no {} '{}'", what, path.string()),
                 position, "correct the path: it is relative to the intent's file");
}

bool has_collection(const fs::path& dir, const std::string& name) {
    auto relative = name;
    std::replace(relative.begin(), relative.end(), '.', '/');
    return disk_tree()->is_folder(dir / "ansible_collections" / relative);
}

template <class Holds>
bool any_holds(const std::vector<fs::path>& dirs, Holds holds) {
    return std::any_of(dirs.begin(), dirs.end(), holds);
}

}  // namespace

Diagnostics find_missing(const Unit& unit, const FileTree& tree) {
    Diagnostics out;
    for (const auto& source : unit.sources) {
        if (!tree.is_file(source.from))
            out.push_back(missing("file", source.from, source.position));
    }
    const auto origin = unit.origins.find("");
    const auto position = origin == unit.origins.end() ? Position{} : origin->second.position;
    for (const auto& dir : unit.role_dirs) {
        if (!tree.is_folder(dir)) out.push_back(missing("role", dir, position));
    }
    if (unit.existing && !tree.is_file(unit.playbook))
        out.push_back(missing("playbook", unit.playbook, position));
    const auto& inventory = unit.own_inventory;
    if (!inventory.empty() && !tree.is_file(inventory) && !tree.is_folder(inventory))
        out.push_back(missing("inventory", inventory, position));
    return out;
}

Status read_sources(Unit& unit, const FileTree& tree) {
    if (auto out = find_missing(unit, tree); !out.empty()) return fail(std::move(out));
    for (const auto& source : unit.sources) {
        TRY(auto bytes, tree.read(source.from, kMaxSourceBytes));
        unit.files.push_back({source.to, std::move(bytes)});
    }
    Json trees = Json::array({digest_files(unit.files)});
    auto folders = unit.role_dirs;
    if (unit.existing) folders.push_back(unit.playbook.parent_path());
    if (tree.is_folder(unit.own_inventory)) folders.push_back(unit.own_inventory);
    for (const auto& dir : folders) {
        TRY(auto digest, tree_digest(tree, dir));
        trees.push_back(digest);
    }
    if (tree.is_file(unit.own_inventory)) {
        TRY(auto bytes, tree.read(unit.own_inventory));
        trees.push_back(sha256(bytes));
    }
    unit.digest = sha256(trees);
    return {};
}

ArtifactFolder artifact_folder(const Unit& unit) {
    // Hidden files are not loaded, and may be what a crash of ours left.
    const auto visible = [](const std::string& name) {
        return fs::path(name).filename().string().front() != '.';
    };
    return {unit.dir, unit.artifact_list, true, visible};
}

std::vector<Requirement> missing_requirements(const Unit& unit,
                                              const std::vector<fs::path>& role_dirs,
                                              const std::vector<fs::path>& collection_dirs) {
    std::vector<Requirement> found;
    for (const auto& wanted : unit.requirements) {
        const bool there = wanted.type == Requirement::Type::role
                               ? any_holds(role_dirs,
                                           [&](const fs::path& dir) {
                                               return disk_tree()->is_folder(dir / wanted.name);
                                           })
                               : any_holds(collection_dirs, [&](const fs::path& dir) {
                                     return has_collection(dir, wanted.name);
                                 });
        if (!there) found.push_back(wanted);
    }
    return found;
}

}  // namespace agentops::ansible
