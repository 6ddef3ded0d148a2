#pragma once

// A reviewed plan on disk (runs/<run>/.../review.json): what was shown when it was approved. It
// holds masks, never sensitive values.

#include "unit/change.h"

namespace agentops {

Json to_record(const Plan& plan);
/// Code: run.damaged.
Result<Plan> from_record(const Json& record);

}  // namespace agentops
