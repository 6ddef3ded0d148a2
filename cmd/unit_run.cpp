#include "cmd/unit_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "agents/keys.h"
#include "agents/registry.h"
#include "base/digest.h"
#include "base/term.h"
#include "base/text.h"
#include "terraform/facts.h"
#include "unit/tree_digest.h"

namespace agentops::cmd {

namespace {

std::string stack_of(const std::string& unit) {
    return unit.substr(0, unit.find('/'));
}

/// Digests what the static walk could not read: existing roots and local modules.
Status complete_digest(tf::Unit& unit) {
    if (unit.existing) {
        TRY(unit.digest, tree_digest(unit.dir));
        unit.init_key = unit.digest;
        return {};
    }
    if (unit.local_modules.empty()) return {};
    std::string all = unit.digest;
    for (const auto& module : unit.local_modules) {
        // The unit's own folder may not be there yet, so the path cannot go through it.
        TRY(auto digest, tree_digest((unit.dir / module).lexically_normal()));
        all += digest;
    }
    unit.digest = sha256(all);
    unit.init_key = sha256(unit.init_key + all);
    return {};
}

std::string plugin_cache() {
    if (const auto given = process_env("TF_PLUGIN_CACHE_DIR")) return *given;
    return "";
}

/// {name: {value, ...}} -> {name: value}
Json values_of(const Json& outputs) {
    Json values = Json::object();
    if (!outputs.is_object()) return values;
    for (const auto& [name, output] : outputs.items()) {
        if (output.is_object() && output.contains("value")) values[name] = output.at("value");
    }
    return values;
}

std::vector<run::EnvVar> target_env(const intent::Stack& stack) {
    if (!stack.target.endpoint) return {};
    return {{"AWS_ENDPOINT_URL", stack.target.endpoint->value.value}};
}

Result<UnitJob> make_job(const Workspace& workspace, const tf::Unit& unit,
                         const intent::Stack& stack, const tf::Tool& tool,
                         const fs::path& run_dir) {
    UnitJob job;
    job.unit = unit;
    TRY_DO(complete_digest(job.unit));
    job.context.tool = tool;
    job.context.run_dir = run_dir / unit.stack / unit.name;
    job.context.cache_dir = workspace.store.cache();
    job.context.plugin_cache = plugin_cache();
    job.context.target_env = target_env(stack);
    TRY(auto mark, tf::read_mark(mark_path(unit)));
    TRY(job.facts, tf::gather_facts(job.unit, job.context, mark));
    return job;
}

/// The units of stacks outside of the run that units in it read from.
Result<std::vector<tf::Unit>> upstream_units(Session& session, const Workspace& workspace,
                                             const StaticWalk& walk) {
    std::set<std::string> inside, wanted;
    for (const auto* unit : walk.units())
        inside.insert(unit->id);
    for (const auto* unit : walk.units()) {
        for (const auto& id : unit->after) {
            if (inside.count(id) == 0) wanted.insert(id);
        }
    }
    Selection stacks;
    for (const auto& stack : workspace.stacks) {
        const bool has = std::any_of(wanted.begin(), wanted.end(), [&](const std::string& id) {
            return stack_of(id) == stack.id;
        });
        if (has) stacks.push_back(&stack);
    }
    std::vector<tf::Unit> found;
    if (stacks.empty()) return found;
    const auto outside = walk_static(session, workspace, std::move(stacks));
    if (has_errors(outside.diagnostics)) return fail(outside.diagnostics);
    for (const auto* unit : outside.units()) {
        if (wanted.count(unit->id) != 0) found.push_back(*unit);
    }
    return found;
}

/// Those before come first; ties in the order given. A cycle names one of its units.
Result<std::vector<std::size_t>> order_of(const std::vector<const tf::Unit*>& units) {
    std::map<std::string, std::size_t> by_id;
    for (std::size_t i = 0; i < units.size(); ++i)
        by_id[units[i]->id] = i;
    std::vector<std::size_t> order;
    std::vector<bool> done(units.size());
    while (order.size() < units.size()) {
        const auto before = order.size();
        for (std::size_t i = 0; i < units.size(); ++i) {
            const auto& after = units[i]->after;
            if (done[i] || !std::all_of(after.begin(), after.end(), [&](const std::string& id) {
                    const auto found = by_id.find(id);
                    return found == by_id.end() || done[found->second];
                }))
                continue;
            done[i] = true;
            order.push_back(i);
        }
        if (order.size() == before) {
            const auto at = std::find(done.begin(), done.end(), false) - done.begin();
            return fail(error("intent.unit-cycle",
                              fmt::format("{} waits for itself through other units",
                                          units[static_cast<std::size_t>(at)]->id),
                              {}, "break the circle of references between these units"));
        }
    }
    return order;
}

/// Asks the tool for the outputs of remote states that others read.
Status read_remote_outputs(Session& session, const StaticWalk& stacks, UnitSet& outside,
                           std::map<std::string, Json>& known, run::Runner& runner) {
    if (outside.jobs.empty()) return {};
    // Like a destroy, reading outputs does not care what the unit's own inputs are.
    const auto walk = walk_units(session, stacks, outside, {{slots::outputs_done.id}, true, false},
                                 runner, nullptr);
    if (has_errors(walk.diagnostics)) return fail(walk.diagnostics);
    for (std::size_t i = 0; i < outside.jobs.size(); ++i) {
        const auto* done = walk.boards[i].get(slots::outputs_done);
        if (done != nullptr && done->json) known[outside.jobs[i].unit.id] = values_of(*done->json);
    }
    return {};
}

UnitInput input_of(const UnitJob& job, const UnitSet& units, const WalkPurpose& purpose) {
    UnitInput input;
    input.unit = &job.unit;
    input.facts = job.facts;
    input.context = job.context;
    input.destroy = purpose.destroy;
    input.apply = purpose.apply;
    input.approved = job.approved;
    input.limits = job.limits;
    for (const auto& id : job.unit.after) {
        const auto known = units.known_outputs.find(id);
        if (known != units.known_outputs.end()) input.known_outputs.insert(*known);
    }
    return input;
}

/// Indices of the subjects before each; reversed for a destroy.
std::vector<std::vector<std::size_t>> edges(const UnitSet& units, bool reversed) {
    std::map<std::string, std::size_t> by_id;
    for (std::size_t i = 0; i < units.jobs.size(); ++i)
        by_id[units.jobs[i].unit.id] = i;
    std::vector<std::vector<std::size_t>> after(units.jobs.size());
    for (std::size_t i = 0; i < units.jobs.size(); ++i) {
        for (const auto& id : units.jobs[i].unit.after) {
            const auto found = by_id.find(id);
            if (found == by_id.end()) continue;
            if (reversed)
                after[found->second].push_back(i);
            else
                after[i].push_back(found->second);
        }
    }
    return after;
}

/// Everything that happens goes to the event log too, watched or not.
class EventObserver final : public graph::Observer {
public:
    EventObserver(record::EventLog& events, graph::Observer* shown)
        : events_(events), shown_(shown) {}

    void started(const std::string& subject, const graph::Node& node) override {
        events_.write("node", {{"subject", subject}, {"node", node.name}, {"status", "started"}});
        if (shown_ != nullptr) shown_->started(subject, node);
    }

    void finished(const graph::NodeReport& report, const graph::Node& node) override {
        events_.write("node", {{"subject", report.subject},
                               {"node", report.node},
                               {"status", status(report)},
                               {"reason", report.reason},
                               {"took_ms", report.took.count() / 1000}});
        if (shown_ != nullptr) shown_->finished(report, node);
    }

private:
    static std::string_view status(const graph::NodeReport& report) {
        switch (report.status) {
            case graph::NodeStatus::ok:
                return report.judged_bad ? "failed" : "ok";
            case graph::NodeStatus::failed:
                return "failed";
            case graph::NodeStatus::skipped:
                return "skipped";
        }
        throw InternalError("node status outside the enum");
    }

    record::EventLog& events_;
    graph::Observer* shown_;
};

}  // namespace

fs::path mark_path(const tf::Unit& unit) {
    return unit.data_dir.parent_path() / "state.mark.json";
}

UnitJob* UnitSet::find(const std::string& id) {
    for (auto& job : jobs) {
        if (job.unit.id == id) return &job;
    }
    return nullptr;
}

Result<UnitSet> gather_units(Session& session, const Workspace& workspace, const StaticWalk& walk,
                             const tf::Tool& tool, const fs::path& run_dir, run::Runner& runner) {
    UnitSet set, remote;
    const auto stack_by_id = [&](const std::string& id) -> const intent::Stack& {
        const auto found = std::find_if(workspace.stacks.begin(), workspace.stacks.end(),
                                        [&](const auto& stack) { return stack.id == id; });
        if (found == workspace.stacks.end()) throw InternalError("a unit without a stack: " + id);
        return *found;
    };
    const auto units = walk.units();
    TRY(auto order, order_of(units));
    Diagnostics diagnostics;
    const auto add = [&](const tf::Unit& unit, std::deque<UnitJob>& to) {
        auto job = make_job(workspace, unit, stack_by_id(unit.stack), tool, run_dir);
        if (!job) {
            append(diagnostics, job.error());
            return;
        }
        if (job->facts.state_known && job->facts.deployed)
            set.known_outputs[unit.id] = values_of(job->facts.outputs);
        to.push_back(std::move(*job));
    };
    for (const auto i : order)
        add(*units[i], set.jobs);
    TRY(auto upstream, upstream_units(session, workspace, walk));
    for (const auto& unit : upstream)
        add(unit, remote.jobs);
    if (has_errors(diagnostics)) return fail(std::move(diagnostics));
    std::erase_if(remote.jobs, [](const UnitJob& job) { return job.facts.state_known; });
    TRY_DO(read_remote_outputs(session, walk, remote, set.known_outputs, runner));
    return set;
}

const graph::Board* UnitWalk::board(const UnitSet& units, const std::string& id) const {
    for (std::size_t i = 0; i < units.jobs.size(); ++i) {
        if (units.jobs[i].unit.id == id) return i < boards.size() ? &boards[i] : nullptr;
    }
    return nullptr;
}

UnitWalk walk_units(Session& session, const StaticWalk& stacks, const UnitSet& units,
                    const WalkPurpose& purpose, run::Runner& runner, report::Live* live) {
    UnitWalk walk;
    auto nodes = graph::derive(registry(), graph::Scope::terraform, purpose.goals,
                               {slots::unit.id, slots::built.id});
    if (!nodes) {
        walk.diagnostics = std::move(nodes).error();
        return walk;
    }
    const auto after = edges(units, purpose.destroy);
    std::vector<graph::Subject> subjects;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < units.jobs.size(); ++i) {
        const auto& job = units.jobs[i];
        auto& board =
            walk.boards.emplace_back(registry().slots.size(), stacks.board(job.unit.stack));
        board.put(slots::unit, input_of(job, units, purpose));
        subjects.push_back({job.unit.id, &board, after[i]});
        names.push_back(job.unit.id);
    }
    if (live != nullptr) live->expect(names, nodes->size());
    graph::WalkOptions options;
    options.jobs = session.jobs();
    EventObserver observer(session.events(), live);
    options.observer = &observer;
    options.interrupt = &session.interrupt();
    walk.result = graph::walk(registry(), *nodes, subjects, runner, options);
    // Inputs can be secret, and the saved plan has them: the file is not needed any more.
    std::error_code ignored;
    for (const auto& job : units.jobs)
        fs::remove(tf::values_file(job.context), ignored);
    for (const auto& report : walk.result.reports)
        append(walk.diagnostics, report.diagnostics);
    return walk;
}

Result<std::vector<record::StackLock>> lock_stacks(Session& session, const Workspace& workspace,
                                                   const Selection& stacks,
                                                   const std::string& run) {
    std::vector<record::StackLock> locks;
    for (const auto* stack : stacks) {
        TRY(auto lock, record::StackLock::take(workspace.store, stack->id, run, session.clock()));
        locks.push_back(std::move(lock));
    }
    return locks;
}

std::vector<int> fds_of(const std::vector<record::StackLock>& locks) {
    std::vector<int> fds;
    for (const auto& lock : locks)
        fds.push_back(lock.fd());
    return fds;
}

}  // namespace agentops::cmd
