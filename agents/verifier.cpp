// Judges what an apply did, from its event stream; passes the real outputs on; asks for the proof.

#include <fmt/core.h>

#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

class Verifier final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "verifier",
            .summary = "judges the apply and asks for a second plan",
            .scope = graph::Scope::unit,
            .reads = {slots::unit.id, slots::expected_outputs.id, slots::apply_done.id},
            .writes = {slots::actual_outputs.id, slots::prove_step.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::unit);
        const auto& applied = context.get(slots::apply_done);
        auto prove = tf::prove_step(*input.unit, input.context);
        if (!applied.ran || input.destroy) {
            prove.skip = input.destroy ? "nothing is left to plan" : "nothing was applied";
            context.put(slots::prove_step, std::move(prove));
            context.put(slots::actual_outputs, context.get(slots::expected_outputs));
            return applied.ran ? judge(*input.unit, applied) : Diagnostics{};
        }
        auto failed = judge(*input.unit, applied);
        if (!failed.empty()) return failed;
        context.put(slots::prove_step, std::move(prove));
        context.put(slots::actual_outputs, actual(context, applied));
        return {};
    }

private:
    static Diagnostics judge(const tf::Unit& unit, const run::StepResult& applied) {
        if (applied.ok) return {};
        Diagnostics failed = applied.diagnostics;
        const auto events = tf::read_events(applied.events);
        for (const auto& object : events.objects) {
            if (object.completed || (object.errored && object.action != tf::Action::create))
                continue;
            failed.push_back(warning(
                "apply.unknown-object",
                fmt::format("{}: {} was started and not finished; it may exist without being in "
                            "the state",
                            unit.id, object.address),
                {}, "look for it by its agentops:stack tag before applying again"));
        }
        if (events.lock_held)
            failed.insert(failed.begin(),
                          error("lock.state", fmt::format("the state of {} is locked", unit.id), {},
                                "wait for the other run, or see `terraform force-unlock`"));
        if (failed.empty())
            failed.push_back(error("apply.failed", fmt::format("{} was not applied", unit.id)));
        return failed;
    }

    /// The outputs event of the apply; sensitive values are not in it and stay unknown here.
    static UnitOutputs actual(graph::AgentContext& context, const run::StepResult& applied) {
        auto outputs = context.get(slots::expected_outputs);
        outputs.changing.clear();
        outputs.unknown.clear();
        const auto events = tf::read_events(applied.events);
        if (!events.outputs.is_object()) return outputs;
        for (const auto& [name, output] : events.outputs.items()) {
            if (output.is_object() && output.contains("value"))
                outputs.values[name] = output.at("value");
        }
        return outputs;
    }
};

}  // namespace

graph::Agent& verifier_agent() {
    static Verifier agent;
    return agent;
}

}  // namespace agentops
