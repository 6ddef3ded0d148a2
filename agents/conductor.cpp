// Lets the approved playbook run, on the machines that are not done yet.

#include <fmt/core.h>

#include "agents/keys.h"
#include "agents/registry.h"
#include "base/text.h"

namespace agentops {

namespace {

class Conductor final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "conductor",
            .summary = "writes the play step for what was approved",
            .scope = graph::Scope::ansible,
            .reads = {slots::play_unit.id, slots::inputs.id, slots::review.id,
                      slots::play_context.id, slots::reach_done.id},
            .writes = {slots::play_step.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::play_unit);
        const auto& review = context.get(slots::review);
        if (review.pending)
            return {error(
                "stale.preview",
                fmt::format("{} still waits for {}", review.unit, join(review.waits_for, ", ")), {},
                "apply those first, in this run or before it")};
        // What waited, or was interrupted, is what was approved: the same artifacts on machines
        // that only now have addresses.
        const bool replan = input.approved && input.approved->replan;
        if (input.approved && !replan &&
            input.approved->inputs_digest != context.get(slots::inputs).digest)
            return {error("stale.hosts",
                          fmt::format("{} was approved for other machines or values", review.unit),
                          {}, "plan again and have the new plan approved: agentops plan")};
        auto play = ansible::play_step(*input.unit, context.get(slots::play_context));
        if (!replan && review.plan.empty()) play.skip = "nothing to do";
        context.put(slots::play_step, std::move(play));
        return silent(*input.unit, context.get(slots::reach_done));
    }

private:
    /// Ansible will report them too; here stands for how long they were waited for.
    static Diagnostics silent(const ansible::Unit& unit, const run::StepResult& reached) {
        Diagnostics found;
        if (!reached.json) return found;
        for (const auto& [host, why] : reached.json->items()) {
            if (why.get<std::string>().empty()) continue;
            found.push_back(warning("ansible.no-answer", fmt::format("{} of {}: {}", host, unit.id,
                                                                     why.get<std::string>())));
        }
        return found;
    }
};

}  // namespace

graph::Agent& conductor_agent() {
    static Conductor agent;
    return agent;
}

}  // namespace agentops
