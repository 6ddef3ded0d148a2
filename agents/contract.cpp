#include "agents/contract.h"

#include <algorithm>

namespace agentops {

using negotiate::Amount;
using negotiate::Measure;

Bid bid_of(const std::string& stack, const intent::Objectives& objectives, const Award& award,
           const Frontier& frontier) {
    Bid bid{stack, {}};
    if (!award.solution) return bid;
    const bool latency =
        !objectives.prefer.empty() && objectives.prefer.order.front().value.value == "latency";
    const auto wanted = latency ? Measure::latency : Measure::downtime;
    const auto own = award.solution->score;
    bid.offers.push_back({own.of(Measure::cost), 0});
    for (const auto& point : frontier.points) {
        const auto& score = point.solution.score;
        if (!point.allowed || score.of(Measure::cost) >= own.of(Measure::cost)) continue;
        bid.offers.push_back(
            {score.of(Measure::cost), std::max<Amount>(0, score.of(wanted) - own.of(wanted))});
    }
    std::stable_sort(bid.offers.begin(), bid.offers.end(),
                     [](const Offer& a, const Offer& b) { return a.cost > b.cost; });
    return bid;
}

std::optional<std::vector<Share>> award_shares(std::vector<Bid> bids, Amount most, Amount& least) {
    std::sort(bids.begin(), bids.end(),
              [](const Bid& a, const Bid& b) { return a.stack < b.stack; });
    negotiate::Problem problem;
    problem.preference.order = {Measure::downtime, Measure::cost};
    problem.limits = {{"shared budget", Measure::cost, {}, most}};
    least = 0;
    for (const auto& bid : bids) {
        negotiate::Group group;
        group.head = problem.items++;
        for (const auto& offer : bid.offers) {
            negotiate::Candidate candidate;
            candidate.score.of(Measure::cost) = offer.cost;
            candidate.score.of(Measure::downtime) = offer.regret;
            group.alternatives.push_back({candidate, {}});
        }
        if (!bid.offers.empty()) least += bid.offers.back().cost;
        problem.groups.push_back(std::move(group));
    }
    const auto solution = negotiate::solve(problem);
    if (!solution) return std::nullopt;
    std::vector<Share> shares;
    for (std::size_t i = 0; i < bids.size(); ++i) {
        const auto taken = solution->choice[i];
        shares.push_back({bids[i].stack, bids[i].offers[taken].cost, taken == 0});
    }
    return shares;
}

}  // namespace agentops
