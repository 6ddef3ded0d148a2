#include "cmd/approval.h"

#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdio>

#include "base/digest.h"
#include "base/text.h"
#include "record/journal.h"
#include "unit/plan_record.h"

namespace agentops::cmd {

namespace {

std::string short_id(const std::string& run) {
    return run.substr(run.rfind('-') + 1);
}

/// Protected components that the reviewed plans would destroy or replace, from the stored verdicts.
std::vector<std::string> protected_hits(const Planned& planned) {
    std::vector<std::string> hits;
    for (const auto& stack : planned.report.stacks) {
        for (const auto& unit : stack.units) {
            for (const auto& change : unit.changes) {
                if (change.is_protected) hits.push_back(change.change.address);
            }
        }
    }
    return hits;
}

Diagnostic over(int planned, int allowed, std::string_view what, std::string_view option) {
    return error("approval.limits",
                 fmt::format("the plan {} {} and {} are allowed", what, planned, allowed), {},
                 fmt::format("if that is meant: {} {}", option, planned));
}

Diagnostic needed(std::vector<std::string> reasons, const std::string& run) {
    const auto why = reasons.empty() ? std::string() : ": " + join(reasons, "; ");
    return error("approval.needed", "the plan needs approval" + why, {},
                 fmt::format("agentops approve {0}, then agentops apply {0}", short_id(run)));
}

/// One line of what is asked, with the number to type when something would be lost.
std::optional<std::string> ask_person(const Session& session, const Planned& planned) {
    const int lost = planned.destroys + planned.replaces;
    if (lost == 0) return session.ask("Apply this plan? Type yes:");
    return session.ask(fmt::format("This destroys or replaces {}. Type the number to apply:",
                                   count_of(static_cast<std::size_t>(lost), "resource")));
}

bool said_yes(const Planned& planned, const std::optional<std::string>& answer) {
    const int lost = planned.destroys + planned.replaces;
    return answer && *answer == (lost == 0 ? std::string("yes") : std::to_string(lost));
}

}  // namespace

std::string current_user() {
    const auto* entry = getpwuid(geteuid());
    return entry != nullptr ? entry->pw_name : fmt::format("uid {}", geteuid());
}

std::vector<std::string> next_after_plan(const record::Manifest& manifest) {
    auto approve = fmt::format("agentops approve {}", short_id(manifest.run));
    if (manifest.destroys() > 0) approve += fmt::format(" --max-destroy {}", manifest.destroys());
    if (manifest.replaces() > 0) approve += fmt::format(" --max-replace {}", manifest.replaces());
    return {approve, fmt::format("agentops apply {}", short_id(manifest.run))};
}

Result<record::Approval> approve(Session& session, const record::Store& store,
                                 const record::Manifest& manifest, const ApprovalWish& wish) {
    for (const auto& stack : manifest.stacks) {
        if (stack.blocked)
            return fail(
                error("gate.blocked",
                      fmt::format("findings block stack {}; no approval can lift that", stack.id),
                      {}, "mend them, or waive them in the intent with reason and expiry"));
    }
    TRY(auto outcome, record::read_outcome(store, manifest.run));
    if (outcome.status != "planned")
        return fail(
            error("stale.started",
                  fmt::format("run {} was started already ({})", manifest.run, outcome.status), {},
                  "plan again: agentops plan"));
    const int max_destroy = wish.max_destroy.value_or(0);
    const int max_replace = wish.max_replace.value_or(0);
    Diagnostics refused;
    if (manifest.destroys() > max_destroy)
        refused.push_back(over(manifest.destroys(), max_destroy, "destroys", "--max-destroy"));
    if (manifest.replaces() > max_replace)
        refused.push_back(over(manifest.replaces(), max_replace, "replaces", "--max-replace"));
    if (!refused.empty()) return fail(std::move(refused));
    const record::Approval approval{manifest.run,
                                    record::digest_of(manifest),
                                    wish.as,
                                    wish.reason,
                                    rfc3339(session.clock().now()),
                                    max_destroy,
                                    max_replace,
                                    wish.allow_protected};
    TRY_DO(record::write_approval(store, approval));
    TRY_DO(record::append_journal(store, session.clock(), manifest.run, "plan.approved",
                                  {{"approval", sha256(record::to_json(approval))},
                                   {"manifest", approval.manifest},
                                   {"as", approval.as},
                                   {"reason", approval.reason},
                                   {"by", wish.by_policy ? "policy" : "person"},
                                   {"max_destroy", max_destroy},
                                   {"max_replace", max_replace}}));
    return approval;
}

Result<record::Approval> obtain_approval(Session& session, const record::Store& store,
                                         const Planned& planned, bool auto_approve,
                                         bool allow_protected) {
    const auto& manifest = *planned.manifest;
    if (const auto hits = protected_hits(planned); !hits.empty() && !allow_protected)
        return fail(error("approval.protected",
                          fmt::format("the plan destroys or replaces what rules.protect keeps: {}",
                                      join(hits, ", ")),
                          {}, "pass --allow-protected if it is really meant"));
    std::vector<std::string> reasons;
    for (const auto& [stack, verdict] : planned.verdicts) {
        for (const auto& reason : verdict.not_auto) {
            const bool lifted = allow_protected && reason.find("is protected") != std::string::npos;
            if (!lifted) reasons.push_back(fmt::format("{}: {}", stack, reason));
        }
    }
    ApprovalWish wish{current_user(), "", planned.destroys, planned.replaces, allow_protected};
    if (auto_approve && reasons.empty()) {
        wish.reason = "--auto-approve, within the limits of the intent";
        wish.by_policy = true;
    } else if (session.can_ask()) {
        if (!said_yes(planned, ask_person(session, planned)))
            return fail(
                error("approval.refused", "not approved: nothing was applied", {},
                      fmt::format("the plan is kept: agentops apply {}", short_id(manifest.run))));
        wish.reason = "approved on the terminal";
    } else {
        return fail(needed(std::move(reasons), manifest.run));
    }
    return approve(session, store, manifest, wish);
}

}  // namespace agentops::cmd
