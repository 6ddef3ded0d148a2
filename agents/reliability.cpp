// How often does a candidate work, and what would a disaster cost? Formulas: sizing/availability.h.

#include <cmath>

#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

class Reliability final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "reliability",
            .summary = "says how often each candidate works, and what a disaster would cost",
            .scope = graph::Scope::stack,
            .reads = {slots::stack.id, slots::lots.id},
            .writes = {slots::opinions.id},
            .authority = "vetoes and advises",
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& objectives = context.get(slots::stack).stack->objectives;
        const auto judge = [&](const catalog::Part& part, const catalog::Surroundings& in) {
            const auto standing = part.kind->standing(part, in);
            View view;
            view.amount = static_cast<negotiate::Amount>(
                std::ceil(-std::log(standing.availability) / negotiate::kDowntimeUnit - 1e-6));
            if (standing.stores) recovery(standing, objectives, view);
            return view;
        };
        context.add(slots::opinions, opinion_of("reliability", negotiate::Measure::downtime,
                                                context.get(slots::lots), judge));
        return {};
    }

private:
    static void recovery(const catalog::Standing& standing, const intent::Objectives& objectives,
                         View& view) {
        const auto misses = [](double seconds, const auto& wanted) {
            return wanted && seconds * 1000 > static_cast<double>(wanted->value.value.count());
        };
        if (misses(standing.recovery_point_s, objectives.rpo))
            view.objections.push_back({"rpo", "a disaster would cost more data than rpo allows"});
        if (misses(standing.recovery_time_s, objectives.rto))
            view.objections.push_back({"rto", "it would be back later than rto allows"});
    }
};

}  // namespace

graph::Agent& reliability_agent() {
    static Reliability agent;
    return agent;
}

}  // namespace agentops
