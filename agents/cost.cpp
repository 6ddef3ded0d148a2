// What would a candidate cost in a month? Of what usage decides the likely amount counts.

#include <cmath>

#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

class Cost final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "cost",
            .summary = "prices every candidate from the price book",
            .scope = graph::Scope::stack,
            .reads = {slots::stack.id, slots::lots.id},
            .writes = {slots::opinions.id},
            .authority = "advises",
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::stack);
        const auto& region = input.stack->target.region.value.value;
        const auto judge = [&](const catalog::Part& part, const catalog::Surroundings& in) {
            const auto bill = prices::make_bill(*input.prices, region, part.kind->bill(part, in));
            View view;
            view.amount = static_cast<negotiate::Amount>(
                std::llround(bill.usd.likely / negotiate::kCostUnit));
            return view;
        };
        context.add(slots::opinions,
                    opinion_of("cost", negotiate::Measure::cost, context.get(slots::lots), judge));
        return {};
    }
};

}  // namespace

graph::Agent& cost_agent() {
    static Cost agent;
    return agent;
}

}  // namespace agentops
