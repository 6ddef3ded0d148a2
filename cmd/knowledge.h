#pragma once

// What a project knows beside its intents: prices of its own, and observed load.

#include "cmd/workspace.h"

namespace agentops::cmd {

/// Reads the files that agentops.yaml names under `prices` and `telemetry` into the workspace. A
/// price older than `max_age` is a warning, once (prices.old). Codes: prices.*, telemetry.*,
/// project.missing-file.
Status read_knowledge(Session& session, Workspace& workspace);

/// The observed load of one component. Codes: telemetry.*, project.missing-file.
Result<catalog::Observed> read_observed(Session& session, const intent::Project& project,
                                        const intent::TelemetryQuery& from);

}  // namespace agentops::cmd
