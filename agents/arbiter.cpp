// Chooses the best candidates that keep every limit against no veto, exactly, and says why; when
// there are none, says which objectives and rules cannot hold together and what would help.

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "agents/registry.h"
#include "agents/stakes.h"
#include "agents/verdicts.h"
#include "base/text.h"

namespace agentops {

namespace {

using negotiate::Relaxation;

class Arbiter final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "arbiter",
            .summary = "chooses the best candidates that keep every limit, or names the conflict",
            .scope = graph::Scope::stack,
            .reads = {slots::stack.id, slots::lots.id, slots::opinions.id},
            .writes = {slots::award.id},
            .authority = "decides",
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& lots = context.get(slots::lots);
        if (!lots.wanted) {
            context.put(slots::award, Award{});
            return {};
        }
        const auto& stack = *context.get(slots::stack).stack;
        const auto opinions = context.all(slots::opinions);
        if (const auto& share = context.get(slots::stack).share; !share.empty())
            context.decide(share_of(stack, share));
        auto award = lay_out_problem(stack, lots, opinions);
        award.solution = negotiate::solve(award.problem);
        Diagnostics found;
        if (award.solution) {
            award.counterfactuals = counterfactuals_of(award);
            for (auto& decision : decisions_of(lots, opinions, award))
                context.decide(std::move(decision));
        } else {
            found.push_back(conflict(award, context));
        }
        context.put(slots::award, std::move(award));
        return found;
    }

private:
    static graph::Decision share_of(const intent::Stack& stack, const std::string& share) {
        graph::Decision decision;
        const auto& budget = stack.objectives.budget;
        const auto& processors = stack.objectives.processors;
        decision.subject = budget ? "budget" : "processors";
        decision.choice =
            budget ? to_text(budget->value) : fmt::format("{}", processors->value.value);
        decision.because = share;
        decision.positions = {budget ? budget->position : processors->position};
        decision.rules = {"contract net: least regret in sum"};
        return decision;
    }

    static Diagnostic conflict(const Award& award, graph::AgentContext& context) {
        const auto found = negotiate::find_conflict(award.problem);
        std::vector<std::string> names;
        graph::Decision decision;
        decision.subject = "design";
        decision.choice = "none";
        const auto add = [&](const Stake& stake) {
            names.push_back(stake.name);
            decision.positions.push_back(stake.position);
            decision.rules.push_back(fmt::format("{}: {}", stake.agent, stake.name));
        };
        for (const auto index : found.limits)
            add(award.limits[index]);
        for (const auto index : found.vetoes)
            add(award.vetoes[index]);
        std::vector<std::string> ways;
        for (const auto& relaxation : relaxations(award.problem, found))
            ways.push_back(way_out(award, relaxation));
        decision.because = names.size() == 1
                               ? fmt::format("{} cannot be kept", names.front())
                               : fmt::format("{} cannot hold together", listed(names, "and"));
        const auto position = decision.positions.empty() ? Position{} : decision.positions.front();
        auto diagnostic =
            error("negotiate.conflict",
                  fmt::format("no design keeps {}{}", listed(names, "and"),
                              names.size() > 1 ? " together" : ""),
                  position,
                  ways.empty() ? "no single one of them is enough to lift" : listed(ways, "or"));
        context.decide(std::move(decision));
        return diagnostic;
    }

    static std::string way_out(const Award& award, const Relaxation& relaxation) {
        if (relaxation.of == Relaxation::Of::veto)
            return fmt::format("lift '{}' (then {})", award.vetoes[relaxation.index].name,
                               amount_text(negotiate::Measure::cost, relaxation.least));
        const auto& limit = award.problem.limits[relaxation.index];
        const auto amount = amount_text(limit.measure, relaxation.least);
        switch (limit.measure) {
            case negotiate::Measure::cost:
                return fmt::format("raise the budget to {}", amount);
            case negotiate::Measure::downtime:
                return fmt::format("lower availability to {}", amount);
            case negotiate::Measure::latency:
                return fmt::format("raise latency_p95 to {}", amount);
            case negotiate::Measure::processors:
                return fmt::format("raise the quota to {}", amount);
            case negotiate::Measure::dislike:
                break;  // nobody can limit it
        }
        throw InternalError("measure outside the enum");
    }
};

}  // namespace

graph::Agent& arbiter_agent() {
    static Arbiter agent;
    return agent;
}

}  // namespace agentops
