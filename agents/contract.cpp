#include "agents/contract.h"

#include <algorithm>

namespace agentops {

using negotiate::Amount;
using negotiate::Measure;

namespace {

Measure first_preference(const intent::Objectives& objectives) {
    if (objectives.prefer.empty()) return Measure::cost;
    const auto& first = objectives.prefer.order.front().value.value;
    return first == "cost"      ? Measure::cost
           : first == "latency" ? Measure::latency
                                : Measure::downtime;
}

}  // namespace

Bid bid_of(const std::string& stack, const intent::Objectives& objectives, const Award& award,
           const Frontier& frontier) {
    Bid bid{stack, {}};
    if (!award.solution) return bid;
    const auto wanted = first_preference(objectives);
    const auto own = award.solution->score;
    bid.offers.push_back({own.of(Measure::cost), own.of(Measure::processors), 0});
    for (const auto& point : frontier.points) {
        const auto& score = point.solution.score;
        const bool takes_less = score.of(Measure::cost) < own.of(Measure::cost) ||
                                score.of(Measure::processors) < own.of(Measure::processors);
        if (!point.allowed || !takes_less) continue;
        bid.offers.push_back({score.of(Measure::cost), score.of(Measure::processors),
                              std::max<Amount>(0, score.of(wanted) - own.of(wanted))});
    }
    std::stable_sort(bid.offers.begin() + 1, bid.offers.end(),
                     [](const Offer& a, const Offer& b) { return a.cost > b.cost; });
    return bid;
}

std::optional<std::vector<Allotment>> award_shares(std::vector<Bid> bids, const Pool& pool) {
    std::sort(bids.begin(), bids.end(),
              [](const Bid& a, const Bid& b) { return a.stack < b.stack; });
    negotiate::Problem problem;
    problem.preference.order = {Measure::downtime, Measure::cost};  // regret is laid on downtime
    if (pool.cost) problem.limits.push_back({"budget", Measure::cost, {}, *pool.cost});
    if (pool.processors)
        problem.limits.push_back({"quota", Measure::processors, {}, *pool.processors});
    for (const auto& bid : bids) {
        negotiate::Group group;
        group.head = problem.items++;
        for (const auto& offer : bid.offers) {
            negotiate::Candidate candidate;
            candidate.score.of(Measure::cost) = offer.cost;
            candidate.score.of(Measure::processors) = offer.processors;
            candidate.score.of(Measure::downtime) = offer.regret;
            group.alternatives.push_back({candidate, {}});
        }
        problem.groups.push_back(std::move(group));
    }
    const auto solution = negotiate::solve(problem);
    if (!solution) return std::nullopt;
    std::vector<Allotment> shares;
    for (std::size_t i = 0; i < bids.size(); ++i) {
        const auto taken = solution->choice[i];
        shares.push_back({bids[i].stack, bids[i].offers[taken], taken == 0});
    }
    return shares;
}

Amount least_of(const Bid& bid, Measure measure) {
    const auto amount = [&](const Offer& offer) {
        return measure == Measure::processors ? offer.processors : offer.cost;
    };
    const auto least =
        std::min_element(bid.offers.begin(), bid.offers.end(),
                         [&](const Offer& a, const Offer& b) { return amount(a) < amount(b); });
    return least == bid.offers.end() ? 0 : amount(*least);
}

}  // namespace agentops
