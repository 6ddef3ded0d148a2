#include "cmd/affected.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "intent/outline.h"

namespace agentops::cmd {

namespace {

using Chain = std::vector<std::string>;

/// One file of intents and what is plain to see of it.
struct Sheet {
    fs::path file;
    std::string text;
    intent::Outline outline;
};

bool is_module_file(const fs::path& path) {
    const auto name = path.filename().string();
    return name.ends_with(".tf") || name.ends_with(".tf.json");
}

bool is_yaml(const fs::path& path) {
    return path.extension() == ".yml" || path.extension() == ".yaml";
}

class ChangeSearch {
public:
    ChangeSearch(const intent::Project& project, const fs::path& top,
                 const vcs::FileChanges& changes)
        : project_(project), tree_(*project.tree), top_(top) {
        for (const auto& change : changes)
            changed_.emplace(top / change.path, Chain{shown(top / change.path) + " changed"});
        for (const auto& file : project.files) {
            auto text = tree_.read(file).value_or("");
            auto outline = intent::outline_of(text);
            sheets_.push_back({file, std::move(text), std::move(outline)});
        }
    }

    Affected run(const vcs::FileChanges& changes, const FileTree* before) {
        add_modules();
        shared_ = shared_change();
        for (const auto& sheet : sheets_)
            judge(sheet);
        add_namesakes();
        add_readers();
        add_needed();
        if (before != nullptr) add_removed(changes, *before);
        return std::move(found_);
    }

private:
    std::string shown(const fs::path& path) const { return relative_to(path, top_); }

    /// Modules that use a module that changed changed with it.
    void add_modules() {
        std::set<fs::path> folders;
        std::set<fs::path> seen;
        for (const auto& [path, chain] : changed_) {
            if (is_module_file(path)) folders.insert(path.parent_path());
            for (auto at = path.parent_path(); is_below(at, top_); at = at.parent_path()) {
                if (!seen.insert(at).second) break;
                if (holds_module(at)) folders.insert(at);
                if (at == top_) break;
            }
        }
        if (folders.empty()) return;
        const auto all = tree_.files(top_).value_or(std::vector<fs::path>());
        std::map<fs::path, std::set<fs::path>> users;  // of a folder
        for (const auto& file : all) {
            if (!is_module_file(file)) continue;
            for (const auto& word : intent::path_words(tree_.read(file).value_or(""))) {
                if (!starts_with(word, "./") && !starts_with(word, "../")) continue;
                users[folder_of(file.parent_path() / word)].insert(file.parent_path());
            }
        }
        std::vector<fs::path> open(folders.begin(), folders.end());
        while (!open.empty()) {
            const auto folder = std::move(open.back());
            open.pop_back();
            for (const auto& user : users[folder]) {
                if (!folders.insert(user).second) continue;
                auto chain = chain_below(folder);
                chain.push_back(fmt::format("{} uses {}", shown(user), shown(folder)));
                changed_.emplace(user, std::move(chain));
                open.push_back(user);
            }
        }
    }

    bool holds_module(const fs::path& folder) const {
        const auto entries = tree_.entries(folder).value_or(std::vector<FileTree::Entry>());
        return std::any_of(entries.begin(), entries.end(),
                           [](const auto& entry) { return is_module_file(entry.name); });
    }

    static fs::path folder_of(const fs::path& path) {
        auto normal = path.lexically_normal();
        return normal.has_filename() ? normal : normal.parent_path();
    }

    /// Why a file or folder counts as changed: itself, or something in it. Empty when it does not.
    Chain chain_below(const fs::path& path) const {
        for (auto at = changed_.lower_bound(path); at != changed_.end(); ++at) {
            if (is_below(at->first, path)) return at->second;
            break;
        }
        // A submodule changes as a whole.
        for (auto folder = path; is_below(folder, top_) && folder != top_;
             folder = folder.parent_path()) {
            if (const auto at = changed_.find(folder); at != changed_.end()) return at->second;
        }
        return {};
    }

    void add(const fs::path& file, Chain chain) {
        if (found_.files.insert(file).second) found_.why[file] = std::move(chain);
    }

    void judge(const Sheet& sheet) {
        if (!shared_.empty()) return add(sheet.file, shared_);
        const auto path = tree_.is_link(sheet.file) ? tree_.resolve(sheet.file) : sheet.file;
        for (const auto& one : {sheet.file, path}) {
            if (const auto at = changed_.find(one); at != changed_.end())
                return add(sheet.file, at->second);
        }
        if (!names_anything(sheet.text)) return;
        for (const auto& word : intent::path_words(sheet.text)) {
            auto chain = change_behind(sheet, word);
            if (chain.empty()) continue;
            chain.push_back(fmt::format("{} names {}", shown(sheet.file), escape_terminal(word)));
            return add(sheet.file, std::move(chain));
        }
        for (const auto& [changed, chain] : changed_) {
            if (!intent::is_path_word(shown(changed)) && names_oddly(sheet.text, changed))
                return add(sheet.file, chain);
        }
    }

    /// What all intents of the project depend on.
    Chain shared_change() const {
        std::vector<std::string> names{"agentops.yaml"};
        const auto& settings = project_.settings;
        if (settings.prices.book) names.push_back(settings.prices.book->value);
        for (const auto& [component, source] : settings.telemetry)
            names.push_back(source.from.file.value);
        for (const auto& [name, agent] : settings.agents)
            names.insert(names.end(), agent.command.begin(), agent.command.end());
        for (const auto& name : names) {
            const auto at = changed_.find((project_.root / name).lexically_normal());
            if (at != changed_.end()) return at->second;
        }
        return {};
    }

    /// Whether a text could name a changed path: it holds the name of one, or of a folder above.
    bool names_anything(const std::string& text) {
        if (names_.empty()) {
            for (const auto& [path, chain] : changed_) {
                for (auto at = path; is_below(at, top_) && at != top_; at = at.parent_path())
                    names_.insert(at.filename().string());
            }
        }
        return text.find("..") != std::string::npos ||
               std::any_of(names_.begin(), names_.end(), [&](const std::string& name) {
                   return text.find(name) != std::string::npos;
               });
    }

    /// A text holds the name of a path, or of a folder above, that path_words() cuts into pieces.
    bool names_oddly(const std::string& text, const fs::path& path) const {
        for (auto at = path; is_below(at, top_) && at != top_; at = at.parent_path()) {
            const auto name = at.filename().string();
            if (!intent::is_path_word(name) && text.find(name) != std::string::npos) return true;
        }
        return false;
    }

    Chain change_behind(const Sheet& sheet, const std::string& word) const {
        for (const auto& base : {sheet.file.parent_path(), project_.root}) {
            const auto path = folder_of(base / word);
            // A word that happens to name a folder above says nothing; ".." does.
            if (!is_below(path, top_) || (is_below(sheet.file, path) && word[0] != '.')) continue;
            if (auto chain = chain_below(path); !chain.empty()) return chain;
            // A playbook takes what lies beside it.
            if (is_yaml(path) && sheet.text.find("playbook") != std::string::npos) {
                if (auto chain = chain_below(path.parent_path()); !chain.empty()) return chain;
            }
            if (auto chain = chain_below(base / "roles" / word); !chain.empty()) return chain;
        }
        return {};
    }

    /// Two intents of one name are a mistake of both.
    void add_namesakes() {
        std::map<std::string, std::set<fs::path>> by_name;
        for (const auto& sheet : sheets_)
            by_name[sheet.outline.name].insert(sheet.file);
        for (const auto& [name, files] : by_name) {
            const auto first = std::find_if(files.begin(), files.end(), [&](const auto& file) {
                return found_.files.count(file) > 0;
            });
            if (name.empty() || files.size() < 2 || first == files.end()) continue;
            for (const auto& file : files)
                add(file, {fmt::format("{} has the name of {}", shown(file), shown(*first))});
        }
    }

    void add_readers() {
        std::multimap<std::string, const Sheet*> readers;  // by the intent that they read
        std::map<fs::path, const Sheet*> by_file;
        for (const auto& sheet : sheets_) {
            by_file.emplace(sheet.file, &sheet);
            for (const auto& name : sheet.outline.reads)
                readers.emplace(name, &sheet);
        }
        std::vector<fs::path> open(found_.files.begin(), found_.files.end());
        for (std::size_t i = 0; i < open.size(); ++i) {
            const auto& name = by_file.at(open[i])->outline.name;
            auto [at, end] = readers.equal_range(name);
            for (; at != end; ++at) {
                const auto& reader = at->second->file;
                if (found_.files.count(reader) > 0) continue;
                auto chain = found_.why[open[i]];
                chain.push_back(fmt::format("{} reads {}", shown(reader), name));
                add(reader, std::move(chain));
                open.push_back(reader);
            }
        }
    }

    void add_needed() {
        std::multimap<std::string, const Sheet*> by_name;
        std::map<fs::path, const Sheet*> by_file;
        for (const auto& sheet : sheets_) {
            by_name.emplace(sheet.outline.name, &sheet);
            by_file.emplace(sheet.file, &sheet);
        }
        std::vector<fs::path> open(found_.files.begin(), found_.files.end());
        // What names itself in no plain way may be anybody's source.
        const auto [first, last] = by_name.equal_range("");
        for (auto at = first; at != last && !open.empty(); ++at)
            open.push_back(at->second->file);
        while (!open.empty()) {
            const auto file = std::move(open.back());
            open.pop_back();
            if (!found_.needed.insert(file).second) continue;
            for (const auto& name : by_file.at(file)->outline.reads) {
                const auto [from, to] = by_name.equal_range(name);
                for (auto at = from; at != to; ++at)
                    open.push_back(at->second->file);
            }
        }
    }

    void add_removed(const vcs::FileChanges& changes, const FileTree& before) {
        std::set<std::string> present;
        for (const auto& sheet : sheets_)
            present.insert(sheet.outline.name);
        for (const auto& change : changes) {
            const auto path = top_ / change.path;
            if (change.kind == vcs::FileChange::Kind::added || !intent::is_wanted(path, project_))
                continue;
            const auto name = intent::outline_of(before.read(path).value_or("")).name;
            if (!name.empty() && present.count(name) == 0)
                found_.removed.emplace(name, change.path);
        }
    }

    const intent::Project& project_;
    const FileTree& tree_;
    fs::path top_;
    std::map<fs::path, Chain> changed_;
    std::vector<Sheet> sheets_;
    std::set<std::string> names_;
    Chain shared_;
    Affected found_;
};

}  // namespace

Affected find_affected(const intent::Project& project, const fs::path& top,
                       const vcs::FileChanges& changes, const FileTree* before) {
    return ChangeSearch(project, top, changes).run(changes, before);
}

}  // namespace agentops::cmd
