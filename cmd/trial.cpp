#include "cmd/trial.h"

#include <algorithm>

#include "agents/keys.h"
#include "base/term.h"
#include "terraform/writer.h"

namespace agentops::cmd {

namespace {

std::optional<Bodies> bodies_of(Session& session, const Workspace& workspace,
                                const intent::Stack& stack) {
    const auto walk = walk_static(session, workspace, {&stack}, Depth::findings);
    const auto* built = walk.boards.front().get(slots::built);
    if (built == nullptr || has_errors(walk.diagnostics)) return std::nullopt;
    Bodies bodies;
    for (const auto& resource : built->main.resources) {
        if (!resource.data) bodies[resource.address()] = tf::to_tf_json(resource.body);
    }
    return bodies;
}

}  // namespace

std::vector<intent::Stack> Trial::load(const std::string& text, bool& sound) {
    const auto& source = sources_.emplace_back(Source{stack_.source->path, text});
    intent::Inputs inputs;
    inputs.getenv = process_env;
    auto params = parse_params(session_.globals().params);
    if (params) inputs.params = *std::move(params);
    auto loaded = intent::load_intent(source, inputs);
    sound = params.has_value() && !has_errors(loaded.diagnostics);
    return std::move(loaded.stacks);
}

std::optional<Bodies> Trial::build(const std::string& text) {
    bool sound = false;
    auto stacks = load(text, sound);
    if (!sound) return std::nullopt;
    for (const auto& other : workspace_.stacks) {
        if (other.intent != stack_.intent) stacks.push_back(other);
    }
    auto trial = with_stacks(workspace_, std::move(stacks));
    std::optional<Bodies> own;
    std::map<std::string, Bodies> others;
    for (const auto& stack : trial->stacks) {
        if (stack.intent != stack_.intent) continue;
        auto bodies = bodies_of(session_, *trial, stack);
        if (!bodies) return std::nullopt;
        if (stack.id == stack_.id)
            own = std::move(bodies);
        else
            others[stack.id] = *std::move(bodies);
    }
    if (!others_) others_ = others;
    if (!own || others != *others_) return std::nullopt;
    built_ = std::move(trial);
    return own;
}

const intent::Component* Trial::component(const std::string& name) const {
    if (!kept_) return nullptr;
    for (const auto& stack : kept_->stacks) {
        if (stack.id == stack_.id) return stack.find(name);
    }
    return nullptr;
}

}  // namespace agentops::cmd
