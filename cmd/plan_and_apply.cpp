#include "cmd/plan_and_apply.h"

#include <fmt/core.h>

#include "cmd/approval.h"

namespace agentops::cmd {

namespace {

/// They were shown before the question: the answer that follows says what became of them.
void forget_changes(report::Report& report) {
    report.findings.clear();
    for (auto& stack : report.stacks) {
        for (auto& unit : stack.units) {
            unit.changes.clear();
            unit.outputs.clear();
        }
    }
}

}  // namespace

ExitCode plan_and_apply(Session& session, const DirectApply& wish) {
    auto prepared = prepare(session, wish.patterns, true, Scope(wish.scope));
    if (!prepared) return session.fail_with(prepared.error());
    if (prepared->scope.concerns_nothing())
        return session.finish(prepared->scope.nothing(session, prepared->workspace.get()));
    auto planned =
        make_plan(session, *prepared->workspace, prepared->walk, {.destroy = wish.destroy});
    auto& report = planned.report;
    report.verdict = plan_verdict(planned);
    prepared->scope.tell(report, *prepared->workspace);
    const bool stop =
        !planned.manifest || planned.blocked || !planned.changes || has_errors(report.diagnostics);
    if (stop) return session.finish(std::move(report));
    // People see the plan before they are asked; a script gets one record, at the end.
    if (!session.globals().json)
        session.print(session.redactor().apply(report::to_text(report, session.text_options())));
    auto approval = obtain_approval(session, prepared->workspace->store, planned, wish.auto_approve,
                                    wish.allow_protected);
    if (!approval) {
        if (!session.globals().json) return session.fail_with(approval.error());
        append(report.diagnostics, approval.error());
        return session.finish(std::move(report));
    }
    const ApplyRequest request{
        *planned.manifest,
        {approval->max_destroy, approval->max_replace, approval->allow_protected},
        false};
    auto applied = apply_manifest(session, *prepared->workspace, prepared->walk, request);
    if (!session.globals().json) forget_changes(applied);
    return session.finish(std::move(applied));
}

}  // namespace agentops::cmd
