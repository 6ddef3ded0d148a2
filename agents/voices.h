#pragma once

// Whose proposals became the design, and whose did not.

#include <map>
#include <string>

#include "agents/model.h"

namespace agentops {

/// Proposals of one agent, one for each component on which it tells candidates apart: the one that
/// it likes best of those that nobody objects to and no pin forbids, or that none is taken that it
/// objects to.
struct Voice {
    std::size_t accepted = 0, overridden = 0;
};

/// By agent; those that told nothing apart are not there. Empty when nothing was awarded.
std::map<std::string, Voice> voices_of(const Lots& lots,
                                       const std::vector<const Opinion*>& opinions,
                                       const Award& award);

}  // namespace agentops
