#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/text.h"
#include "intent/credentials.h"
#include "intent/document.h"
#include "intent/overlay.h"
#include "intent/params.h"
#include "intent/project.h"

namespace agentops::intent {

namespace {

constexpr std::array<std::string_view, 3> kNotInOverlays{"apiVersion", "intent", "environments"};

/// Everything one file becomes. Environments are worked on one by one, each on its own tree.
class Loader {
public:
    Loader(const Source& source, const Inputs& inputs, Loaded& loaded)
        : source_(source), inputs_(inputs), loaded_(loaded) {}

    void load() {
        read();
        append(loaded_.diagnostics, std::move(own_));
        hide_credentials();
        sort_and_unique(loaded_.diagnostics);
    }

private:
    void read() {
        auto root = yaml::parse(source_);
        if (!root) return append(loaded_.diagnostics, root.error());
        if (!expect_map(*root, context_) || !check_version(*root)) return;
        source_digest_ = sha256(source_.text);
        check_credentials(*root, context_);
        check_keys(root->find("params"), "parameter name", true);
        check_keys(root->find("checks"), "check name", false);
        const auto environments = take_environments(*root);
        declare_params(*root);
        if (environments)
            load_environments(*root, *environments);
        else
            load_stack("", std::move(*root), {});
    }

    /// The line of a credential is not shown (width 0), whatever else is wrong in it.
    void hide_credentials() {
        std::set<int> lines;
        for (const auto& diagnostic : loaded_.diagnostics) {
            if (diagnostic.code == "intent.literal-secret") lines.insert(diagnostic.position.line);
        }
        for (auto& diagnostic : loaded_.diagnostics) {
            if (lines.contains(diagnostic.position.line)) diagnostic.width = 0;
        }
    }

    /// A file of another version is another language: its other "mistakes" would mislead.
    bool check_version(const yaml::Node& root) {
        const auto* version = root.find("apiVersion");
        if (version == nullptr || version->text == kApiVersion) return true;
        return context_.fail(*version, "api-version",
                             fmt::format("unknown apiVersion '{}'", version->text),
                             fmt::format("this agentops reads {}", kApiVersion));
    }

    void check_keys(const yaml::Node* map, std::string_view noun, bool underscores) {
        if (map == nullptr) return;
        for (const auto& member : map->members)
            check_name(key_node(member), noun, context_, underscores);
    }

    static std::optional<yaml::Node> take_environments(yaml::Node& root) {
        const auto found =
            std::find_if(root.members.begin(), root.members.end(),
                         [](const yaml::Member& m) { return m.key == "environments"; });
        if (found == root.members.end()) return std::nullopt;
        auto environments = std::move(found->value);
        root.members.erase(found);
        return environments;
    }

    void declare_params(const yaml::Node& root) {
        const auto* params = root.find("params");
        if (params == nullptr) return;
        for (const auto& member : params->members)
            loaded_.params.insert(member.key);
    }

    void load_environments(const yaml::Node& root, const yaml::Node& environments) {
        if (!expect_map(environments, context_)) return;
        if (environments.members.empty())
            context_.fail(environments, "no-environments", "there is no environment",
                          "add one, e.g. `dev: {}`, or leave environments out");
        for (const auto& member : environments.members)
            load_environment(root, member);
    }

    void load_environment(const yaml::Node& root, const yaml::Member& environment) {
        Diagnostics found;
        Decoding context{found, context_.area};
        check_name(key_node(environment), "environment name", context);
        check_overlay(environment, context);
        auto tree = root;
        merge_overlay(tree, environment.value, context);
        declare_params(tree);
        load_stack(environment.key, std::move(tree), std::move(found));
    }

    static void check_overlay(const yaml::Member& environment, Decoding& context) {
        const auto& overlay = environment.value;
        if (overlay.is_null())
            context.fail(key_node(environment), "type",
                         fmt::format("environment '{}' is empty", environment.key),
                         fmt::format("write `{}: {{}}` when it changes nothing", environment.key));
        else
            expect_map(overlay, context);
        for (const auto key : kNotInOverlays)
            check_not_in(overlay, key, context);
    }

    static void check_not_in(const yaml::Node& overlay, std::string_view key, Decoding& context) {
        for (const auto& member : overlay.members) {
            if (member.key == key)
                context.fail(key_node(member), "overlay-key",
                             fmt::format("an environment cannot change '{}'", key),
                             "it belongs to the intent as a whole");
        }
    }

    /// Decodes one tree; `found` are its mistakes so far.
    void load_stack(const std::string& environment, yaml::Node tree, Diagnostics found) {
        Decoding context{found, context_.area};
        OrderedMap<Param> params;
        if (const auto* declared = tree.find("params")) decode(*declared, params, context);
        const auto filled = substitute(tree, params, inputs_, context);
        auto places = filled.failed;
        for (const auto& diagnostic : loaded_.diagnostics)
            places.insert(place(diagnostic));
        Document document;
        collect(found, places, [&](Decoding& to) { decode(tree, document, to); });
        collect(found, places, [&](Decoding& to) { validate(document, to); });
        if (!has_errors(found) && !has_errors(loaded_.diagnostics))
            add_stack(environment, std::move(document), filled);
        append(own_, std::move(found));
    }

    static std::pair<int, int> place(const Diagnostic& diagnostic) {
        return {diagnostic.position.line, diagnostic.position.column};
    }

    /// Runs a step, but leaves out what it says of places that were complained about already.
    template <class Step>
    void collect(Diagnostics& found, std::set<std::pair<int, int>>& places, Step step) {
        Diagnostics more;
        Decoding context{more, context_.area};
        step(context);
        std::erase_if(more, [&](const Diagnostic& d) { return places.contains(place(d)); });
        for (const auto& diagnostic : more)
            places.insert(place(diagnostic));
        append(found, std::move(more));
    }

    void add_stack(const std::string& environment, Document document, const Substituted& filled) {
        auto& stack = loaded_.stacks.emplace_back();
        stack.intent = std::move(document.intent.value.value);
        stack.environment = environment;
        stack.id = environment.empty() ? stack.intent : stack.intent + "@" + environment;
        stack.source = &source_;
        stack.source_digest = source_digest_;
        stack.input_digest = input_digest(environment, filled);
        if (document.owner) stack.owner = std::move(document.owner->value);
        stack.target = std::move(document.target);
        stack.objectives = std::move(document.objectives);
        stack.components = std::move(document.components.value.list);
        stack.rules = std::move(document.rules);
        stack.checks = std::move(document.checks);
        stack.approvals = std::move(document.approvals);
        stack.heal = std::move(document.heal);
        stack.position = document.intent.position;
    }

    std::string input_digest(const std::string& environment, const Substituted& filled) const {
        return sha256(Json{{"source", source_digest_},
                           {"environment", environment},
                           {"params", filled.params},
                           {"variables", filled.variables}});
    }

    const Source& source_;
    const Inputs& inputs_;
    Loaded& loaded_;
    Decoding context_{loaded_.diagnostics, "intent"};
    std::string source_digest_;
    Diagnostics own_;  ///< of the stacks; apart, because one stack does not spoil the next
};

}  // namespace

Loaded load_intent(const Source& source, const Inputs& inputs) {
    Loaded loaded;
    Loader(source, inputs, loaded).load();
    return loaded;
}

}  // namespace agentops::intent
