#pragma once

// What drifted is repaired either way, by a plan like any other.

#include "cmd/drift_flow.h"
#include "cmd/plan_flow.h"

namespace agentops::cmd {

/// What a repair of everything that drifted may touch, by unit.
std::map<std::string, Aim> aims_of(const DriftCheck& check);

/// No unit has a target.
bool aims_at_nothing(const std::map<std::string, Aim>& aims);

/// Makes a plan that restores what drifted, and shows it.
ExitCode revert_drift(Session& session, const Prepared& prepared, DriftCheck check);

/// Shows a check, then the plan that was made for it: for people one after the other, for programs
/// as one record with the plan's run.
ExitCode finish_repair(Session& session, DriftCheck check, Planned planned);

}  // namespace agentops::cmd
