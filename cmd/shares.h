#pragma once

// What the stacks of a project share, a budget and a quota, dealt out before anything is designed.

#include "cmd/workspace.h"

namespace agentops::cmd {

/// Lets all stacks of the project bid for the `limits` of agentops.yaml and gives each its share as
/// an objective, so that together they never exceed them. Does nothing when nothing is shared.
/// Code: negotiate.shared-budget.
Status deal_out(Session& session, Workspace& workspace);

}  // namespace agentops::cmd
