#pragma once

// Getting a plan approved: by a person on the terminal, by --auto-approve within limits, or by
// `agentops approve`.

#include "cmd/plan_flow.h"

namespace agentops::cmd {

struct ApprovalWish {
    std::string as, reason;
    std::optional<int> max_destroy, max_replace;
    bool allow_protected = false;
    bool by_policy = false;  ///< rules said yes, no person did
};

/// Writes and journals the approval of a manifest. Refuses when the plan destroys or replaces more
/// than is allowed (approval.limits), is blocked (gate.blocked), or touches protected components
/// without leave (approval.protected).
Result<record::Approval> approve(Session& session, const record::Store& store,
                                 const record::Manifest& manifest, const ApprovalWish& wish);

/// Who is at the terminal: the user's name.
std::string current_user();

/// Lines that say what approving would take: shown under a plan.
std::vector<std::string> next_after_plan(const record::Manifest& manifest);

/// Asks on the terminal, or lets --auto-approve decide within the stacks' own limits; the approval
/// is then recorded as by `approve`. Code approval.needed when nobody can say yes.
Result<record::Approval> obtain_approval(Session& session, const record::Store& store,
                                         const Planned& planned, bool auto_approve,
                                         bool allow_protected);

}  // namespace agentops::cmd
