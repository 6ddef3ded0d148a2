// Writes down what became of a unit: applied or not, settled or not.

#include <fmt/core.h>

#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

class Curator final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "curator",
            .summary = "records what became of a unit",
            .scope = graph::Scope::terraform,
            .reads = {slots::unit.id, slots::apply_done.id, slots::prove_done.id,
                      slots::refresh_done.id},
            .writes = {slots::outcome.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& unit = *context.get(slots::unit).unit;
        const auto& proof = context.get(slots::prove_done);
        UnitOutcome outcome;
        outcome.applied = context.get(slots::apply_done).ran;
        Diagnostics diagnostics;
        if (proof.ran || !proof.ok) {
            const auto events = tf::read_events(proof.events);
            outcome.left = events.planned;
            outcome.converged = proof.ok && events.saw_summary && settled(events);
            if (!outcome.converged) diagnostics.push_back(not_settled(unit, proof, events));
        }
        if (!context.get(slots::refresh_done).ok) diagnostics.push_back(not_refreshed(unit));
        context.put(slots::outcome, std::move(outcome));
        return diagnostics;
    }

private:
    static Diagnostic not_refreshed(const tf::Unit& unit) {
        return warning("apply.state-behind",
                       fmt::format("{} was applied, but what its provider filled in afterwards is "
                                   "not in the state",
                                   unit.id),
                       {}, "until the next apply, a drift check may report it");
    }

    static bool settled(const tf::ApplyEvents& events) {
        return events.planned.total() == 0 && events.planned_other == 0 &&
               events.planned_outputs == 0;
    }

    static Diagnostic not_settled(const tf::Unit& unit, const run::StepResult& proof,
                                  const tf::ApplyEvents& events) {
        if (!proof.ok || !events.saw_summary)
            return warning(
                "apply.not-proven",
                fmt::format("{} was applied, but a second plan could not prove it", unit.id), {},
                "plan again to see");
        return warning("apply.not-converged",
                       fmt::format("{} was applied, but a second plan still wants {} to create, {} "
                                   "to update, {} to replace, {} to destroy, {} to move, import "
                                   "or forget, {} outputs to change",
                                   unit.id, events.planned.create, events.planned.update,
                                   events.planned.replace, events.planned.destroy,
                                   events.planned_other, events.planned_outputs),
                       {}, "something else changes these resources, or the provider never settles");
    }
};

}  // namespace

graph::Agent& curator_agent() {
    static Curator agent;
    return agent;
}

}  // namespace agentops
