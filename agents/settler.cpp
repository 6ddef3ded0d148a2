// Judges, from its events, what a playbook did, and asks for the second pass that must change
// nothing.

#include "agents/keys.h"
#include "agents/play_result.h"
#include "agents/registry.h"

namespace agentops {

namespace {

class Settler final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "settler",
            .summary = "judges the play and asks for a second pass",
            .scope = graph::Scope::ansible,
            .reads = {slots::play_unit.id, slots::targets.id, slots::play_context.id,
                      slots::play_done.id},
            .writes = {slots::settle_step.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::play_unit);
        const auto& played = context.get(slots::play_done);
        Diagnostics found;
        const auto hosts =
            taking_part(context.get(slots::targets).hosts, context.get(slots::play_context));
        if (played.ran || !played.ok)
            found = read_play(*input.unit, hosts, played, false).diagnostics;
        if (has_errors(found)) return found;
        auto settle = ansible::settle_step(*input.unit, input.context);
        if (!played.ran) settle.skip = "nothing was run";
        context.put(slots::settle_step, std::move(settle));
        return found;
    }
};

}  // namespace

graph::Agent& settler_agent() {
    static Settler agent;
    return agent;
}

}  // namespace agentops
