#pragma once

// Weights that make a good bound, and the good choices that are met on the way.

#include "negotiate/bound.h"

namespace agentops::negotiate {

/// Weights of the dimensions that make a high bound of the target under the caps. `known` becomes
/// the target of the best choice that was found and keeps the caps, where that is less.
std::vector<double> best_weights(const Space& space, std::size_t target, const Caps& caps,
                                 Amount& known);

}  // namespace agentops::negotiate
