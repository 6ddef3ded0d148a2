#pragma once

// A whole choice in a space, and how it gets better one candidate at a time: a good choice makes
// bounds rule out much.

#include "negotiate/bound.h"

namespace agentops::negotiate {

struct Plan {
    std::vector<std::size_t> branches;           ///< by cluster: index in the space
    std::vector<std::vector<std::size_t>> rows;  ///< by cluster and member
    std::vector<Amount> uses;
};

/// The lightest choice by the bound's weights, caps aside.
Plan lightest_plan(const Space& space, const Bound& bound);
/// The same with another branch of one cluster.
Plan with_branch(const Space& space, const Bound& bound, Plan plan, std::size_t cluster,
                 std::size_t branch);

bool keeps(const Plan& plan, const Caps& caps);

/// Exchanges candidates of single items, what keeps most of the caps for least of the target first.
/// False when no exchange helps and a cap is still exceeded.
bool repair(const Space& space, std::size_t target, const Caps& caps, Plan& plan);

/// Exchanges candidates of single items, the one that saves most of the target first, then of
/// pairs, as long as the caps are kept.
void improve(const Space& space, std::size_t target, const Caps& caps, Plan& plan);

}  // namespace agentops::negotiate
