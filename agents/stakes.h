#pragma once

// Lots, opinions and objectives as a problem that can be solved exactly.

#include "agents/model.h"

namespace agentops {

/// The problem with its stakes; not solved yet. Items are lots; a network is the head of what
/// stands in it.
Award lay_out_problem(const intent::Stack& stack, const Lots& lots,
                      const std::vector<const Opinion*>& opinions);

/// Which objectives decide anything: the choice without each of them, where that is another one.
/// For an award with a solution.
std::vector<Counterfactual> counterfactuals_of(const Award& award);

/// Why a candidate of a lot must not be taken, one clause each; empty when nobody objects.
std::vector<std::string> objections_to(const std::vector<const Opinion*>& opinions, std::size_t lot,
                                       std::size_t alternative, std::size_t candidate);

}  // namespace agentops
