#include "intent/project.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "intent/settings.h"

namespace agentops::intent {

namespace {

constexpr std::string_view kSettingsFile = "agentops.yaml";
constexpr std::string_view kIntentEnding = ".intent.yaml";

bool is_intent_file(const std::string& name) {
    return name.ends_with(kIntentEnding);
}

bool holds_project(const FileTree& tree, const fs::path& folder) {
    if (tree.is_file(folder / kSettingsFile)) return true;
    const auto entries = tree.entries(folder).value_or(std::vector<FileTree::Entry>());
    return std::any_of(entries.begin(), entries.end(),
                       [](const auto& entry) { return is_intent_file(entry.name); });
}

/// No project is looked for above a git root or the home folder: it would be somebody else's.
bool is_boundary(const fs::path& folder) {
    std::error_code ignored;
    const char* home = std::getenv("HOME");
    return fs::exists(folder / ".git", ignored) || (home != nullptr && folder == fs::path(home));
}

/// The nearest folder, from here upward, of which something is true.
template <class Test>
std::optional<fs::path> find_above(const fs::path& start, const Test& test) {
    for (auto folder = start;; folder = folder.parent_path()) {
        if (test(folder)) return folder;
        if (is_boundary(folder) || folder == folder.parent_path()) return std::nullopt;
    }
}

Result<fs::path> find_root(const FileTree& tree, const fs::path& start) {
    const auto holds = [&](const fs::path& folder) { return holds_project(tree, folder); };
    if (const auto found = find_above(start, holds)) return *found;
    // The last intent is gone; what it made is remembered.
    const auto remembers = [&](const fs::path& folder) {
        return tree.kind(folder / ".agentops" / "journal.jsonl") == FileTree::Kind::file;
    };
    if (const auto found = find_above(start, remembers)) return *found;
    return fail(
        error("project.not-found",
              fmt::format("no agentops.yaml and no *.intent.yaml in '{}' or above", start.string()),
              {}, "run `agentops init` here, or name the project's folder with -C"));
}

Result<std::vector<fs::path>> list_files(const Project& project) {
    auto files = project.tree->files(project.root);
    if (!files) return fail(error("project.unreadable", files.error().front().message));
    std::erase_if(*files, [&](const fs::path& file) { return !is_wanted(file, project); });
    return files;
}

Result<fs::path> absolute_folder(const FileTree& tree, const fs::path& start) {
    std::error_code problem;
    auto folder = fs::absolute(start, problem).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    if (problem || !tree.is_folder(folder))
        return fail(error("project.not-a-folder",
                          fmt::format("'{}' is not a folder", start.string()), {},
                          "name the folder that holds agentops.yaml or the intents"));
    return folder;
}

void check_names(const std::vector<Loaded>& loaded, Diagnostics& out) {
    std::map<std::string_view, const Stack*> first;
    for (const auto& file : loaded) {
        for (const auto& stack : file.stacks) {
            const auto [known, fresh] = first.emplace(stack.intent, &stack);
            if (fresh || known->second->source == stack.source) continue;
            auto diagnostic = error(
                "project.intent-twice", fmt::format("intent '{}' exists twice", stack.intent),
                stack.position, fmt::format("the other is at {}", known->second->position.text()));
            diagnostic.width = static_cast<int>(stack.intent.size());
            out.push_back(std::move(diagnostic));
        }
    }
}

void check_params(const std::vector<Loaded>& loaded, const Inputs& inputs, Diagnostics& out) {
    std::set<std::string> declared;
    for (const auto& file : loaded) {
        if (has_errors(file.diagnostics)) return;
        declared.insert(file.params.begin(), file.params.end());
    }
    for (const auto& [name, value] : inputs.params) {
        if (declared.contains(name)) continue;
        const auto near = did_you_mean(name, {declared.begin(), declared.end()});
        out.push_back(error("project.unknown-param",
                            fmt::format("no intent has a parameter '{}'", name), {},
                            near ? fmt::format("did you mean '{}'?", *near)
                                 : "declare it under params in an intent"));
    }
}

}  // namespace

bool is_wanted(const fs::path& file, const Project& project) {
    const auto path = file.lexically_relative(project.root).generic_string();
    const auto& patterns = project.settings.intents;
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        const bool dotted = starts_with(pattern, "./");
        return glob_match(std::string_view(pattern).substr(dotted ? 2 : 0), path);
    });
}

bool marks_project(const fs::path& file) {
    const auto name = file.filename().string();
    return name == kSettingsFile || is_intent_file(name);
}

Result<fs::path> find_project(const fs::path& start, bool named, const FileTree& tree) {
    TRY(const auto folder, absolute_folder(tree, start));
    if (named) return folder;
    return find_root(tree, folder);
}

Result<Project> open_project(const fs::path& start, bool named, Sources& sources,
                             FileTreePtr tree) {
    Project project;
    project.tree = std::move(tree);
    TRY(project.root, find_project(start, named, *project.tree));
    project.base = project.root;
    const auto file = project.root / kSettingsFile;
    if (project.tree->kind(file) != FileTree::Kind::none) {
        TRY(auto text, project.tree->read(file));
        project.source = &sources.add(std::string(kSettingsFile), std::move(text));
        TRY(project.settings, read_settings(*project.source));
    }
    TRY(project.files, list_files(project));
    return project;
}

Loaded load_file(const Project& project, const fs::path& file, const Inputs& inputs,
                 Sources& sources) {
    auto text = project.tree->read(file);
    if (!text) return {{}, {}, text.error()};
    const auto path = file.lexically_relative(project.base).generic_string();
    return load_intent(sources.add(path, std::move(*text)), inputs);
}

Diagnostics check_project(const std::vector<Loaded>& loaded, const Inputs& inputs) {
    Diagnostics found;
    if (loaded.empty())
        found.push_back(error("project.no-intents", "the project has no intent", {},
                              "run `agentops init`, or see `intents` in agentops.yaml"));
    check_names(loaded, found);
    check_params(loaded, inputs, found);
    sort_and_unique(found);
    return found;
}

}  // namespace agentops::intent
