#include "cmd/shares.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "agents/contract.h"
#include "agents/keys.h"
#include "base/text.h"

namespace agentops::cmd {

namespace {

using negotiate::Amount;
using negotiate::Measure;

std::vector<Bid> bids_of(const StaticWalk& walk, const Pool& pool) {
    std::vector<Bid> bids;
    for (std::size_t i = 0; i < walk.stacks.size(); ++i) {
        const auto* lots = walk.boards[i].get(slots::lots);
        const auto* award = walk.boards[i].get(slots::award);
        if (lots == nullptr || award == nullptr || !award->solution) continue;
        const auto& stack = *walk.stacks[i];
        const bool saves = stack.objectives.prefer.empty() ||
                           stack.objectives.prefer.order.front().value.value == "cost";
        // Who prefers cost has chosen the cheapest design already.
        const auto frontier = saves && !pool.processors ? Frontier{} : frontier_of(*lots, *award);
        bids.push_back(bid_of(stack.id, stack.objectives, *award, frontier));
    }
    return bids;
}

/// "900 USD/month and 64 processors"
std::string pool_text(const intent::SharedLimits& limits) {
    std::vector<std::string> parts;
    if (limits.budget) parts.push_back(to_text(limits.budget->value));
    if (limits.processors)
        parts.push_back(amount_text(Measure::processors, limits.processors->value.value));
    return listed(parts, "and");
}

std::string amounts_text(const Pool& pool, Amount cost, Amount processors) {
    std::vector<std::string> parts;
    if (pool.cost) parts.push_back(amount_text(Measure::cost, cost));
    if (pool.processors) parts.push_back(amount_text(Measure::processors, processors));
    return listed(parts, "and");
}

Diagnostic too_little(const intent::SharedLimits& limits, const Pool& pool,
                      const std::vector<Bid>& bids) {
    std::vector<std::string> needs;
    Amount cost = 0, processors = 0;
    for (const auto& bid : bids) {
        const auto least_cost = least_of(bid, Measure::cost),
                   least_processors = least_of(bid, Measure::processors);
        needs.push_back(
            fmt::format("{} {}", bid.stack, amounts_text(pool, least_cost, least_processors)));
        cost += least_cost;
        processors += least_processors;
    }
    return error("negotiate.shared-budget",
                 fmt::format("the stacks cannot share {}: they need at least {}", pool_text(limits),
                             listed(needs, "and")),
                 limits.budget ? limits.budget->position : limits.processors->position,
                 fmt::format("raise it to {}{}, or lower what they ask for",
                             amounts_text(pool, cost, processors),
                             pool.cost && pool.processors
                                 ? " or more: one design may not need the least of both"
                                 : ""));
}

/// The stack may have its share and no more, whether it is what it wanted or less.
void grant(const Allotment& share, const intent::SharedLimits& limits, const Pool& pool,
           std::size_t stacks, Workspace& workspace, intent::Stack& stack) {
    if (pool.cost)
        stack.objectives.budget =
            Located<intent::Money>{{static_cast<double>(share.offer.cost) * negotiate::kCostUnit},
                                   limits.budget->position};
    if (pool.processors)
        stack.objectives.processors = Located<intent::Count>{
            {static_cast<int>(share.offer.processors)}, limits.processors->position};
    workspace.shares[stack.id] = fmt::format(
        "its share of the {} that {} have together is {}{}", pool_text(limits),
        count_of(stacks, "stack"), amounts_text(pool, share.offer.cost, share.offer.processors),
        share.favourite ? ", as it would choose for itself"
                        : ", not what it would choose for itself");
}

}  // namespace

Status deal_out(Session& session, Workspace& workspace) {
    const auto& limits = workspace.project.settings.limits;
    Pool pool;
    if (limits.budget)
        pool.cost = static_cast<Amount>(
            std::floor(limits.budget->value.usd_per_month / negotiate::kCostUnit + 1e-6));
    if (limits.processors) pool.processors = limits.processors->value.value;
    if (!pool.cost && !pool.processors) return {};
    Selection all;
    for (const auto& stack : workspace.stacks)
        all.push_back(&stack);
    const auto walk = walk_static(session, workspace, all, Depth::negotiation);
    if (has_errors(walk.diagnostics)) return fail(walk.diagnostics);
    const auto bids = bids_of(walk, pool);
    const auto shares = award_shares(bids, pool);
    if (!shares) return fail(too_little(limits, pool, bids));
    for (auto& stack : workspace.stacks) {
        const auto share = std::find_if(shares->begin(), shares->end(), [&](const Allotment& each) {
            return each.stack == stack.id;
        });
        if (share != shares->end()) grant(*share, limits, pool, shares->size(), workspace, stack);
    }
    return {};
}

}  // namespace agentops::cmd
