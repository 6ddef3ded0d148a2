#pragma once

// From a manifest to reality: verified, locked, applied unit by unit, proven, checked, recorded.

#include "cmd/plan_flow.h"

namespace agentops::cmd {

struct ApplyRequest {
    record::Manifest manifest;
    Limits limits;
    bool resume = false;
    bool quiet = false;  ///< without progress: a loop makes it
};

/// Applies what the manifest names and nothing else. Every mismatch is a stale.* diagnostic.
report::Report apply_manifest(Session& session, const Workspace& workspace,
                              const StaticWalk& stacks, const ApplyRequest& request);

/// Compares the manifest's chain with what is there now, link by link. On resume, plans and states
/// of unfinished units may have moved on.
Diagnostics verify_chain(const Workspace& workspace, const record::Manifest& manifest,
                         const UnitSet& units, bool resume);

/// The stacks of a manifest, loaded with its parameters and walked.
Result<Prepared> prepare_manifest(Session& session, const record::Manifest& manifest);

}  // namespace agentops::cmd
