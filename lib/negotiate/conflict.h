#pragma once

// Why there is no choice, and what would make one possible.

#include "negotiate/solve.h"

namespace agentops::negotiate {

/// Limits and vetoes that cannot hold together, none of which could be left out: QuickXplain
/// (Junker, "QuickXplain: Preferred Explanations and Relaxations for Over-Constrained Problems",
/// AAAI 2004).
struct Conflict {
    std::vector<std::size_t> limits, vetoes;  ///< indices, sorted
};

/// What a limit would have to be, or what lifting a veto would cost, for a design to be possible
/// with all others as they are.
struct Relaxation {
    enum class Of { limit, veto } of = Of::limit;
    std::size_t index = 0;
    /// Of a limit: the least that its sum can be. Of a veto: the least total cost without it.
    Amount least = 0;
};

/// A minimal conflict of a problem that has no solution; limits are kept in it rather than vetoes
/// where there is a choice. Empty when there is a solution.
Conflict find_conflict(const Problem& problem);

/// One for each member of the conflict whose relaxation alone, as little as possible, is enough.
std::vector<Relaxation> relaxations(const Problem& problem, const Conflict& conflict);

}  // namespace agentops::negotiate
