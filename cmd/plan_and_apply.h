#pragma once

// apply without a run, and destroy: plan, show, get approval, apply, in one invocation.

#include "cmd/apply_flow.h"

namespace agentops::cmd {

struct DirectApply {
    std::vector<std::string> patterns;
    bool destroy = false, auto_approve = false, allow_protected = false;
    ScopeWish scope = {};
};

ExitCode plan_and_apply(Session& session, const DirectApply& wish);

}  // namespace agentops::cmd
