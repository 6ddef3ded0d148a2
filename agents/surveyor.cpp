// Puts together what was seen of a unit's objects. Everything behind it reads the observation
// alone, so another engine may write it.

#include "agents/keys.h"
#include "agents/registry.h"
#include "drift/judge.h"
#include "terraform/messages.h"

namespace agentops {

namespace {

class Surveyor final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "surveyor",
            .summary = "puts together what was seen of reality",
            .scope = graph::Scope::terraform,
            .reads = {slots::unit.id, slots::plan_step.id, slots::plan_done.id,
                      slots::look_done.id},
            .writes = {slots::observation.id, slots::schema_step.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::unit);
        const auto& planned = context.get(slots::plan_done);
        drift::Observation seen;
        Diagnostics diagnostics;
        if (planned.ran) {
            const auto& look = context.get(slots::look_done);
            seen = drift::read_observation(input.facts.state.managed, planned.events,
                                           look.json ? *look.json : Json());
            diagnostics = judge_look(input, planned, look, seen);
        } else {
            seen = not_planned(input, context.get(slots::plan_step).skip);
        }
        const auto& cwd = std::get<run::ToolCall>(context.get(slots::plan_step).action).cwd;
        auto schema = tf::schema_step(*input.unit, cwd != input.unit->dir, input.context);
        if (!drift::wants_schema(seen))
            schema.skip = "it decides nothing";
        else if (input.drift && input.drift->computed)
            schema.skip = "it was read before";
        context.put(slots::observation, std::move(seen));
        context.put(slots::schema_step, std::move(schema));
        return diagnostics;
    }

private:
    static drift::Observation not_planned(const UnitInput& input, const std::string& why) {
        drift::Observation seen;
        if (input.facts.state_known && !input.facts.deployed) {
            seen.complete = true;
            return seen;
        }
        seen = drift::read_observation(input.facts.state.managed, {}, Json());
        seen.failure = why.empty() ? "it was not planned" : why;
        return seen;
    }

    /// Why the look failed, as warnings: the verdict "unknown" is the answer, not an error of ours.
    static Diagnostics judge_look(const UnitInput& input, const run::StepResult& planned,
                                  const run::StepResult& look, drift::Observation& seen) {
        Diagnostics found;
        if (!planned.ok) {
            found = tf::read_messages(planned.events, *input.unit);
            if (!has_errors(found)) {
                // It failed and did not say at what: nothing else that it said can be relied on.
                seen = drift::read_observation(input.facts.state.managed, {}, Json());
                append(found, planned.diagnostics);
            }
        } else if (!look.ok) {
            found = look.diagnostics;
        }
        if (seen.complete && !planned.ok) seen.complete = false;
        if (!look.ok && planned.ok) seen.complete = false;
        for (auto& diagnostic : found) {
            if (diagnostic.level != Level::error) continue;
            if (seen.failure.empty()) seen.failure = diagnostic.message;
            diagnostic.level = Level::warning;
        }
        return found;
    }
};

}  // namespace

graph::Agent& surveyor_agent() {
    static Surveyor agent;
    return agent;
}

}  // namespace agentops
