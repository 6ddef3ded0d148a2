// Applies exactly what was approved: the saved plan itself, or a new plan that stays within the
// approval's limits when the approved one could not hold real values.

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "agents/registry.h"
#include "base/text.h"

namespace agentops {

namespace {

class Operator final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "operator",
            .summary = "writes the apply step when the plan is within what was approved",
            .scope = graph::Scope::terraform,
            .reads = {slots::unit.id, slots::review.id},
            .writes = {slots::backup_step.id, slots::apply_step.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::unit);
        const auto& review = context.get(slots::review);
        if (auto excess = beyond_limits(input, review); !excess.empty()) return excess;
        const auto& file = review.reused ? input.approved->plan_file : tf::plan_file(input.context);
        auto backup = tf::backup_state_step(*input.unit, "before", input.context);
        auto apply = tf::apply_step(*input.unit, file, input.context);
        if (review.plan.empty() && !review.refreshes) backup.skip = apply.skip = "nothing to do";
        context.put(slots::backup_step, std::move(backup));
        context.put(slots::apply_step, std::move(apply));
        return {};
    }

private:
    static Diagnostics beyond_limits(const UnitInput& input, const Review& review) {
        Diagnostics excess;
        if (review.preview || review.pending)
            excess.push_back(error(
                "stale.preview",
                fmt::format("{} still waits for {}", review.unit, join(review.waits_for, ", ")), {},
                "apply those first, in this run or before it"));
        for (const auto& change : review.changes) {
            if (change.is_protected && !input.limits.allow_protected)
                excess.push_back(
                    error("approval.protected",
                          fmt::format("{} would {} {}, which rules.protect keeps", review.unit,
                                      to_text(change.change.action), change.change.address),
                          change.origin.position, "pass --allow-protected if it is really meant"));
        }
        const auto counts = review.plan.counts();
        check(counts.destroy, input.limits.max_destroy, "destroy", review, excess);
        check(counts.replace - unfinished(input, review), input.limits.max_replace, "replace",
              review, excess);
        return excess;
    }

    /// How many replacements are of objects that this run began to create and did not finish:
    /// nothing that stood before it is lost by them.
    static int unfinished(const UnitInput& input, const Review& review) {
        if (!input.approved) return 0;
        const auto& approved = input.approved->plan.changes;
        const auto began_here = [&](const Change& change) {
            return change.action == Action::replace && change.reason == "replace_because_tainted" &&
                   std::any_of(approved.begin(), approved.end(), [&](const Change& planned) {
                       return planned.address == change.address && planned.action == Action::create;
                   });
        };
        const auto& now = review.plan.changes;
        return static_cast<int>(std::count_if(now.begin(), now.end(), began_here));
    }

    static void check(int wanted, int allowed, std::string_view what, const Review& review,
                      Diagnostics& excess) {
        if (wanted <= allowed) return;
        excess.push_back(error("stale.limits",
                               fmt::format("{} would now {} {}, the approval allows {}",
                                           review.unit, what, wanted, allowed),
                               {}, "plan again and approve the new plan"));
    }
};

}  // namespace

graph::Agent& operator_agent() {
    static Operator agent;
    return agent;
}

}  // namespace agentops
