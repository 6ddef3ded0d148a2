#pragma once

// `agentops drift --adopt`: what is there becomes what is wanted.

#include "cmd/repair.h"

namespace agentops::cmd {

/// Edits the intents, shows the diff, proves with a new look that nothing would be changed back,
/// and makes a plan by which the states take over what is there. An edit that cannot be proven is
/// taken back. Code: drift.adopt-unproven.
ExitCode adopt_drift(Session& session, const Prepared& prepared, DriftCheck check);

}  // namespace agentops::cmd
