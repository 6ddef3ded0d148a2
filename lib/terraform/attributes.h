#pragma once

// What differs between the two sides of one change, attribute by attribute.

#include "terraform/plan.h"

namespace agentops::tf {

/// Reads the `change` record of a resource. Created objects list what is set; destroyed, forgotten
/// and unchanged ones list nothing. Null and an empty list or map are the same. A value that either
/// side marks sensitive is masked on both.
std::vector<AttributeChange> read_attributes(const Json& change, Action action);

}  // namespace agentops::tf
