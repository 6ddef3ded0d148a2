#pragma once

// Access: what `uses: [db]` means. For each edge, the user may connect to the ports of the target,
// and its machines' role gets the target's grants: nothing else reaches anything.

#include "catalog/builder.h"

namespace agentops::catalog {

/// The arguments of one security group rule for one port; the other side is to be added.
tf::Map port_rule(const tf::Expr& group, const Port& port);

/// Adds the rules and policies of all edges of a design, signed "access".
void build_access(const Design& design, BuiltStack& built);

/// `uses` that could have no effect: catalog.cannot-use.
Diagnostics check_access(const Design& design);

}  // namespace agentops::catalog
