#pragma once

// The exact choice: no other one within the limits is better. Candidates are taken group by group;
// of partial choices only those are kept that no other one beats in everything that still counts,
// and whose bound does not exceed the best choice known (a Lagrangian relaxation of the limits:
// Fisher, "The Lagrangian Relaxation Method for Solving Integer Programming Problems", 1981; the
// multiple-choice knapsack with dominance: Kellerer, Pferschy, Pisinger, "Knapsack Problems", 2004,
// chapter 11).

#include "negotiate/problem.h"

namespace agentops::negotiate {

struct Solution {
    Choice choice;
    Score score;
};

/// What holds in a question about a problem; for conflicts and what-ifs some of it is lifted.
struct Active {
    std::vector<bool> limits, vetoes;
    static Active all(const Problem& problem);
};

/// The best choice under the preference; nothing when no choice keeps the limits without a veto.
/// Ties: of equal designs the one whose candidates come first, in order of groups. Never depends on
/// time or threads.
std::optional<Solution> solve(const Problem& problem);
std::optional<Solution> solve(const Problem& problem, const Active& active);

/// The least that one measure can be over `items` (all when empty), under what is active.
std::optional<Amount> least(const Problem& problem, const Active& active, Measure measure,
                            const std::vector<std::size_t>& items = {});

/// Every choice, vetoes apart from limits, that no other one beats in cost, downtime, latency and,
/// where a quota counts them, processors over all items: the Pareto frontier, by cost. Exact unless
/// `thinned` is set: then partial choices were more than `most`, and an even selection of them went
/// on.
std::vector<Solution> frontier(const Problem& problem, std::size_t most, bool& thinned);

}  // namespace agentops::negotiate
