#pragma once

// The one pool of threads. Everything that is ready runs, up to `jobs` at once.

#include <cstddef>
#include <functional>
#include <vector>

namespace agentops::run {

/// Runs body(i) for all i in [0, n) on up to `jobs` threads. The first exception is rethrown.
void parallel_for(std::size_t n, int jobs, const std::function<void(std::size_t)>& body);

/// A directed acyclic graph of tasks: `after[i]` lists the tasks that task i waits for.
/// body(i) runs once each, when all of its predecessors have returned. Ready tasks are started in
/// index order. The first exception is rethrown after running tasks have ended. A cycle throws
/// InternalError (callers check for cycles with diagnostics before).
void run_dag(const std::vector<std::vector<std::size_t>>& after, int jobs,
             const std::function<void(std::size_t)>& body);

}  // namespace agentops::run
