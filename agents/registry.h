#pragma once

// All agents and slots of the program.

#include "graph/walk.h"

namespace agentops {

#define AGENT(name) graph::Agent& name##_agent();
#include "agents/agents.def"
#undef AGENT

/// Built once; the agents have no state.
const graph::Registry& registry();

/// The agent's place in the registry, for Board::add.
std::size_t agent_order(std::string_view name);

}  // namespace agentops
