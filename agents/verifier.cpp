// Judges what an apply did, from its event stream, and asks for the proof that it settled.

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "agents/registry.h"
#include "terraform/messages.h"

namespace agentops {

namespace {

/// A create that was not finished, or failed, can have made its object all the same. (Anything else
/// acts on objects that the state knows.)
bool may_be_left_over(const tf::ApplyEvents::Object& object) {
    return !object.completed && object.action == Action::create;
}

Diagnostic left_over(const tf::Unit& unit, const tf::ApplyEvents::Object& object) {
    return warning("apply.unknown-object",
                   fmt::format("{}: {} was started and not finished; it may exist without being in "
                               "the state",
                               unit.id, object.address),
                   {}, "look for it by its agentops:stack tag before applying again");
}

bool has_sensitive(const Json& outputs) {
    if (!outputs.is_object()) return false;
    return std::any_of(outputs.begin(), outputs.end(), [](const Json& output) {
        return output.is_object() && output.value("sensitive", Json()) == true;
    });
}

class Verifier final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "verifier",
            .summary = "judges the apply and asks for a second plan",
            .scope = graph::Scope::terraform,
            .reads = {slots::unit.id, slots::review.id, slots::apply_done.id},
            .writes = {slots::prove_step.id, slots::reread_step.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::unit);
        const auto& applied = context.get(slots::apply_done);
        if (auto failed = judge(*input.unit, applied); !failed.empty()) return failed;
        auto prove = tf::prove_step(*input.unit, targets_of(input), input.context);
        auto reread = tf::outputs_step(*input.unit, input.context);
        reread.name = "reread";
        if (!has_secrets(input, context.get(slots::review), applied))
            reread.skip = "no output is sensitive";
        if (!applied.ran) prove.skip = "nothing was applied";
        if (input.destroy) prove.skip = reread.skip = "nothing is left";
        context.put(slots::prove_step, std::move(prove));
        context.put(slots::reread_step, std::move(reread));
        return {};
    }

private:
    /// Outputs that neither the event stream nor the stored review shows.
    static bool has_secrets(const UnitInput& input, const Review& review,
                            const run::StepResult& applied) {
        if (applied.ran) return has_sensitive(tf::read_events(applied.events).outputs);
        return review.reused && hides_outputs(review.plan, input.facts);
    }

    /// The proof of a repair looks no further than the repair itself.
    static std::vector<std::string> targets_of(const UnitInput& input) {
        return input.aim ? input.aim->targets : std::vector<std::string>();
    }

    static Diagnostics judge(const tf::Unit& unit, const run::StepResult& applied) {
        if (applied.ok) return {};
        auto failed = tf::read_messages(applied.events, unit);
        if (!has_errors(failed)) append(failed, applied.diagnostics);
        for (const auto& object : tf::read_events(applied.events).objects) {
            if (may_be_left_over(object)) failed.push_back(left_over(unit, object));
        }
        if (!has_errors(failed))
            failed.push_back(error("apply.failed", fmt::format("{} was not applied", unit.id), {},
                                   "see the log of its apply step: agentops runs latest"));
        return failed;
    }
};

}  // namespace

graph::Agent& verifier_agent() {
    static Verifier agent;
    return agent;
}

}  // namespace agentops
