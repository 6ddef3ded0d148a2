#include "cmd/complete.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "base/term.h"
#include "base/text.h"
#include "catalog/kind.h"
#include "intent/outline.h"
#include "intent/project.h"
#include "record/store.h"

namespace agentops::cmd {

namespace {

/// Larger projects suggest intents without their environments: to parse them all takes too long.
constexpr std::size_t kMostParsed = 50;

using Suggestions = std::vector<Suggestion>;

/// The project that the words so far are about.
class Known {
public:
    explicit Known(const std::vector<std::string>& words) {
        fs::path start = ".";
        bool named = false;
        for (std::size_t i = 0; i + 1 < words.size(); ++i) {
            if (words[i] != "-C") continue;
            start = words[i + 1];
            named = true;
        }
        auto opened = intent::open_project(start, named, sources_);
        if (opened) project_ = *std::move(opened);
    }

    Suggestions stacks() {
        Suggestions found;
        if (!project_) return found;
        if (project_->files.size() > kMostParsed) {
            for (const auto& file : project_->files) {
                const auto text = project_->tree->read(file).value_or("");
                const auto name = intent::outline_of(text).name;
                if (!name.empty()) found.push_back({name, ""});
            }
            return found;
        }
        for (const auto& stack : loaded())
            found.push_back({stack.id, stack.source->path});
        return found;
    }

    Suggestions environments() {
        std::set<std::string> names;
        for (const auto& stack : loaded())
            names.insert(stack.environment);
        return of_words(names);
    }

    Suggestions components() {
        std::set<std::string> names;
        for (const auto& stack : loaded()) {
            for (const auto& component : stack.components)
                names.insert(component.name);
        }
        return of_words(names);
    }

    Suggestions runs() const {
        Suggestions found;
        if (!project_) return found;
        auto ids = record::Store(project_->root).run_ids();
        std::reverse(ids.begin(), ids.end());
        if (!ids.empty()) found.push_back({"latest", "the last plan"});
        for (auto& id : ids)
            found.push_back({std::move(id), ""});
        return found;
    }

private:
    static Suggestions of_words(const std::set<std::string>& words) {
        Suggestions found;
        for (const auto& word : words) {
            if (!word.empty()) found.push_back({word, ""});
        }
        return found;
    }

    const std::vector<intent::Stack>& loaded() {
        if (!project_ || read_) return stacks_;
        read_ = true;
        intent::Inputs inputs;
        inputs.getenv = process_env;
        for (const auto& file : project_->files) {
            auto one = intent::load_file(*project_, file, inputs, sources_);
            std::move(one.stacks.begin(), one.stacks.end(), std::back_inserter(stacks_));
        }
        return stacks_;
    }

    Sources sources_;
    std::optional<intent::Project> project_;
    std::vector<intent::Stack> stacks_;
    bool read_ = false;
};

void add(Suggestions& to, Suggestions more) {
    std::move(more.begin(), more.end(), std::back_inserter(to));
}

Suggestions kinds_known() {
    Suggestions found;
    for (const auto* kind : catalog::kinds())
        found.push_back({std::string(kind->info().name), std::string(kind->info().summary)});
    return found;
}

/// What may stand for a positional argument or an option's value of this name.
Suggestions values_of(const std::string& name, const std::vector<std::string>& words) {
    Suggestions found;
    if (name == "ACTION") return {{"install", ""}, {"uninstall", ""}, {"status", ""}};
    if (name == "--color") return {{"auto", ""}, {"always", ""}, {"never", ""}};
    if (name == "STACK") return Known(words).stacks();
    if (name == "--env") return Known(words).environments();
    if (name == "COMPONENT") return Known(words).components();
    if (name == "RUN") {
        Known known(words);
        found = known.runs();
        if (std::find(words.begin(), words.end(), "apply") != words.end())
            add(found, known.stacks());
    }
    if (name == "SUBJECT") {
        found = Known(words).components();
        add(found, kinds_known());
    }
    return found;
}

const CLI::Option* option_named(const CLI::App& app, const std::string& word) {
    return starts_with(word, "-") ? app.get_option_no_throw(word) : nullptr;
}

bool takes_value(const CLI::Option* option) {
    return option != nullptr && option->get_expected_max() > 0;
}

const CLI::App* subcommand_named(const CLI::App& app, const std::string& word) {
    const auto found =
        app.get_subcommands([&](const CLI::App* sub) { return sub->get_name() == word; });
    return found.empty() ? nullptr : found.front();
}

void add_flags(const CLI::App& app, Suggestions& found) {
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames())
            found.push_back({"--" + name, option->get_description()});
    }
}

}  // namespace

Suggestions complete(const CLI::App& app, const std::vector<std::string>& words) {
    const CLI::App* scope = &app;
    const CLI::Option* pending = nullptr;
    std::size_t position = 0;  // of positional arguments
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (pending != nullptr) {
            pending = nullptr;
            continue;
        }
        const auto* option = option_named(*scope, words[i]);
        if (option == nullptr) option = option_named(app, words[i]);
        if (takes_value(option)) pending = option;
        if (starts_with(words[i], "-")) continue;
        if (scope == &app)
            scope = subcommand_named(app, words[i]);
        else
            ++position;
        if (scope == nullptr) return {};
    }
    Suggestions found;
    if (pending != nullptr)
        return values_of(pending->get_lnames().empty() ? "" : "--" + pending->get_lnames().front(),
                         words);
    if (!words.empty() && starts_with(words.back(), "-")) {
        add_flags(*scope, found);
        if (scope != &app) add_flags(app, found);
        return found;
    }
    if (scope == &app) {
        for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
            found.push_back({sub->get_name(), sub->get_description()});
        return found;
    }
    std::vector<const CLI::Option*> positional;
    for (const auto* option : scope->get_options()) {
        if (option->get_positional()) positional.push_back(option);
    }
    if (positional.empty()) return found;
    const auto* wanted = positional[std::min(position, positional.size() - 1)];
    if (position >= positional.size() && wanted->get_expected_max() <= 1) return found;
    return values_of(wanted->get_name(true), words);
}

std::string suggestion_lines(const Suggestions& all, const std::string& last) {
    std::string text;
    for (const auto& one : all) {
        if (!starts_with(one.word, last)) continue;
        text += one.help.empty()
                    ? escape_terminal(one.word) + "\n"
                    : fmt::format("{}\t{}\n", escape_terminal(one.word), escape_terminal(one.help));
    }
    return text;
}

}  // namespace agentops::cmd
