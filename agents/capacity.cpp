// Can it carry the load, and how long do calls take? Formulas: sizing/queueing.h.

#include <fmt/core.h>

#include <cmath>
#include <set>

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
            .reads = {slots::stack.id, slots::lots.id},
            .writes = {slots::opinions.id},
            .authority = "vetoes and advises",
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& lots = context.get(slots::lots);
        std::set<const intent::Component*> known;
        const auto judge = [&](const catalog::Part& part, const catalog::Surroundings& in) {
            const auto fitness = part.kind->fitness(part, in);
            if (fitness.latency) known.insert(part.component);
            View view;
            view.amount = static_cast<negotiate::Amount>(
                std::ceil(fitness.latency.value_or(0) / negotiate::kLatencyUnit));
            if (!fitness.lacks.empty()) view.objections.push_back({"capacity", fitness.lacks});
            return view;
        };
        context.add(slots::opinions,
                    opinion_of("capacity", negotiate::Measure::latency, lots, judge));
        const auto& input = context.get(slots::stack);
        const auto& objectives = input.stack->objectives;
        if (objectives.processors || input.project->settings.limits.processors)
            context.add(slots::opinions,
                        opinion_of("capacity", negotiate::Measure::processors, lots, processors));
        return objectives.latency_p95 ? unknown(lots, known) : Diagnostics();
    }

private:
    static View processors(const catalog::Part& part, const catalog::Surroundings& in) {
        View view;
        view.amount = part.kind->fitness(part, in).processors;
        return view;
    }

    /// Whose calls take nobody knows how long, though an objective asks for it.
    static Diagnostics unknown(const Lots& lots, const std::set<const intent::Component*>& known) {
        Diagnostics found;
        std::set<std::size_t> called;
        for (const auto& entry : lots.entries) {
            if (lots.lots[entry.lot].surroundings.front().demand)
                called.insert(entry.reached.begin(), entry.reached.end());
        }
        for (const auto lot : called) {
            const auto& component = *lots.lots[lot].candidates.front().component;
            if (known.count(&component) != 0) continue;
            found.push_back(warning(
                "negotiate.unknown-latency",
                fmt::format("latency_p95 counts nothing for {}: how long its calls take is not "
                            "known",
                            component.name),
                component.position, "say what a request takes: load: {rps: ..., cpu: 20 ms}"));
        }
        return found;
    }
};

}  // namespace

graph::Agent& capacity_agent() {
    static Capacity agent;
    return agent;
}

}  // namespace agentops
