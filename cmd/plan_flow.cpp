#include "cmd/plan_flow.h"

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "agents/registry.h"
#include "base/digest.h"
#include "base/text.h"
#include "cmd/explain.h"
#include "cmd/facts.h"
#include "record/journal.h"
#include "report/model.h"
#include "terraform/facts.h"
#include "unit/plan_record.h"

namespace agentops::cmd {

namespace {

/// Why a unit has no review: the first cause, from the walk.
std::string why_not(const graph::WalkResult& result, const std::string& unit) {
    for (const auto& report : result.reports) {
        if (report.subject != unit || report.status == graph::NodeStatus::ok) continue;
        if (report.status == graph::NodeStatus::failed) return report.node + " failed";
        return report.reason;
    }
    return "";
}

std::string status_of(const Review& review) {
    if (review.pending) return "pending";
    if (review.preview) return "preview";
    if (review.refreshes) return "planned";
    return review.plan.empty() ? "no-changes" : "planned";
}

record::ManifestUnit manifest_unit(const UnitJob& job, const Review& review) {
    record::ManifestUnit unit;
    unit.id = job.id();
    unit.tool = job.tool();
    unit.tool_version = job.tool_version();
    unit.preview = review.preview || review.pending;
    unit.needed = unit.preview || !review.plan.empty() || review.refreshes;
    if (job.aim) unit.targets = job.aim->targets;
    unit.artifacts = job.unit().digest;
    unit.inputs = review.inputs_digest;
    unit.review = digest_of_file(job.run_dir / "review.json");
    if (const auto* root = job.terraform()) {
        unit.lock_file = digest_of_file(tf::lock_file(root->unit.dir));
        if (!unit.preview) unit.plan = digest_of_file(tf::plan_file(root->context));
        if (root->facts.state_known) {
            unit.state_lineage = root->facts.state.lineage;
            unit.state_serial = root->facts.state.serial;
            unit.state_digest = root->facts.state.sha256;
        }
    }
    const auto counts = review.plan.counts();
    unit.create = counts.create;
    unit.update = counts.update;
    unit.replace = counts.replace;
    unit.destroy = counts.destroy;
    return unit;
}

/// The gate's word on each stack.
std::map<std::string, Verdict> judge(Session& session, const StaticWalk& stacks,
                                     const std::map<std::string, std::vector<Review>>& reviews,
                                     Diagnostics& diagnostics) {
    std::map<std::string, Verdict> verdicts;
    auto nodes = graph::derive(registry(), graph::Scope::stack, {slots::verdict.id},
                               {slots::stack.id, slots::findings.id, slots::reviews.id});
    if (!nodes) {
        append(diagnostics, nodes.error());
        return verdicts;
    }
    std::deque<graph::Board> boards;
    std::vector<graph::Subject> subjects;
    for (const auto& [id, of_stack] : reviews) {
        auto& board = boards.emplace_back(registry().slots.size(), stacks.board(id));
        board.put(slots::reviews, of_stack);
        subjects.push_back({id, &board, {}});
    }
    const auto runner = run::make_dry_runner();
    graph::WalkOptions options;
    options.jobs = session.jobs();
    const auto result = graph::walk(registry(), *nodes, subjects, *runner, options);
    for (const auto& report : result.reports)
        append(diagnostics, report.diagnostics);
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        if (const auto* verdict = boards[i].get(slots::verdict))
            verdicts[subjects[i].id] = *verdict;
    }
    return verdicts;
}

/// Everything of make_plan that only one run needs at a time.
class Planning {
public:
    Planning(Session& session, const Workspace& workspace, const StaticWalk& stacks,
             const PlanRequest& request)
        : session_(session),
          workspace_(workspace),
          stacks_(stacks),
          request_(request),
          started_(rfc3339(session.clock().now())) {
        planned_.report = session.new_report();
        add_static(planned_.report, stacks);
        planned_.report.extra["architecture"] = architecture_of(stacks);
    }

    Planned run() {
        if (auto done = plan(); !done) append(planned_.report.diagnostics, done.error());
        conclude();
        return std::move(planned_);
    }

private:
    Status plan() {
        const auto& store = workspace_.store;
        planned_.run = record::new_run_id(session_.clock());
        TRY(auto locks, lock_stacks(session_, workspace_, stacks_.stacks, planned_.run));
        const auto run_dir = store.run(planned_.run);
        TRY_DO(make_private_dir(run_dir));
        TRY_DO(session_.events().open(run_dir / "events.jsonl", planned_.run));
        planned_.report.run = planned_.run;
        planned_.report.run_dir = workspace_.store.run(planned_.run);
        auto live = live_of(session_, request_.quiet);
        const auto runner = make_real_runner(session_, workspace_, run_dir, live.get());
        const bool destroy = request_.destroy;
        TRY(auto tools, find_tools(workspace_, stacks_, destroy, *runner));
        TRY(planned_.units,
            gather_units(session_, workspace_, stacks_, tools, run_dir, destroy, *runner));
        aim_units();
        const auto walk = walk_units(session_, stacks_, planned_.units,
                                     {{slots::review.id}, destroy, false}, *runner, live.get());
        live->finish();
        remove_secret_files(planned_.units);
        validations_ = validations_of(planned_.units, walk);
        append(planned_.report.diagnostics, walk.diagnostics);
        TRY_DO(take_reviews(walk));
        planned_.verdicts = judge(session_, stacks_, reviews_, planned_.report.diagnostics);
        return record_plan();
    }

    void aim_units() {
        if (request_.purpose == "plan") return;
        for (auto& job : planned_.units.jobs) {
            const auto aim = request_.aims.find(job.id());
            job.aim = aim == request_.aims.end() ? Aim{} : aim->second;
        }
    }

    /// Reviews by stack, each also written down; failed units are reported with their cause.
    Status take_reviews(const UnitWalk& walk) {
        for (const auto* stack : stacks_.stacks) {
            report::StackReport stack_report;
            stack_report.id = stack->id;
            reviews_[stack->id];
            for (const auto& job : planned_.units.jobs) {
                if (job.unit().stack != stack->id) continue;
                const auto* board = walk.board(planned_.units, job.id());
                const auto* review = board != nullptr ? board->get(slots::review) : nullptr;
                if (review == nullptr) {
                    failed_ = true;
                    stack_report.units.push_back(
                        unit_report(job, nullptr, "failed", why_not(walk.result, job.id())));
                    continue;
                }
                TRY_DO(write_file(job.run_dir / "review.json",
                                  dump_json(to_record(review->plan), 1) + "\n", 0600));
                reviews_[stack->id].push_back(*review);
                stack_report.units.push_back(unit_report(job, review, status_of(*review)));
            }
            planned_.report.stacks.push_back(std::move(stack_report));
        }
        return {};
    }

    Status record_plan() {
        record::Manifest manifest;
        manifest.run = planned_.run;
        manifest.created = rfc3339(session_.clock().now());
        manifest.agentops_version = AGENTOPS_VERSION;
        manifest.destroy = request_.destroy;
        manifest.purpose = request_.purpose;
        manifest.revision = workspace_.revision;
        TRY(manifest.params, parse_params(session_.globals().params));
        for (const auto* stack : stacks_.stacks)
            manifest.stacks.push_back(manifest_stack(*stack));
        planned_.destroys = manifest.destroys();
        planned_.replaces = manifest.replaces();
        if (session_.interrupt().count() > 0) return {};
        if (failed_)
            return record::append_journal(workspace_.store, session_.clock(), planned_.run,
                                          "plan.failed", common_facts());
        TRY_DO(write_file(workspace_.store.run(planned_.run) / record::kDecisionsFile,
                          dump_json(decisions(), 1) + "\n", 0600));
        TRY_DO(record::write_manifest(workspace_.store, manifest));
        TRY_DO(record::append_journal(workspace_.store, session_.clock(), planned_.run, "plan.made",
                                      facts(manifest)));
        planned_.manifest = std::move(manifest);
        return {};
    }

    /// Why the design is as it is, by stack.
    Json decisions() const {
        auto all = Json::object();
        for (const auto* stack : stacks_.stacks) {
            auto& list = all[stack->id] = Json::array();
            for (const auto* decision : stacks_.board(stack->id)->decisions())
                list.push_back(to_json(*decision));
        }
        return all;
    }

    /// What both ends of a plan tell the journal.
    Json common_facts() const {
        std::vector<std::string> stacks;
        for (const auto* stack : stacks_.stacks)
            stacks.push_back(stack->id);
        return {{"started", started_},
                {"destroy", request_.destroy},
                {"purpose", request_.purpose},
                {"stacks", stacks},
                {"commit", commit_of(workspace_)},
                {"validations", validations_}};
    }

    Json facts(const record::Manifest& manifest) const {
        auto facts = common_facts();
        facts["manifest"] = record::digest_of(manifest);
        facts["changes"] = to_json(planned_.report.counts());
        std::size_t resources = 0;
        for (const auto& [stack, reviews] : reviews_) {
            for (const auto& review : reviews)
                resources += review.plan.unchanged + review.changes.size();
        }
        facts["resources"] = resources;
        for (const auto& [stack, verdict] : planned_.verdicts)
            facts["risks"][stack] = to_text(verdict.risk);
        if (request_.destroy) return facts;
        facts["agents"] = proposals_of(stacks_);
        facts["costs"] = costs_of(stacks_, reviews_);
        facts["decisions"] = decisions_of(stacks_);
        facts["capacity"] = capacity_of(stacks_);
        return facts;
    }

    record::ManifestStack manifest_stack(const intent::Stack& stack) {
        record::ManifestStack made;
        made.id = stack.id;
        made.intent_file = stack.source->path;
        made.intent_digest = stack.source_digest;
        made.input_digest = stack.input_digest;
        const auto& verdict = planned_.verdicts[stack.id];
        made.risk = to_text(verdict.risk);
        made.blocked = verdict.blocked;
        for (const auto& review : reviews_[stack.id])
            made.units.push_back(manifest_unit(*planned_.units.find(review.unit), review));
        return made;
    }

    void conclude() {
        auto& report = planned_.report;
        for (auto& stack : report.stacks) {
            const auto& verdict = planned_.verdicts[stack.id];
            planned_.blocked = planned_.blocked || verdict.blocked;
            stack.risk = to_text(verdict.risk);
            stack.status = verdict.blocked ? "blocked" : summary_status(stack);
            stack.reasons = verdict.blocked ? verdict.blocked_by : verdict.not_auto;
            for (const auto& unit : stack.units)
                planned_.changes = planned_.changes || unit.status == "planned" ||
                                   unit.status == "preview" || unit.status == "pending";
        }
        if (planned_.blocked) report.exit = worst(report.exit, ExitCode::blocked);
        // What went wrong says itself which exit it calls for: a held lock is no failed tool.
        if (failed_ && !has_errors(report.diagnostics))
            report.exit = worst(report.exit, ExitCode::tool_failed);
    }

    /// The status of the unit that matters most.
    static std::string summary_status(const report::StackReport& stack) {
        for (const auto* status : {"failed", "pending", "preview", "planned"}) {
            if (std::any_of(stack.units.begin(), stack.units.end(),
                            [&](const auto& unit) { return unit.status == status; }))
                return status;
        }
        return "no-changes";
    }

    Session& session_;
    const Workspace& workspace_;
    const StaticWalk& stacks_;
    const PlanRequest& request_;
    const std::string started_;  ///< RFC 3339
    Json validations_;
    bool failed_ = false;
    ReviewsByStack reviews_;
    Planned planned_;
};

}  // namespace

namespace {

std::string waiting_note(const Review& review) {
    const auto units = join(review.waits_for, ", ");
    if (review.pending_hosts == 0) return "waits for " + units;
    return fmt::format("{} to be created by {}",
                       count_of(static_cast<std::size_t>(review.pending_hosts), "machine"), units);
}

}  // namespace

report::UnitReport unit_report(const UnitJob& job, const Review* review, std::string status,
                               std::string note) {
    report::UnitReport made;
    made.id = job.id();
    made.tool = job.tool();
    made.status = std::move(status);
    made.note = std::move(note);
    if (review == nullptr) return made;
    if (review->refreshes)
        made.note = fmt::format("the state takes over what is there of {}",
                                count_of(job.aim->targets.size(), "object"));
    made.counts = review->plan.counts();
    made.unchanged = review->plan.unchanged;
    made.outputs = review->plan.outputs;
    if (!review->waits_for.empty()) made.note = waiting_note(*review);
    if (review->cost && !review->plan.empty()) {
        made.cost = prices::change_text(review->cost->change());
        made.unpriced = review->cost->unpriced;
    }
    for (const auto& change : review->changes)
        made.changes.push_back(
            {change.change, change.origin, change.is_protected, std::string(to_text(change.risk))});
    return made;
}

Json architecture_of(const StaticWalk& walk) {
    auto all = Json::object();
    for (std::size_t i = 0; i < walk.stacks.size(); ++i) {
        const auto* decoded = walk.boards[i].get(slots::parts);
        if (decoded == nullptr) continue;
        auto& components = all[walk.stacks[i]->id] = Json::array();
        for (const auto& part : decoded->parts) {
            std::set<std::string> needs;
            for (const auto* one : {&part.spec->in, &part.spec->hosts}) {
                if (*one) needs.insert((*one)->value.value);
            }
            for (const auto& used : part.spec->uses)
                needs.insert(used.value.value);
            components.push_back(
                {{"component", part.name()}, {"kind", part.kind->info().name}, {"needs", needs}});
        }
    }
    return all;
}

void add_static(report::Report& report, const StaticWalk& walk) {
    report.findings = walk.findings();
    append(report.diagnostics, walk.diagnostics);
}

Result<Prepared> prepare(Session& session, const std::vector<std::string>& patterns,
                         bool named_environment, Scope scope) {
    TRY_DO(scope.compare(session));
    TRY(auto workspace, scope.load(session, std::nullopt, !patterns.empty()));
    TRY(auto selection, select_stacks(session, *workspace, patterns));
    selection = scope.within(std::move(selection), session, *workspace);
    if (named_environment)
        TRY_DO(require_named_environment(session, *workspace, patterns, selection));
    auto walk = walk_static(session, *workspace, selection);
    if (!workspace->revision.empty()) append(walk.diagnostics, find_gone_sources(*workspace, walk));
    if (has_errors(walk.diagnostics)) return fail(std::move(walk.diagnostics));
    return Prepared{std::move(workspace), std::move(selection), std::move(walk), std::move(scope)};
}

namespace {

/// The counts, and what they leave out: tasks that only running will tell of, units that wait.
std::string changes_text(const report::Report& report) {
    std::size_t unknown = 0, pending = 0;
    for (const auto& stack : report.stacks) {
        for (const auto& unit : stack.units) {
            pending += unit.status == "pending" ? 1 : 0;
            for (const auto& change : unit.changes)
                unknown += change.change.action == Action::unknown ? 1 : 0;
        }
    }
    std::vector<std::string> parts;
    const auto counts = report.counts();
    if (counts.total() > 0 || unknown + pending == 0) parts.push_back(report::verdict_of(counts));
    if (unknown > 0) parts.push_back(fmt::format("{} not known beforehand", unknown));
    if (pending > 0) parts.push_back(count_of(pending, "unit") + " pending");
    return join(parts, ", ");
}

}  // namespace

std::string plan_verdict(const Planned& planned) {
    if (has_errors(planned.report.diagnostics) && !planned.manifest) return "no plan was made";
    if (!planned.changes) return "nothing to do: the state matches the intent";
    if (planned.manifest && planned.manifest->purpose == "adopt")
        return "the state takes over what is there; nothing else is touched";
    const auto counts = changes_text(planned.report);
    return planned.blocked ? "blocked by findings: " + counts : counts;
}

Planned make_plan(Session& session, const Workspace& workspace, const StaticWalk& stacks,
                  const PlanRequest& request) {
    return Planning(session, workspace, stacks, request).run();
}

}  // namespace agentops::cmd
