// Assigns every knob that the intent does not pin: as the arbiter awarded it, else from the table
// of default sizes, and says so.

#include <fmt/core.h>

#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

graph::Decision pinned(const catalog::Part& part, const catalog::Knob& knob) {
    graph::Decision decision;
    decision.subject = fmt::format("{}.{}", part.name(), knob.name);
    decision.choice = knob.value;
    decision.because = "the intent pins it";
    decision.positions = {knob.position};
    return decision;
}

graph::Decision chosen(const catalog::Part& part, const catalog::KnobInfo& knob) {
    graph::Decision decision;
    decision.subject = fmt::format("{}.{}", part.name(), knob.name);
    decision.choice = knob.fallback;
    decision.because = "nothing in the intent pins it: the default table decides";
    decision.positions = {part.component->position};
    decision.rules = {std::string(knob.source)};
    for (const auto& option : knob.domain) {
        const bool taken = option == knob.fallback;
        decision.options.push_back({option, taken ? 1.0 : 0.0,
                                    taken ? ""
                                          : fmt::format("the default is {}; pin it with `{}: {}`",
                                                        knob.fallback, knob.name, option)});
    }
    return decision;
}

class Architect final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "architect",
            .summary =
                "assigns what the intent leaves open: as awarded, else from the default table",
            .scope = graph::Scope::stack,
            .reads = {slots::stack.id, slots::parts.id, slots::lots.id, slots::award.id},
            .writes = {slots::design.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::stack);
        auto parts = context.get(slots::parts).parts;
        for (const auto& part : parts) {
            for (const auto& knob : part.knobs)
                context.decide(pinned(part, knob));
        }
        const auto& award = context.get(slots::award);
        for (const auto& free : catalog::free_knobs(parts)) {
            auto& part = parts[free.part];
            if (award.solution && !free.info->ladder.empty()) {
                const auto& lot = context.get(slots::lots).lots[free.part];
                const auto& taken = lot.candidates[award.solution->choice[free.part]];
                part.knobs.push_back(
                    {std::string(free.info->name), taken.knob(free.info->name), false, {}});
                continue;
            }
            context.decide(chosen(part, *free.info));
            part.knobs.push_back({std::string(free.info->name), free.info->fallback, false, {}});
        }
        auto design = std::make_shared<const catalog::Design>(*input.stack, *input.index,
                                                              *input.project, std::move(parts));
        auto diagnostics = design->check();
        context.put(slots::design, DesignPtr(std::move(design)));
        return diagnostics;
    }
};

}  // namespace

graph::Agent& architect_agent() {
    static Architect agent;
    return agent;
}

}  // namespace agentops
