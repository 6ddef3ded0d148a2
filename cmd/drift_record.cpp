#include "cmd/drift_record.h"

#include <algorithm>

#include "cmd/incidents.h"
#include "record/journal.h"

namespace agentops::cmd {

namespace {

std::string stack_of(const drift::Sighting& sighting) {
    return sighting.unit.substr(0, sighting.unit.find('/'));
}

/// By stack: the references of these differences.
std::map<std::string, Json> by_stack(const std::vector<drift::Sighting>& sightings) {
    std::map<std::string, Json> lists;
    for (const auto& one : sightings) {
        auto& list = lists.emplace(stack_of(one), Json::array()).first->second;
        list.push_back(drift::reference_of(one));
    }
    return lists;
}

Json last_clean(const DriftCheck& check, const std::string& stack) {
    const auto known = check.last_clean.find(stack);
    return known == check.last_clean.end() || known->second.empty() ? Json(nullptr)
                                                                    : Json(known->second);
}

/// What is on record of the stacks of one check.
Json counts_of(const DriftCheck& check) {
    auto stacks = Json::object();
    for (const auto& stack : check.report.stacks) {
        std::size_t drifted = 0, unknown = stack.status == "unknown" ? 1 : 0;
        for (const auto& resource : *stack.resources) {
            drifted += resource.drifted() ? 1 : 0;
            unknown += resource.verdict.status == drift::Status::unknown ? 1 : 0;
        }
        stacks[stack.id] = {{"drifted", drifted}, {"unknown", unknown}};
    }
    return stacks;
}

/// What differs on a machine may be drift or the newer intent: then nothing is known to be mended.
bool waits_for_intent(const report::StackReport& stack) {
    return std::any_of(stack.resources->begin(), stack.resources->end(), [](const auto& resource) {
        return resource.verdict.status == drift::Status::not_checked &&
               resource.verdict.cause == drift::Cause::pending_intent;
    });
}

Status keep_incidents(Session& session, const Workspace& workspace, const DriftCheck& check) {
    for (const auto& stack : check.report.stacks) {
        std::vector<std::string> targets;
        for (const auto& resource : *stack.resources) {
            for (const auto& difference : resource.differences) {
                if (!difference.accepted && difference.seen)
                    targets.push_back(drift::reference_of(*difference.seen));
            }
        }
        if (!targets.empty())
            TRY_DO(report_trouble(session, workspace, check.run, {"drift", stack.id, targets}));
        else if (stack.status != "unknown" && !waits_for_intent(stack))
            TRY_DO(report_mended(session, workspace, check.run, "drift", stack.id));
    }
    return {};
}

}  // namespace

Status journal_drift(Session& session, const Workspace& workspace, const DriftCheck& check) {
    for (const auto& [stack, list] : by_stack(check.appeared))
        TRY_DO(record::append_journal(
            workspace.store, session.clock(), check.run, "drift.detected",
            {{"stack", stack}, {"differences", list}, {"last_clean", last_clean(check, stack)}}));
    for (const auto& [stack, list] : by_stack(check.restored))
        TRY_DO(record::append_journal(workspace.store, session.clock(), check.run, "drift.restored",
                                      {{"stack", stack}, {"differences", list}}));
    return keep_incidents(session, workspace, check);
}

Result<DriftCheck> check_and_record(Session& session, const Workspace& workspace,
                                    const StaticWalk& stacks, DriftOptions options) {
    const auto run = record::new_run_id(session.clock());
    const auto run_dir = workspace.store.run(run);
    TRY_DO(workspace.store.prepare());
    TRY_DO(workspace.store.mark_check(run));
    TRY_DO(session.events().open(run_dir / "events.jsonl", run));
    options.run = run;
    options.run_dir = run_dir;
    auto check = check_drift(session, workspace, stacks, options);
    check.report.run = run;
    check.report.run_dir = run_dir;
    TRY_DO(record::append_journal(workspace.store, session.clock(), run, "drift.checked",
                                  {{"stacks", counts_of(check)}}));
    TRY_DO(journal_drift(session, workspace, check));
    TRY_DO(write_file(run_dir / "drift.json",
                      dump_json(session.redactor().apply(report::to_json(check.report)), 1) + "\n",
                      0600));
    return check;
}

}  // namespace agentops::cmd
