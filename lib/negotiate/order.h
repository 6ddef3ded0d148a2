#pragma once

// One dimension after the other, each at the best that those before it leave, over a whole space:
// taken apart where nothing ties its items together, and head by head where one decides what others
// may be.

#include "negotiate/search.h"

namespace agentops::negotiate {

/// The choice with the least first target under the caps, of those the one with the least second
/// target, and so on; nothing when no choice keeps the caps. Ties as Search::least().
std::optional<Found> best_in_order(const Space& space, const Caps& caps,
                                   const std::vector<std::size_t>& targets);

}  // namespace agentops::negotiate
