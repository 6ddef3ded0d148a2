// Can it carry the load, and how long do calls take? Formulas: sizing/queueing.h.

#include <cmath>

#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

class Capacity final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "capacity",
            .summary = "objects to what cannot carry the load, and says how long calls take",
            .scope = graph::Scope::stack,
            .reads = {slots::lots.id},
            .writes = {slots::opinions.id},
            .authority = "vetoes and advises",
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto judge = [](const catalog::Part& part, const catalog::Surroundings& in) {
            const auto fitness = part.kind->fitness(part, in);
            View view;
            view.amount = static_cast<negotiate::Amount>(
                std::ceil(fitness.latency.value_or(0) / negotiate::kLatencyUnit));
            if (!fitness.lacks.empty()) view.objections.push_back({"capacity", fitness.lacks});
            return view;
        };
        context.add(slots::opinions, opinion_of("capacity", negotiate::Measure::latency,
                                                context.get(slots::lots), judge));
        return {};
    }
};

}  // namespace

graph::Agent& capacity_agent() {
    static Capacity agent;
    return agent;
}

}  // namespace agentops
