#pragma once

// The project's shared budget, dealt out among its stacks before anything is designed.

#include "cmd/workspace.h"

namespace agentops::cmd {

/// Lets all stacks of the project bid for `limits.budget` of agentops.yaml and gives each that got
/// less than it wanted its share as a budget. Does nothing when no budget is shared. Code:
/// negotiate.shared-budget.
Status deal_out(Session& session, Workspace& workspace);

}  // namespace agentops::cmd
