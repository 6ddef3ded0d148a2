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
            .reads = {slots::unit.id, slots::inputs.id, slots::plan_step.id, slots::plan_done.id},
            .writes = {slots::look_step.id, slots::confirm_step.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::unit);
        const auto& planned = context.get(slots::plan_done);
        const auto& cwd = std::get<run::ToolCall>(context.get(slots::plan_step).action).cwd;
        auto look = tf::look_step(*input.unit, cwd != input.unit->dir, input.context);
        auto confirm = probe_of(input);
        if (!planned.ran)
            look.skip = "nothing was planned";
        else if (planned.ok && !drift::differs(planned.events) && !remembers(input))
            look.skip = "nothing differs";
        if (!drift::reports_gone(planned.events, kSilentlyGone))
            confirm.skip = "no bucket is reported gone";
        else if (!input.drift || input.drift->cloud.empty())
            confirm.skip = "it is not known where the cloud answers";
        context.put(slots::look_step, std::move(look));
        context.put(slots::confirm_step, std::move(confirm));
        return {};
    }

private:
    /// What drifted before and does no more was restored, or the state took it over: only the
    /// values can tell.
    static bool remembers(const UnitInput& input) {
        return input.drift && !input.drift->remembered.empty();
    }

    /// The provider takes a bucket that it cannot reach for one that is gone (hashicorp/aws
    /// 5.100); all other types say that they could not be read.
    static constexpr std::string_view kSilentlyGone = "aws_s3_bucket";

    static run::Step probe_of(const UnitInput& input) {
        run::Probe probe;
        if (input.drift) probe.url = input.drift->cloud;
        probe.within = std::chrono::seconds(5);
        return {"confirm", "tcp", std::move(probe), true, ""};
    }
};

}  // namespace

graph::Agent& lookout_agent() {
    static Lookout agent;
    return agent;
}

}  // namespace agentops
