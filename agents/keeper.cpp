// Providers fill in attributes while objects are made and others are attached to them: a security
// group's rules, a role's policies. The proof has read them; taken into the state they are no
// drift.

#include <algorithm>

#include "agents/keys.h"
#include "agents/registry.h"
#include "base/json_access.h"

namespace agentops {

namespace {

class Keeper final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "keeper",
            .summary = "asks for a state that has all that was read",
            .scope = graph::Scope::terraform,
            .reads = {slots::unit.id, slots::prove_done.id},
            .writes = {slots::refresh_step.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::unit);
        auto refresh = tf::refresh_step(*input.unit, input.context);
        refresh.skip = why_not(context.get(slots::prove_done));
        context.put(slots::refresh_step, std::move(refresh));
        return {};
    }

private:
    static std::string why_not(const run::StepResult& proof) {
        if (!proof.ran || !proof.ok) return "there is no proof";
        const auto is_drift = [](const Json& event) {
            return text_of(event, "type") == "resource_drift";
        };
        if (std::none_of(proof.events.begin(), proof.events.end(), is_drift))
            return "the state has all that was read";
        // Applying the proof must change nothing but the state.
        const auto events = tf::read_events(proof.events);
        const bool settled =
            events.saw_summary && events.planned.total() == 0 && events.planned_other == 0;
        return settled ? "" : "the proof still has changes";
    }
};

}  // namespace

graph::Agent& keeper_agent() {
    static Keeper agent;
    return agent;
}

}  // namespace agentops
