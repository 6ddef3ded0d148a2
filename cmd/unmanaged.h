#pragma once

// `drift --unmanaged`: what exists in the regions and networks of stacks and is in no state of the
// project. It asks the aws command; it is never drift.

#include <vector>

#include "cmd/unit_run.h"
#include "drift/survey.h"

namespace agentops::cmd {

struct UnmanagedAnswer {
    std::vector<drift::Unmanaged> found;  ///< by place, then in the order of the listings
    Diagnostics diagnostics;              ///< warnings: what was not listed, or not known
    std::size_t listed = 0;               ///< listings that were answered and read
};

/// Asks once for each region and endpoint of the stacks, and once for all regions where they
/// answer the same. Objects in a VPC are told only of the VPCs that a state of the stacks knows.
/// `units` are those of this run, initialised: they can ask for their remote states. Codes:
/// drift.not-listed, drift.no-state, drift.unread-state.
UnmanagedAnswer find_unmanaged(Session& session, const Workspace& workspace,
                               const Selection& stacks, const UnitSet& units, run::Runner& runner);

}  // namespace agentops::cmd
