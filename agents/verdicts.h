#pragma once

// Why the arbiter chose what it chose, knob by knob.

#include "agents/model.h"
#include "graph/board.h"

namespace agentops {

/// One decision for each knob that was open: its options, each with the total cost that the design
/// would have (as a negative score) or why it was not taken, and what would change the choice.
std::vector<graph::Decision> decisions_of(const Lots& lots,
                                          const std::vector<const Opinion*>& opinions,
                                          const Award& award);

}  // namespace agentops
