#pragma once

// Lower bounds for one dimension of a space, and what they rule out.

#include <limits>

#include "negotiate/space.h"

namespace agentops::negotiate {

inline constexpr Amount kNoCap = std::numeric_limits<Amount>::max();
using Caps = std::vector<Amount>;  ///< by dimension

/// What a weighted sum of all dimensions must still grow by, from each place of a pass on. With
/// weights above zero on capped dimensions it is the Lagrangian bound of the target, whose own
/// weight is 1.
struct Bound {
    struct Place {
        double ahead = 0;          ///< the least of the whole cluster when this branch is taken
        std::vector<double> rest;  ///< after so many members, to the end of the last cluster
    };
    std::size_t target = 0;
    std::vector<double> weights;
    std::vector<std::vector<Place>> places;  ///< by cluster and number of the branch
    std::vector<double> best;                ///< the least of each cluster
    double total = 0;                        ///< the least of all

    double weigh(const Amount* row) const;
    /// The lightest row: its index and its weight.
    std::pair<std::size_t, double> lightest(const Rows& rows) const;
    /// The most that the weighted sum of a choice within the caps can be.
    double allowed(const Caps& caps) const;
};

Bound bound_with(const Space& space, std::size_t target, std::vector<double> weights);

/// Leaves out branches and candidates that no choice within the caps can contain.
void rule_out(Space& space, const Bound& bound, const Caps& caps);

}  // namespace agentops::negotiate
