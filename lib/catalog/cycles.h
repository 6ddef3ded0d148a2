#pragma once

// Cycles in small directed graphs: components, units, stacks.

#include <cstddef>
#include <vector>

namespace agentops::catalog {

/// The nodes that each node leads to.
using Edges = std::vector<std::vector<std::size_t>>;

/// At least one cycle of every knot of the graph, as its nodes in order (the first is not
/// repeated); a node that leads to itself is one. Deterministic, linear in nodes, edges and the
/// cycles found.
std::vector<std::vector<std::size_t>> find_cycles(const Edges& edges);

}  // namespace agentops::catalog
