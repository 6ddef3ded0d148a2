#pragma once

// What the journal keeps of plans and applies beside their changes, so that the metrics
// (record/metrics.h) and the track records of agents (record/track.h) can be computed from it
// alone.

#include <map>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"
#include "cmd/unit_run.h"
#include "cmd/workspace.h"

namespace agentops::cmd {

using ReviewsByStack = std::map<std::string, std::vector<Review>>;

/// By stack and agent: proposals that became part of the design, and that did not.
Json proposals_of(const StaticWalk& walk);

/// By stack that is planned from nothing: what the arbiter reckoned with, and what the plan costs,
/// in USD a month.
Json costs_of(const StaticWalk& walk, const ReviewsByStack& reviews);

/// By stack: {made, pinned}: properties that agents chose, and that the intent says itself.
Json decisions_of(const StaticWalk& walk);

/// By stack and component that has a load of its own and processors: how many of them are busy on
/// average and at the peak, how many are needed at the peak with its headroom, and how many there
/// are: {average, peak, needed, provided}.
Json capacity_of(const StaticWalk& walk);

/// {n, invalid}: units whose artifacts their tool's own validation has read, and refused.
Json validations_of(const UnitSet& units, const UnitWalk& walk);

/// {id, time} of the commit that was planned; null where there is no git or no commit.
Json commit_of(const Workspace& workspace);

/// Operations on single objects while a unit was applied: resources of Terraform, or tasks on
/// machines that changed something or failed. Hits: those that failed.
Share operations_of(const UnitJob& job, const run::StepResult& applied);

}  // namespace agentops::cmd
