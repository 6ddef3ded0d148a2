#pragma once

// What the `heal` section of an intent lets a loop do about drift.

#include "cmd/drift_flow.h"
#include "cmd/plan_flow.h"
#include "drift/condition.h"

namespace agentops::cmd {

/// Proposes a plan that restores, or applies one, as the policy says and through the same gate,
/// approval, limits and journal as any plan. Writes into `condition` what it did, or why it left
/// things alone. A repair that the limits do not allow is proposed instead.
Status heal(Session& session, const Prepared& prepared, const report::StackReport& stack, bool sure,
            drift::StackCondition& condition);

}  // namespace agentops::cmd
