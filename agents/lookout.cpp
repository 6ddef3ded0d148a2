// Decides from a plan's event stream whether a closer look is needed: most units have not drifted,
// and reading a plan as JSON costs seconds.

#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

class Lookout final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "lookout",
            .summary = "asks for a closer look where something differs",
            .scope = graph::Scope::terraform,
            .reads = {slots::unit.id, slots::plan_step.id, slots::plan_done.id},
            .writes = {slots::look_step.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::unit);
        const auto& planned = context.get(slots::plan_done);
        const auto& cwd = std::get<run::ToolCall>(context.get(slots::plan_step).action).cwd;
        auto look = tf::look_step(*input.unit, cwd != input.unit->dir, input.context);
        if (!planned.ran)
            look.skip = "nothing was planned";
        else if (planned.ok && !drift::differs(planned.events) && !remembers(input))
            look.skip = "nothing differs";
        context.put(slots::look_step, std::move(look));
        return {};
    }

private:
    /// What drifted before and does no more was restored, or the state took it over: only the
    /// values can tell.
    static bool remembers(const UnitInput& input) {
        return input.drift && drift::any_open(input.drift->remembered);
    }
};

}  // namespace

graph::Agent& lookout_agent() {
    static Lookout agent;
    return agent;
}

}  // namespace agentops
