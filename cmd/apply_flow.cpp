#include "cmd/apply_flow.h"

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "agents/registry.h"
#include "base/text.h"
#include "cmd/checks.h"
#include "cmd/facts.h"
#include "cmd/incidents.h"
#include "cmd/machines.h"
#include "record/journal.h"
#include "unit/plan_record.h"

namespace agentops::cmd {

namespace {

/// A fresh folder for each try: apply, apply-2, ...
fs::path next_folder(const fs::path& run_dir) {
    std::error_code ignored;
    fs::path folder = run_dir / "apply";
    for (int i = 2; fs::exists(folder, ignored); ++i)
        folder = run_dir / fmt::format("apply-{}", i);
    return folder;
}

Result<Plan> reviewed_plan(const fs::path& path) {
    TRY(auto text, read_file(path));
    TRY(auto json, parse_json(text, "the review", "run.damaged"));
    return from_record(json);
}

/// Its machines are asked after the apply, so its inventory is wanted even when nothing is left to
/// do.
bool has_checks(const UnitJob& job) {
    return job.ansible() != nullptr && !job.ansible()->unit.checks.empty();
}

struct UnitEnd {
    std::string status;  ///< as in report::UnitReport
    std::string note;
};

class Applying {
public:
    Applying(Session& session, const Workspace& workspace, const StaticWalk& stacks,
             const ApplyRequest& request)
        : session_(session),
          workspace_(workspace),
          stacks_(stacks),
          request_(request),
          run_(request.manifest.run) {
        report_ = session.new_report();
        report_.run = run_;
        report_.run_dir = workspace_.store.run(run_);
        add_static(report_, stacks);
        report_.extra["architecture"] = architecture_of(stacks);
    }

    report::Report run() {
        if (auto done = apply(); !done) {
            append(report_.diagnostics, done.error());
            report_.verdict = "nothing was applied";
        }
        return std::move(report_);
    }

private:
    Status apply() {
        const auto& store = workspace_.store;
        const auto run_dir = store.run(run_);
        TRY(auto locks, lock_stacks(session_, workspace_, stacks_.stacks, run_));
        TRY(auto before, record::read_outcome(store, run_));
        TRY_DO(may_start(before));
        folder_ = next_folder(run_dir);
        TRY_DO(make_private_dir(folder_));
        TRY_DO(session_.events().open(run_dir / "events.jsonl", run_));
        auto live = live_of(session_, request_.quiet);
        const auto runner =
            make_real_runner(session_, workspace_, folder_, live.get(), fds_of(locks));
        const bool destroy = request_.manifest.destroy;
        TRY(auto tools, find_tools(workspace_, stacks_, destroy, *runner));
        TRY(units_, gather_units(session_, workspace_, stacks_, tools, folder_, destroy, *runner));
        if (auto stale = verify_chain(workspace_, request_.manifest, units_, request_.resume);
            !stale.empty())
            return fail(std::move(stale));
        TRY_DO(take_approved(before));
        TRY_DO(begin());
        const auto walk = walk_units(session_, stacks_, units_,
                                     {{slots::outcome.id, slots::actual_outputs.id}, destroy, true},
                                     *runner, live.get());
        if (session_.interrupt().count() > 0) live->interrupted();
        append(report_.diagnostics, walk.diagnostics);
        conclude(walk, before);
        run_stack_checks(*runner, live.get());
        remove_secret_files(units_);
        live->finish();
        return finish();
    }

    Status may_start(const record::Outcome& before) const {
        if (before.status == "planned") {
            if (!request_.resume) return {};
            return fail(error("stale.not-started", fmt::format("run {} was never started", run_),
                              {}, fmt::format("agentops apply {}", run_)));
        }
        if (before.status == "applied" || before.status == "not-converged")
            return fail(error("stale.applied",
                              fmt::format("run {} was applied already; a plan applies once", run_),
                              {}, "plan again: agentops plan"));
        if (request_.resume) return {};
        return fail(error("stale.started",
                          fmt::format("run {} was started and ended as '{}'", run_, before.status),
                          {}, fmt::format("continue it: agentops apply --resume {}", run_)));
    }

    /// The approved plan of each unit; finished units of a resumed run drop out when their state on
    /// disk can speak for them.
    Status take_approved(const record::Outcome& before) {
        std::set<std::string> finished;
        for (const auto& [unit, status] : before.units) {
            if (status == "applied" || status == "unchanged" || status == "destroyed")
                finished.insert(unit);
        }
        std::erase_if(units_.jobs, [&](const UnitJob& job) {
            return finished.count(job.id()) != 0 && job.outputs_known() && !has_checks(job);
        });
        for (const auto& stack : request_.manifest.stacks) {
            for (const auto& planned : stack.units) {
                auto* job = units_.find(planned.id);
                if (job == nullptr) continue;
                const auto planned_dir = workspace_.store.run(run_) / planned.id;
                ApprovedPlan approved;
                TRY(approved.plan, reviewed_plan(planned_dir / "review.json"));
                if (const auto* root = job->terraform()) {
                    auto context = root->context;
                    context.run_dir = planned_dir;
                    approved.plan_file = tf::plan_file(context);
                }
                approved.inputs_digest = planned.inputs;
                approved.replan = planned.preview || request_.resume;
                if (request_.manifest.purpose != "plan")
                    job->aim = Aim{planned.targets, request_.manifest.purpose == "adopt"};
                job->limits = limits_of(planned, approved.replan);
                job->approved = std::move(approved);
                if (request_.resume) take_progress(workspace_.store.run(run_), folder_, *job);
            }
        }
        return {};
    }

    /// A unit may lose what was reviewed for it. What the approval allows beyond that goes to the
    /// one unit that is planned again; with several of them it goes to none, so that the sum holds.
    Limits limits_of(const record::ManifestUnit& planned, bool replan) const {
        Limits limits{planned.destroy, planned.replace, request_.limits.allow_protected};
        if (!replan) return limits;
        std::size_t replanned = 0;
        for (const auto& stack : request_.manifest.stacks) {
            for (const auto& unit : stack.units)
                replanned += unit.preview || request_.resume ? 1 : 0;
        }
        if (replanned > 1) return limits;
        limits.max_destroy += request_.limits.max_destroy - request_.manifest.destroys();
        limits.max_replace += request_.limits.max_replace - request_.manifest.replaces();
        return limits;
    }

    Status begin() {
        for (const auto& job : units_.jobs)
            outcome_.units[job.id()] = "not-started";
        outcome_.status = "applying";
        TRY_DO(record::write_outcome(workspace_.store, run_, outcome_));
        return record::append_journal(
            workspace_.store, session_.clock(), run_, "apply.started",
            {{"manifest", record::digest_of(request_.manifest)}, {"resume", request_.resume}});
    }

    UnitEnd end_of(const UnitWalk& walk, const UnitJob& job) const {
        const auto* board = walk.board(units_, job.id());
        if (board == nullptr) return {"not-started", ""};
        if (const auto* outcome = board->get(slots::outcome)) {
            if (!outcome->applied) return {"unchanged", ""};
            if (!outcome->converged) return {"not-converged", ""};
            return {request_.manifest.destroy ? "destroyed" : "applied", ""};
        }
        const auto* applied = applying_step(job, *board);
        if (applied != nullptr && applied->ran) {
            if (applied->interrupted) return {"interrupted", ""};
            // Applied, but what came after it (the proof, the outputs) did not end.
            return {went_well(job, *applied) ? "not-converged" : "failed", ""};
        }
        return not_applied(walk, job.id());
    }

    UnitEnd not_applied(const UnitWalk& walk, const std::string& unit) const {
        for (const auto& node : walk.result.reports) {
            if (node.subject != unit || node.status == graph::NodeStatus::ok) continue;
            if (node.status == graph::NodeStatus::failed) return {"failed", node.node};
            if (node.reason == "interrupted") return {"not-started", "interrupted"};
            return {"skipped", node.reason};
        }
        return {"not-started", ""};
    }

    /// Copies and marks the local state of a unit that was applied, so that the next run can tell
    /// an empty, older or foreign state from the real one.
    void mark_state(const TerraformJob& job) {
        if (job.unit.local_state.empty()) return;
        auto facts = tf::read_state(job.unit.local_state);
        if (!facts) {
            append(report_.diagnostics, facts.error());
            return;
        }
        if (!facts->exists) return;
        const auto copy = job.context.run_dir / "after.tfstate";
        auto bytes = read_file(job.unit.local_state);
        auto kept = bytes ? write_file(copy, *bytes, 0600) : Status(fail(bytes.error()));
        if (kept)
            kept =
                tf::write_mark(mark_path(job.unit), {facts->lineage, facts->serial, facts->sha256,
                                                     relative_to(copy, workspace_.store.dir())});
        if (!kept) append(report_.diagnostics, kept.error());
    }

    void conclude(const UnitWalk& walk, const record::Outcome& before) {
        for (const auto& job : units_.jobs) {
            const auto* board = walk.board(units_, job.id());
            const auto* applied = board != nullptr ? applying_step(job, *board) : nullptr;
            const bool ran = applied != nullptr && applied->ran;
            if (const auto* root = job.terraform(); ran && root != nullptr) mark_state(*root);
            if (const auto* targets = board != nullptr ? board->get(slots::targets) : nullptr)
                note(remember_machines(workspace_.store, *job.ansible(), *targets));
            const auto end = end_of(walk, job);
            outcome_.units[job.id()] = end.status;
            const auto* review = board != nullptr ? board->get(slots::review) : nullptr;
            auto report = unit_report(job, review, end.status, end.note);
            if (ran) operations_ += operations_of(job, *applied);
            if (ran && job.ansible() != nullptr) add_machines(*applied, report);
            stack_report(job.unit().stack).units.push_back(std::move(report));
            if (board != nullptr) {
                if (const auto* outputs = board->get(slots::actual_outputs))
                    outputs_[job.id()] = outputs->values;
            }
        }
        for (const auto& [unit, status] : before.units)
            outcome_.units.emplace(unit, status);
        for (const auto* stack : stacks_.stacks) {
            if (request_.manifest.destroy && ended_well(stack->id))
                note(forget_machines(workspace_.store, stack->id));
        }
        for (const auto& [unit, values] : units_.known_outputs)
            outputs_.emplace(unit, values);
    }

    void note(const Status& status) {
        if (!status) append(report_.diagnostics, status.error());
    }

    report::StackReport& stack_report(const std::string& id) {
        for (auto& stack : report_.stacks) {
            if (stack.id == id) return stack;
        }
        report_.stacks.push_back({});
        report_.stacks.back().id = id;
        return report_.stacks.back();
    }

    bool ended_well(const std::string& stack) const {
        return std::all_of(outcome_.units.begin(), outcome_.units.end(), [&](const auto& unit) {
            return !starts_with(unit.first, stack + "/") || is_good(unit.second);
        });
    }

    static bool is_good(const std::string& status) {
        return status == "applied" || status == "unchanged" || status == "destroyed" ||
               status == "not-converged";
    }

    void run_stack_checks(run::Runner& runner, report::Live* live) {
        if (request_.manifest.destroy || session_.interrupt().count() > 0) return;
        for (const auto* stack : stacks_.stacks) {
            if (stack->checks.empty() || !ended_well(stack->id)) continue;
            auto& report = stack_report(stack->id);
            report.checks = run_checks(session_, {*stack, outputs_, units_}, runner, live);
            for (const auto& check : report.checks)
                checks_failed_ = checks_failed_ || check.status != "ok";
        }
    }

    Status finish() {
        std::size_t good = 0, unsettled = 0, touched = 0;
        for (const auto& [unit, status] : outcome_.units) {
            good += is_good(status) ? 1 : 0;
            unsettled += status == "not-converged" ? 1 : 0;
            touched += status == "applied" || status == "destroyed" || status == "not-converged" ||
                               status == "interrupted"
                           ? 1
                           : 0;
        }
        if (some_machines_changed()) ++touched;
        const bool all = good == outcome_.units.size();
        outcome_.status = !all ? (session_.interrupt().count() > 0 ? "interrupted"
                                  : touched > 0                    ? "partial"
                                                                   : "failed")
                          : unsettled > 0 || checks_failed_ ? "not-converged"
                                                            : "applied";
        for (auto& stack : report_.stacks) {
            stack.status = ended_well(stack.id) ? "applied" : outcome_.status;
        }
        if (outcome_.status == "partial" || (outcome_.status == "interrupted" && touched > 0))
            report_.exit = worst(report_.exit, ExitCode::partial);
        else if (!all && could_not_say())
            report_.exit = worst(report_.exit, ExitCode::tool_failed);
        else if (outcome_.status == "not-converged")
            report_.exit = worst(report_.exit, ExitCode::not_converged);
        if (!all) report_.next.push_back(way_on());
        report_.verdict = verdict(good);
        keep_incidents();
        TRY_DO(record::write_outcome(workspace_.store, run_, outcome_));
        return record::append_journal(
            workspace_.store, session_.clock(), run_, "apply.finished",
            {{"status", outcome_.status},
             {"changes", to_json(report_.counts())},
             {"units", outcome_.units},
             {"operations",
              {{"done", operations_.n - operations_.hits}, {"failed", operations_.hits}}},
             {"checks", checks()}});
    }

    Json checks() const {
        std::size_t ok = 0, failed = 0;
        for (const auto& stack : report_.stacks) {
            for (const auto& check : stack.checks)
                ++(check.status == "ok" ? ok : failed);
        }
        return {{"ok", ok}, {"failed", failed}};
    }

    /// A stack that was not applied is in trouble; one that was is out of it.
    void keep_incidents() {
        for (const auto& stack : report_.stacks) {
            std::vector<std::string> failed, checks;
            for (const auto& unit : stack.units) {
                if (unit.status == "failed") failed.push_back(unit.id);
            }
            for (const auto& check : stack.checks) {
                if (check.status != "ok") checks.push_back(check.name);
            }
            keep_incident("apply", stack.id, failed, ended_well(stack.id));
            keep_incident("check", stack.id, checks, !stack.checks.empty());
        }
    }

    void keep_incident(const std::string& kind, const std::string& stack,
                       const std::vector<std::string>& targets, bool over) {
        if (!targets.empty())
            note(report_trouble(session_, workspace_, run_, {kind, stack, targets}));
        else if (over)
            note(report_mended(session_, workspace_, run_, kind, stack));
    }

    /// A playbook that failed on some machines has changed the others.
    bool some_machines_changed() const {
        for (const auto& stack : report_.stacks) {
            for (const auto& unit : stack.units) {
                if (std::any_of(unit.hosts.begin(), unit.hosts.end(),
                                [](const auto& host) { return host.changed > 0; }))
                    return true;
            }
        }
        return false;
    }

    /// No error, or one that would only mean "could not check" to a command that looks.
    bool could_not_say() const {
        const auto cause = exit_of(report_.diagnostics);
        return cause == ExitCode::done || cause == ExitCode::unknown;
    }

    /// What was refused for its limits would be refused again: only a new plan helps.
    std::string way_on() const {
        const auto cause = exit_of(report_.diagnostics);
        if (cause == ExitCode::stale || cause == ExitCode::approval_needed) return "agentops plan";
        return fmt::format("agentops apply --resume {}", run_);
    }

    /// What shows that it settled, by the tools that took part.
    std::string proof() const {
        bool roots = false, playbooks = false;
        for (const auto& job : units_.jobs)
            (job.ansible() != nullptr ? playbooks : roots) = true;
        if (!playbooks) return "a second plan is empty";
        if (!roots) return "a second pass changes nothing";
        return "a second plan is empty, a second pass changes nothing";
    }

    std::string verdict(std::size_t good) const {
        const auto units = outcome_.units.size();
        if (outcome_.status == "applied") {
            const auto counts = report_.counts();
            if (request_.manifest.destroy)
                return fmt::format("{} destroyed; nothing is left",
                                   count_of(static_cast<std::size_t>(counts.destroy), "resource"));
            return fmt::format("applied: {} created, {} updated, {} replaced, {} destroyed; {}",
                               counts.create, counts.update, counts.replace, counts.destroy,
                               proof());
        }
        if (outcome_.status == "not-converged")
            return checks_failed_ ? "applied, but checks failed" : "applied, but not converged";
        return fmt::format("{}: {} of {} done", outcome_.status, good, count_of(units, "unit"));
    }

    Session& session_;
    const Workspace& workspace_;
    const StaticWalk& stacks_;
    const ApplyRequest& request_;
    std::string run_;
    fs::path folder_;
    UnitSet units_;
    record::Outcome outcome_;
    std::map<std::string, Json> outputs_;
    bool checks_failed_ = false;
    Share operations_;  ///< hits failed
    report::Report report_;
};

}  // namespace

report::Report apply_manifest(Session& session, const Workspace& workspace,
                              const StaticWalk& stacks, const ApplyRequest& request) {
    return Applying(session, workspace, stacks, request).run();
}

Result<Prepared> prepare_manifest(Session& session, const record::Manifest& manifest) {
    Reading reading;
    if (!manifest.revision.empty()) {
        TRY(reading, reading_at(session, manifest.revision));
    }
    reading.params = &manifest.params;
    TRY(auto workspace, load_workspace(session, reading));
    Selection selection;
    for (const auto& planned : manifest.stacks) {
        const auto found = std::find_if(workspace->stacks.begin(), workspace->stacks.end(),
                                        [&](const auto& stack) { return stack.id == planned.id; });
        if (found == workspace->stacks.end())
            return fail(error("stale.intent", fmt::format("stack {} is gone", planned.id), {},
                              "plan again: agentops plan"));
        selection.push_back(&*found);
    }
    auto walk = walk_static(session, *workspace, selection);
    if (has_errors(walk.diagnostics)) return fail(std::move(walk.diagnostics));
    return Prepared{std::move(workspace), std::move(selection), std::move(walk), Scope({})};
}

}  // namespace agentops::cmd
