// Decides over a whole stack: is it blocked, and may --auto-approve let it pass? No model, no
// exceptions: what cannot be judged is not approved.

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "agents/registry.h"
#include "base/text.h"

namespace agentops {

namespace {

std::optional<Risk> parse_risk(std::string_view text) {
    for (const auto risk : {Risk::low, Risk::medium, Risk::high, Risk::critical}) {
        if (to_text(risk) == text) return risk;
    }
    return std::nullopt;
}

/// What is likely counts, of what usage decides; what nobody can price is not approved.
void judge_cost(const intent::Money& most, const std::vector<Review>& reviews, Verdict& verdict) {
    double more = 0;
    std::vector<std::string> unpriced;
    for (const auto& review : reviews) {
        if (review.plan.empty()) continue;
        if (!review.cost) {
            if (review.changes.empty()) continue;
            unpriced.push_back(review.unit);
            continue;
        }
        more += review.cost->change().likely;
        unpriced.insert(unpriced.end(), review.cost->unpriced.begin(), review.cost->unpriced.end());
    }
    if (!unpriced.empty())
        verdict.not_auto.push_back(
            fmt::format("approvals.auto.max_increase is set, and nothing knows the price of {}",
                        join(unpriced, ", ")));
    if (more > most.usd_per_month)
        verdict.not_auto.push_back(
            fmt::format("it adds {:.2f} USD/month, approvals.auto allows {}", more, to_text(most)));
}

/// The stack's own limits for --auto-approve; without `approvals.auto` the flag itself decides.
void judge_auto(const intent::AutoApproval& limits, const std::vector<Review>& reviews,
                Verdict& verdict) {
    for (const auto& review : reviews) {
        if (review.pending)
            verdict.not_auto.push_back(
                fmt::format("{} waits for {}: nothing knows yet what it changes", review.unit,
                            join(review.waits_for, ", ")));
    }
    if (limits.max_risk) {
        const auto most = parse_risk(limits.max_risk->value.value);
        if (!most || verdict.risk > *most)
            verdict.not_auto.push_back(fmt::format("its risk is {}, approvals.auto allows {}",
                                                   to_text(verdict.risk),
                                                   limits.max_risk->value.value));
    }
    const int lost = verdict.counts.destroy + verdict.counts.replace;
    if (limits.max_destroy && lost > limits.max_destroy->value)
        verdict.not_auto.push_back(
            fmt::format("it destroys or replaces {}, approvals.auto allows {}", lost,
                        limits.max_destroy->value));
    if (limits.max_increase && verdict.counts.total() > 0)
        judge_cost(limits.max_increase->value, reviews, verdict);
}

class Gate final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "gate",
            .summary = "blocks on findings, and says whether approval is needed",
            .scope = graph::Scope::stack,
            .reads = {slots::stack.id, slots::findings.id, slots::reviews.id},
            .writes = {slots::verdict.id},
            .authority = "blocks",
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& stack = *context.get(slots::stack).stack;
        Verdict verdict;
        const auto& reviews = context.get(slots::reviews);
        // What is being removed may be as bad as it is.
        const bool removal = std::any_of(reviews.begin(), reviews.end(),
                                         [](const Review& review) { return review.destroy; });
        for (const auto* finding : context.all(slots::findings)) {
            if (finding->blocks && !removal)
                verdict.blocked_by.push_back(
                    fmt::format("{} {}: {}", finding->rule, finding->address, finding->message));
        }
        for (const auto& review : reviews) {
            verdict.counts += review.plan.counts();
            verdict.risk = std::max(verdict.risk, review.risk);
            for (const auto& change : review.changes) {
                if (change.is_protected)
                    verdict.not_auto.push_back(
                        fmt::format("{} is protected", change.change.address));
            }
        }
        if (stack.approvals.automatic) judge_auto(*stack.approvals.automatic, reviews, verdict);
        verdict.blocked = !verdict.blocked_by.empty();
        verdict.auto_approvable = !verdict.blocked && verdict.not_auto.empty();
        context.decide(decision(stack, verdict));
        context.put(slots::verdict, std::move(verdict));
        return {};
    }

private:
    static graph::Decision decision(const intent::Stack& stack, const Verdict& verdict) {
        graph::Decision decision;
        decision.subject = "approval";
        decision.positions = {stack.position};
        if (verdict.blocked) {
            decision.choice = "blocked";
            decision.because = join(verdict.blocked_by, "; ");
        } else if (!verdict.not_auto.empty()) {
            decision.choice = "needs approval";
            decision.because = join(verdict.not_auto, "; ");
        } else {
            decision.choice = "within limits";
            decision.because = "no finding blocks it and no limit is exceeded";
        }
        return decision;
    }
};

}  // namespace

graph::Agent& gate_agent() {
    static Gate agent;
    return agent;
}

}  // namespace agentops
