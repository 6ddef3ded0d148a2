#include "cmd/adopt_search.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/json_access.h"
#include "base/text.h"
#include "base/yaml_edit.h"
#include "catalog/kind.h"
#include "cmd/adopt_values.h"
#include "cmd/trial.h"
#include "terraform/attributes.h"

namespace agentops::cmd {

namespace {

using Path = yaml::Path;

/// Paths of all scalars (and lists) below a node.
void leaves(const yaml::Node& node, const Path& path, std::vector<Path>& found) {
    if (!node.is_map()) {
        found.push_back(path);
        return;
    }
    for (const auto& member : node.members) {
        auto below = path;
        below.push_back(member.key);
        leaves(member.value, below, found);
    }
}

const yaml::Node* node_at(const yaml::Node& root, const Path& path) {
    const auto* node = &root;
    for (const auto& step : path) {
        if (node == nullptr) return nullptr;
        node = node->find(step);
    }
    return node;
}

/// Fields that a component of this kind may have and does not.
std::vector<Path> missing_fields(const intent::Component& component) {
    std::vector<Path> fields;
    const auto* kind = catalog::find_kind(component.kind.value);
    if (kind == nullptr) return fields;
    const auto schema = kind->schema();
    for (const auto& [name, ignored] : member(schema, "properties").items()) {
        if (component.body.find(name) == nullptr) fields.push_back({name});
    }
    return fields;
}

/// Arguments of kind `resource` are the provider's own.
Path argument_path(const AdoptGoal& goal) {
    Path path{"args"};
    for (const auto& step : tf::attribute_steps(goal.path))
        path.push_back(step.index ? std::to_string(*step.index) : step.key);
    return path;
}

class Search {
public:
    Search(Session& session, const Workspace& workspace, const intent::Stack& stack,
           std::string text, const Reality& reality)
        : trial_(session, workspace, stack),
          stack_(stack),
          reality_(reality),
          text_(std::move(text)),
          bodies_(trial_.build(text_)) {
        trial_.keep();
    }

    /// Empty when the edit was found, else why there is none.
    std::string adopt(const AdoptGoal& goal) {
        if (!bodies_) return "the intent has mistakes";
        if (goal.component.empty()) return "no component of the intent makes it";
        if (bodies_->count(goal.address) == 0)
            return "it is not generated from the intent; what makes it lies outside";
        if (reached(goal, *bodies_)) return "";  // an edit before this one did it
        const auto candidates = goal.gone ? removals(goal) : edits(goal);
        for (const auto& candidate : candidates) {
            if (attempt(goal, candidate)) return "";
        }
        return goal.gone ? "the intent cannot leave it out alone"
                         : "no field of the component sets it to that value alone";
    }

    const std::string& text() const { return text_; }

private:
    /// A text that reads as the wanted edit, or a mistake.
    using Candidate = Result<std::string>;

    Source source() const { return {stack_.source->path, text_}; }

    /// An environment has its own overlay: what is changed there touches no other one.
    Path full(const std::string& component, const Path& field) const {
        Path path;
        if (!stack_.environment.empty()) path = {"environments", stack_.environment};
        path.insert(path.end(), {"components", component});
        path.insert(path.end(), field.begin(), field.end());
        return path;
    }

    std::vector<Candidate> removals(const AdoptGoal& goal) const {
        if (stack_.environment.empty()) return {yaml::remove(source(), full(goal.component, {}))};
        return {yaml::set(source(), full(goal.component, {}), "null")};
    }

    std::vector<Candidate> edits(const AdoptGoal& goal) const {
        const auto* component = trial_.component(goal.component);
        if (component == nullptr) return {};
        std::vector<Candidate> found;
        for (const auto& field : fields(goal, *component)) {
            const auto* node = node_at(component->body, field);
            if (goal.actual.is_null()) {
                if (node != nullptr) found.push_back(without(goal.component, field));
                continue;
            }
            for (const auto& value : intent_values(goal.actual, node))
                found.push_back(yaml::set(source(), full(goal.component, field), value));
        }
        return found;
    }

    Candidate without(const std::string& component, const Path& field) const {
        if (stack_.environment.empty()) return yaml::remove(source(), full(component, field));
        return yaml::set(source(), full(component, field), "null");
    }

    /// The likeliest first: the argument itself, then fields of its name, then all others.
    static std::vector<Path> fields(const AdoptGoal& goal, const intent::Component& component) {
        std::vector<Path> all;
        leaves(component.body, {}, all);
        for (auto& field : missing_fields(component))
            all.push_back(std::move(field));
        if (component.body.find("type") != nullptr) all.insert(all.begin(), argument_path(goal));
        const auto steps = tf::attribute_steps(goal.path);
        std::erase_if(all, [](const Path& field) { return field.front() == "kind"; });
        const auto named = [&](const Path& field) {
            return !steps.empty() && field.back() == steps.back().key;
        };
        std::stable_partition(all.begin(), all.end(), named);
        return all;
    }

    bool attempt(const AdoptGoal& goal, const Candidate& candidate) {
        if (!candidate || *candidate == text_) return false;
        auto bodies = trial_.build(*candidate);
        if (!bodies || !reached(goal, *bodies) || !only_reality(goal, *bodies)) return false;
        trial_.keep();
        text_ = *candidate;
        bodies_ = std::move(bodies);
        return true;
    }

    static bool reached(const AdoptGoal& goal, const Bodies& bodies) {
        const auto body = bodies.find(goal.address);
        if (goal.gone || body == bodies.end()) return goal.gone && body == bodies.end();
        return same_value(tf::value_at(body->second, goal.path), goal.actual);
    }

    /// Whatever is built differently is as it is in reality.
    bool only_reality(const AdoptGoal& goal, const Bodies& now) const {
        for (const auto& [address, before] : *bodies_) {
            const auto after = now.find(address);
            if (after == now.end()) {
                if (!goal.gone || address != goal.address) return false;
                continue;
            }
            if (after->second == before) continue;
            const auto real = reality_.find(address);
            if (real == reality_.end()) return false;
            for (const auto& path : differing_paths(before, after->second)) {
                if (!same_value(tf::value_at(after->second, path),
                                tf::value_at(real->second, path)))
                    return false;
            }
        }
        return std::all_of(now.begin(), now.end(),
                           [&](const auto& made) { return bodies_->count(made.first) != 0; });
    }

    Trial trial_;
    const intent::Stack& stack_;
    const Reality& reality_;
    std::string text_;
    std::optional<Bodies> bodies_;
};

}  // namespace

AdoptEdit find_edit(Session& session, const Workspace& workspace, const intent::Stack& stack,
                    std::string text, const std::vector<AdoptGoal>& goals, const Reality& reality) {
    Search search(session, workspace, stack, std::move(text), reality);
    AdoptEdit edit;
    for (const auto& goal : goals) {
        auto why = search.adopt(goal);
        if (why.empty())
            edit.adopted.push_back(goal.reference);
        else
            edit.refused.emplace_back(goal.reference, std::move(why));
    }
    edit.text = search.text();
    return edit;
}

}  // namespace agentops::cmd
