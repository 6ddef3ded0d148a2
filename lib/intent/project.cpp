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

bool is_intent_file(const fs::path& path) {
    return path.filename().string().ends_with(kIntentEnding);
}

bool holds_project(const fs::path& folder) {
    std::error_code ignored;
    if (fs::exists(folder / kSettingsFile, ignored)) return true;
    for (auto entry = fs::directory_iterator(folder, ignored); entry != fs::directory_iterator();
         entry.increment(ignored)) {
        if (is_intent_file(entry->path())) return true;
    }
    return false;
}

/// No project is looked for above a git root or the home folder: it would be somebody else's.
bool is_boundary(const fs::path& folder) {
    std::error_code ignored;
    const char* home = std::getenv("HOME");
    return fs::exists(folder / ".git", ignored) || (home != nullptr && folder == fs::path(home));
}

Result<fs::path> find_root(const fs::path& start) {
    for (auto folder = start;; folder = folder.parent_path()) {
        if (holds_project(folder)) return folder;
        if (is_boundary(folder) || folder == folder.parent_path()) break;
    }
    return fail(
        error("project.not-found",
              fmt::format("no agentops.yaml and no *.intent.yaml in '{}' or above", start.string()),
              {}, "run `agentops init` here, or name the project's folder with -C"));
}

/// Folders that never hold intents of this project.
bool is_passed_over(const fs::path& folder) {
    const auto name = folder.filename().string();
    return starts_with(name, ".") || name == "node_modules";
}

/// True when a symlink ends in a file inside the project.
bool stays_inside(const fs::path& link, const fs::path& root) {
    std::error_code problem;
    const auto target = fs::canonical(link, problem);
    if (problem || !fs::is_regular_file(target, problem)) return false;
    const auto from_root = relative_to(target, fs::canonical(root, problem));
    return !problem && from_root != ".." && !starts_with(from_root, "../");
}

bool is_wanted(const fs::directory_entry& entry, const Project& project) {
    const auto path = entry.path().lexically_relative(project.root).generic_string();
    const auto& patterns = project.settings.intents;
    std::error_code ignored;
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) {
                           const bool dotted = starts_with(pattern, "./");
                           return glob_match(std::string_view(pattern).substr(dotted ? 2 : 0),
                                             path);
                       }) &&
           (entry.is_symlink(ignored) ? stays_inside(entry.path(), project.root)
                                      : entry.is_regular_file(ignored));
}

Result<std::vector<fs::path>> list_files(const Project& project) {
    std::vector<fs::path> files;
    std::error_code problem;
    using Walk = fs::recursive_directory_iterator;
    constexpr auto kOptions = fs::directory_options::skip_permission_denied;
    for (auto entry = Walk(project.root, kOptions, problem); !problem && entry != Walk();
         entry.increment(problem)) {
        std::error_code ignored;
        if (entry->is_directory(ignored)) {
            if (is_passed_over(entry->path())) entry.disable_recursion_pending();
        } else if (is_wanted(*entry, project)) {
            files.push_back(entry->path());
        }
    }
    if (problem)
        return fail(
            error("project.unreadable",
                  fmt::format("cannot list '{}': {}", project.root.string(), problem.message())));
    std::sort(files.begin(), files.end());
    return files;
}

Result<fs::path> absolute_folder(const fs::path& start) {
    std::error_code problem;
    auto folder = fs::absolute(start, problem).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    if (problem || !fs::is_directory(folder, problem))
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

Result<Project> open_project(const fs::path& start, bool named, Sources& sources) {
    Project project;
    TRY(const auto folder, absolute_folder(start));
    TRY(project.root, named ? Result<fs::path>(folder) : find_root(folder));
    const auto file = project.root / kSettingsFile;
    std::error_code ignored;
    if (fs::exists(file, ignored)) {
        TRY(auto text, read_file(file, kMaxInputBytes));
        project.source = &sources.add(std::string(kSettingsFile), std::move(text));
        TRY(project.settings, read_settings(*project.source));
    }
    TRY(project.files, list_files(project));
    return project;
}

Loaded load_file(const Project& project, const fs::path& file, const Inputs& inputs,
                 Sources& sources) {
    auto text = read_file(file, kMaxInputBytes);
    if (!text) return {{}, {}, text.error()};
    const auto path = file.lexically_relative(project.root).generic_string();
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
