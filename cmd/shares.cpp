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

std::vector<Bid> bids_of(const StaticWalk& walk) {
    std::vector<Bid> bids;
    for (std::size_t i = 0; i < walk.stacks.size(); ++i) {
        const auto* lots = walk.boards[i].get(slots::lots);
        const auto* award = walk.boards[i].get(slots::award);
        if (lots == nullptr || award == nullptr || !award->solution) continue;
        const auto& stack = *walk.stacks[i];
        const bool saves = stack.objectives.prefer.empty() ||
                           stack.objectives.prefer.order.front().value.value == "cost";
        // Who prefers cost has chosen the cheapest design already.
        const auto frontier = saves ? Frontier{} : frontier_of(*lots, *award);
        bids.push_back(bid_of(stack.id, stack.objectives, *award, frontier));
    }
    return bids;
}

Diagnostic too_little(const Located<intent::Money>& budget, const std::vector<Bid>& bids,
                      Amount least) {
    std::vector<std::string> needs;
    for (const auto& bid : bids)
        needs.push_back(
            fmt::format("{} {}", bid.stack, amount_text(Measure::cost, bid.offers.back().cost)));
    return error(
        "negotiate.shared-budget",
        fmt::format("the stacks cannot share {}: {}", to_text(budget.value), listed(needs, "and")),
        budget.position,
        fmt::format("raise it to {}, or lower what they ask for",
                    amount_text(Measure::cost, least)));
}

}  // namespace

Status deal_out(Session& session, Workspace& workspace) {
    const auto& budget = workspace.project.settings.limits.budget;
    if (!budget) return {};
    Selection all;
    for (const auto& stack : workspace.stacks)
        all.push_back(&stack);
    const auto walk = walk_static(session, workspace, all, Depth::negotiation);
    if (has_errors(walk.diagnostics)) return fail(walk.diagnostics);
    const auto bids = bids_of(walk);
    const auto most =
        static_cast<Amount>(std::floor(budget->value.usd_per_month / negotiate::kCostUnit + 1e-6));
    Amount least = 0;
    const auto shares = award_shares(bids, most, least);
    if (!shares) return fail(too_little(*budget, bids, least));
    for (auto& stack : workspace.stacks) {
        const auto share = std::find_if(shares->begin(), shares->end(), [&](const Share& each) {
            return each.stack == stack.id && !each.favourite;
        });
        if (share == shares->end()) continue;
        const auto usd = static_cast<double>(share->cost) * negotiate::kCostUnit;
        stack.objectives.budget = Located<intent::Money>{{usd}, budget->position};
        workspace.shares[stack.id] =
            fmt::format("its share of the {} that {} have together is {}", to_text(budget->value),
                        count_of(shares->size(), "stack"), amount_text(Measure::cost, share->cost));
    }
    return {};
}

}  // namespace agentops::cmd
