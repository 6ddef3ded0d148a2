#pragma once

// What a change puts at stake, from its action and its type alone.

#include "agents/model.h"
#include "unit/change.h"

namespace agentops {

/// From the least to the most: creating is low; changing access or replacing what holds no data is
/// medium, and so is what nobody can tell; destroying is high; losing data is critical.
Risk risk_of(const Change& change);

}  // namespace agentops
