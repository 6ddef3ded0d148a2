#include "cmd/repair.h"

#include <algorithm>

#include "cmd/approval.h"

namespace agentops::cmd {

std::map<std::string, Aim> aims_of(const DriftCheck& check) {
    std::map<std::string, Aim> aims;
    for (const auto& [unit, verdict] : check.verdicts)
        aims[unit].targets = check.targets_of(unit);
    return aims;
}

bool aims_at_nothing(const std::map<std::string, Aim>& aims) {
    return std::all_of(aims.begin(), aims.end(),
                       [](const auto& aim) { return aim.second.targets.empty(); });
}

ExitCode finish_repair(Session& session, DriftCheck check, Planned planned) {
    auto& report = planned.report;
    report.verdict = plan_verdict(planned);
    if (planned.manifest && planned.changes && !planned.blocked)
        report.next = next_after_plan(*planned.manifest);
    report.exit = worst(report.exit, check.report.exit);
    append(report.diagnostics, check.report.diagnostics);
    if (!session.globals().json) {
        check.report.next.clear();
        session.print(
            session.redactor().apply(report::to_text(check.report, session.text_options())) + "\n");
        return session.finish(std::move(report));
    }
    report.extra.update(check.report.extra);
    report.extra["check"] = check.run;
    for (auto& stack : report.stacks) {
        for (auto& checked : check.report.stacks) {
            if (checked.id == stack.id) stack.resources = std::move(checked.resources);
        }
    }
    return session.finish(std::move(report));
}

ExitCode revert_drift(Session& session, const Prepared& prepared, DriftCheck check) {
    if (check.drifted == 0) return session.finish(std::move(check.report));
    const auto aims = aims_of(check);
    if (aims_at_nothing(aims)) {
        check.report.remarks.push_back(
            "nothing of it can be restored by a plan: the intent does not set what differs");
        return session.finish(std::move(check.report));
    }
    auto planned =
        make_plan(session, *prepared.workspace, prepared.walk, {.purpose = "revert", .aims = aims});
    return finish_repair(session, std::move(check), std::move(planned));
}

}  // namespace agentops::cmd
