#pragma once

// A drift check with its traces: a run directory, lines in the journal, incidents.

#include "cmd/drift_flow.h"

namespace agentops::cmd {

/// Checks the stacks in a run of its own (options.run and run_dir are set here) and journals what
/// appeared and what was restored.
Result<DriftCheck> check_and_record(Session& session, const Workspace& workspace,
                                    const StaticWalk& stacks, DriftOptions options);

/// Journals what a check found anew and what it found in order again: "drift.detected" and
/// "drift.restored", a line per stack.
Status journal_drift(Session& session, const Workspace& workspace, const DriftCheck& check);

}  // namespace agentops::cmd
