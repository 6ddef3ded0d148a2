#include "cmd/unit_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "agents/keys.h"
#include "agents/registry.h"
#include "ansible/sources.h"
#include "base/digest.h"
#include "base/term.h"
#include "base/text.h"
#include "cmd/ansible_tooling.h"
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
        TRY(unit.digest, tree_digest(*disk_tree(), unit.dir));
        unit.init_key = unit.digest;
        return {};
    }
    if (unit.local_modules.empty()) return {};
    std::string all = unit.digest;
    for (const auto& module : unit.local_modules) {
        // The unit's own folder may not be there yet, so the path cannot go through it.
        TRY(auto digest, tree_digest(*disk_tree(), (unit.dir / module).lexically_normal()));
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

const intent::Stack& stack_by_id(const Workspace& workspace, const std::string& id) {
    const auto found = std::find_if(workspace.stacks.begin(), workspace.stacks.end(),
                                    [&](const auto& stack) { return stack.id == id; });
    if (found == workspace.stacks.end()) throw InternalError("a unit without a stack: " + id);
    return *found;
}

std::vector<run::EnvVar> target_env(const intent::Stack& stack) {
    if (!stack.target.endpoint) return {};
    return {{"AWS_ENDPOINT_URL", stack.target.endpoint->value.value}};
}

fs::path folder_of(const Unit& unit, const fs::path& run_dir) {
    return run_dir / unit.stack / unit.name;
}

Result<UnitJob> make_job(const Session& session, const Workspace& workspace, const tf::Unit& unit,
                         const Tools& tools, const fs::path& run_dir) {
    TerraformJob job;
    job.unit = unit;
    TRY_DO(complete_digest(job.unit));
    job.context.tool = tools.terraform.value();
    job.context.run_dir = folder_of(unit, run_dir);
    job.context.cache_dir = workspace.store.cache();
    job.context.plugin_cache = plugin_cache();
    job.context.lock_timeout = session.globals().lock_timeout;
    job.context.target_env = target_env(stack_by_id(workspace, unit.stack));
    TRY(auto mark, tf::read_mark(mark_path(unit)));
    TRY(job.facts, tf::gather_facts(job.unit, job.context, mark));
    return UnitJob{std::move(job), folder_of(unit, run_dir), {}, {}, {}, {}};
}

Result<UnitJob> make_job(const Workspace& workspace, const ansible::Unit& unit, const Tools& tools,
                         const fs::path& run_dir) {
    AnsibleJob job;
    job.unit = unit;
    TRY_DO(ansible::read_sources(job.unit, *disk_tree()));
    TRY(job.context,
        ansible_context(workspace, tools.ansible.value(), unit, folder_of(unit, run_dir)));
    const auto& settings = job.context.settings;
    job.checked = run::stamp_holds(ansible::syntax_stamp(job.unit, job.context));
    job.missing = missing_requirements(unit, settings.role_dirs, settings.collection_dirs);
    return UnitJob{std::move(job), folder_of(unit, run_dir), {}, {}, {}, {}};
}

/// The outputs of a unit that are known before any tool is asked.
std::optional<Json> outputs_of(const UnitJob& job) {
    if (const auto* playbook = job.ansible()) return ansible::host_outputs(playbook->unit);
    const auto& facts = job.terraform()->facts;
    if (!facts.state_known || !facts.deployed) return std::nullopt;
    return values_of(facts.outputs);
}

/// Units of either tool, Terraform's first.
std::vector<const Unit*> units_of(const StaticWalk& walk, bool destroy) {
    std::vector<const Unit*> all;
    for (const auto* unit : walk.units())
        all.push_back(unit);
    if (destroy) return all;
    for (const auto* unit : walk.playbooks())
        all.push_back(unit);
    return all;
}

/// Walks the stacks outside of the run that units in it read from; `wanted` are the units' ids.
StaticWalk walk_upstream(Session& session, const Workspace& workspace,
                         const std::vector<const Unit*>& units, std::set<std::string>& wanted) {
    std::set<std::string> inside;
    for (const auto* unit : units)
        inside.insert(unit->id);
    for (const auto* unit : units) {
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
    if (stacks.empty()) return {};
    return walk_static(session, workspace, std::move(stacks));
}

/// Those before come first; ties in the order given. A cycle names one of its units.
Result<std::vector<std::size_t>> order_of(const std::vector<const Unit*>& units) {
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
        if (done != nullptr && done->json) known[outside.jobs[i].id()] = values_of(*done->json);
    }
    return {};
}

std::map<std::string, Json> known_before(const UnitJob& job, const UnitSet& units) {
    std::map<std::string, Json> known;
    for (const auto& id : job.unit().after) {
        const auto outputs = units.known_outputs.find(id);
        if (outputs != units.known_outputs.end()) known.insert(*outputs);
    }
    return known;
}

void put_input(const UnitJob& job, const UnitSet& units, const WalkPurpose& purpose,
               graph::Board& board) {
    if (const auto* playbook = job.ansible()) {
        PlayInput input{&playbook->unit,
                        playbook->context,
                        playbook->missing,
                        job.approved,
                        known_before(job, units),
                        playbook->checked,
                        playbook->finished,
                        job.aim,
                        job.drift && job.drift->intent_moved};
        if (job.aim) input.context.only = job.aim->targets;
        board.put(slots::play_unit, std::move(input));
        return;
    }
    const auto& root = *job.terraform();
    UnitInput input;
    input.unit = &root.unit;
    input.facts = root.facts;
    input.context = root.context;
    input.destroy = purpose.destroy;
    input.apply = purpose.apply;
    input.approved = job.approved;
    input.limits = job.limits;
    input.known_outputs = known_before(job, units);
    input.aim = job.aim;
    input.drift = job.drift;
    if (const auto* stack = board.get(slots::stack)) {
        input.prices = stack->prices;
        input.region = stack->stack->target.region.value.value;
    }
    board.put(slots::unit, std::move(input));
}

/// Indices of the subjects before each; reversed for a destroy.
std::vector<std::vector<std::size_t>> edges(const UnitSet& units, bool reversed) {
    std::map<std::string, std::size_t> by_id;
    for (std::size_t i = 0; i < units.jobs.size(); ++i)
        by_id[units.jobs[i].id()] = i;
    std::vector<std::vector<std::size_t>> after(units.jobs.size());
    for (std::size_t i = 0; i < units.jobs.size(); ++i) {
        for (const auto& id : units.jobs[i].unit().after) {
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

struct NodeLists {
    std::vector<graph::Node> terraform, ansible;
};

Status derive_nodes(const UnitSet& units, const WalkPurpose& purpose, NodeLists& lists) {
    TRY(lists.terraform, graph::derive(registry(), graph::Scope::terraform, purpose.goals,
                                       {slots::unit.id, slots::built.id}));
    const bool plays = std::any_of(units.jobs.begin(), units.jobs.end(),
                                   [](const UnitJob& job) { return job.ansible() != nullptr; });
    if (!plays) return {};
    TRY(lists.ansible,
        graph::derive(registry(), graph::Scope::ansible, purpose.goals, {slots::play_unit.id}));
    return {};
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

const Unit& UnitJob::unit() const {
    return std::visit([](const auto& job) -> const Unit& { return job.unit; }, of);
}

std::string_view UnitJob::tool() const {
    const auto* root = terraform();
    return root != nullptr ? std::string_view(root->context.tool.name) : "ansible";
}

const std::string& UnitJob::tool_version() const {
    return std::visit(
        [](const auto& job) -> const std::string& { return job.context.tool.version; }, of);
}

bool UnitJob::outputs_known() const {
    const auto* root = terraform();
    return root == nullptr || root->facts.state_known;
}

UnitJob* UnitSet::find(const std::string& id) {
    for (auto& job : jobs) {
        if (job.id() == id) return &job;
    }
    return nullptr;
}

Result<Tools> find_tools(const Workspace& workspace, const StaticWalk& walk, bool destroy,
                         run::Runner& runner) {
    Tools tools;
    const bool plays = !destroy && !walk.playbooks().empty();
    // A stack without units is planned too: there is nothing to run then.
    if (!walk.units().empty() || !plays) {
        TRY(tools.terraform, find_tool(workspace, runner));
    }
    if (plays) {
        TRY(tools.ansible, find_ansible(workspace, runner));
    }
    return tools;
}

namespace {

/// Gathers units; one that fails is left to the caller.
class Gathering {
public:
    Gathering(Session& session, const Workspace& workspace, const StaticWalk& walk,
              const Tools& tools, const fs::path& run_dir, run::Runner& runner)
        : session_(session),
          workspace_(workspace),
          walk_(walk),
          tools_(tools),
          run_dir_(run_dir),
          runner_(runner) {}

    Status units(bool destroy) {
        all_ = units_of(walk_, destroy);
        TRY(auto order, order_of(all_));
        const auto roots = walk_.units();
        const auto playbooks = walk_.playbooks();
        for (const auto i : order) {
            if (i < roots.size())
                add(make_job(session_, workspace_, *roots[i], tools_, run_dir_), all_[i]->id,
                    set.jobs);
            else
                add(make_job(workspace_, *playbooks[i - roots.size()], tools_, run_dir_),
                    all_[i]->id, set.jobs);
        }
        return {};
    }

    /// Units of other stacks that these read from.
    Status outside() {
        std::set<std::string> wanted;
        const auto outside = walk_upstream(session_, workspace_, all_, wanted);
        append(diagnostics, outside.diagnostics);
        for (const auto* unit : outside.playbooks()) {
            if (wanted.count(unit->id) != 0)
                set.known_outputs[unit->id] = ansible::host_outputs(*unit);
        }
        for (const auto* unit : outside.units()) {
            if (wanted.count(unit->id) == 0) continue;
            if (!tools_.terraform) {
                TRY(tools_.terraform, find_tool(workspace_, runner_));
            }
            add(make_job(session_, workspace_, *unit, tools_, run_dir_), unit->id, remote_.jobs);
        }
        return {};
    }

    /// Those of the run itself that others in it read, for a walk in which nobody waits.
    void inside() {
        std::set<std::string> wanted;
        for (const auto& job : set.jobs)
            wanted.insert(job.unit().after.begin(), job.unit().after.end());
        for (const auto& job : set.jobs) {
            if (wanted.count(job.id()) != 0 && !job.outputs_known()) remote_.jobs.push_back(job);
        }
    }

    Status read_remote() {
        std::erase_if(remote_.jobs, [](const UnitJob& job) { return job.outputs_known(); });
        return read_remote_outputs(session_, walk_, remote_, set.known_outputs, runner_);
    }

    UnitSet set;
    Diagnostics diagnostics;
    std::map<std::string, Diagnostics> broken;

private:
    void add(Result<UnitJob> job, const std::string& id, std::deque<UnitJob>& to) {
        if (!job) {
            append(diagnostics, job.error());
            broken[id] = job.error();
            return;
        }
        if (auto outputs = outputs_of(*job)) set.known_outputs[job->id()] = *std::move(outputs);
        to.push_back(*std::move(job));
    }

    Session& session_;
    const Workspace& workspace_;
    const StaticWalk& walk_;
    Tools tools_;
    fs::path run_dir_;
    run::Runner& runner_;
    std::vector<const Unit*> all_;
    UnitSet remote_;
};

}  // namespace

Result<UnitSet> gather_units(Session& session, const Workspace& workspace, const StaticWalk& walk,
                             const Tools& tools, const fs::path& run_dir, bool destroy,
                             run::Runner& runner) {
    Gathering gathering(session, workspace, walk, tools, run_dir, runner);
    TRY_DO(gathering.units(destroy));
    TRY_DO(gathering.outside());
    if (has_errors(gathering.diagnostics)) return fail(std::move(gathering.diagnostics));
    TRY_DO(gathering.read_remote());
    return std::move(gathering.set);
}

Result<UnitSet> gather_observed(Session& session, const Workspace& workspace,
                                const StaticWalk& walk, const Tools& tools, const fs::path& run_dir,
                                run::Runner& runner, std::map<std::string, Diagnostics>& broken) {
    Gathering gathering(session, workspace, walk, tools, run_dir, runner);
    TRY_DO(gathering.units(false));
    TRY_DO(gathering.outside());
    gathering.inside();
    // A state that cannot be read leaves its readers without inputs: they say so themselves.
    if (auto read = gathering.read_remote(); !read) append(gathering.diagnostics, read.error());
    broken = std::move(gathering.broken);
    return std::move(gathering.set);
}

const graph::Board* UnitWalk::board(const UnitSet& units, const std::string& id) const {
    for (std::size_t i = 0; i < units.jobs.size(); ++i) {
        if (units.jobs[i].id() == id) return i < boards.size() ? &boards[i] : nullptr;
    }
    return nullptr;
}

UnitWalk walk_units(Session& session, const StaticWalk& stacks, const UnitSet& units,
                    const WalkPurpose& purpose, run::Runner& runner, report::Live* live) {
    UnitWalk walk;
    NodeLists nodes;
    if (auto derived = derive_nodes(units, purpose, nodes); !derived) {
        walk.diagnostics = derived.error();
        return walk;
    }
    const auto after = edges(units, purpose.destroy);
    std::vector<graph::Subject> subjects;
    std::vector<report::Expected> expected;
    for (std::size_t i = 0; i < units.jobs.size(); ++i) {
        const auto& job = units.jobs[i];
        auto& board =
            walk.boards.emplace_back(registry().slots.size(), stacks.board(job.unit().stack));
        put_input(job, units, purpose, board);
        const auto& own = job.ansible() != nullptr ? nodes.ansible : nodes.terraform;
        subjects.push_back({job.id(), &board, after[i], &own});
        expected.push_back({job.id(), own.size()});
    }
    if (live != nullptr) live->expect_each(expected);
    graph::WalkOptions options;
    options.jobs = session.jobs();
    EventObserver observer(session.events(), live);
    options.observer = &observer;
    options.interrupt = &session.interrupt();
    walk.result = graph::walk(registry(), nodes.terraform, subjects, runner, options);
    for (const auto& report : walk.result.reports)
        append(walk.diagnostics, report.diagnostics);
    return walk;
}

void remove_secret_files(const UnitSet& units) {
    std::error_code ignored;
    for (const auto& job : units.jobs) {
        if (const auto* root = job.terraform()) fs::remove(tf::values_file(root->context), ignored);
        if (const auto* playbook = job.ansible()) {
            for (const auto& path : ansible::secret_files(playbook->context))
                fs::remove_all(path, ignored);
        }
    }
}

std::unique_ptr<report::Live> live_of(Session& session, bool quiet) {
    if (!quiet) return session.make_live();
    report::LiveOptions options;
    options.style = report::LiveOptions::Style::quiet;
    return report::make_live(
        options, [](const std::string&) {}, [] { return 80; });
}

Result<record::StackLock> lock_stack(Session& session, const record::Store& store,
                                     const std::string& stack, const std::string& run) {
    constexpr std::chrono::milliseconds kLookAgain{200};
    const auto wait = session.globals().lock_timeout.value_or(std::chrono::milliseconds(0));
    const auto end = std::chrono::steady_clock::now() + wait;
    for (bool told = false;; told = true) {
        auto lock = record::StackLock::take(store, stack, run, session.clock());
        if (lock || lock.error().front().code != "lock.held") return lock;
        if (session.interrupt().count() > 0 || std::chrono::steady_clock::now() >= end) return lock;
        if (!told) session.note(escape_terminal(lock.error().front().message) + ": waiting for it");
        session.interrupt().pause(kLookAgain);
    }
}

Result<std::vector<record::StackLock>> lock_stacks(Session& session, const Workspace& workspace,
                                                   const Selection& stacks,
                                                   const std::string& run) {
    std::vector<record::StackLock> locks;
    for (const auto* stack : stacks) {
        TRY(auto lock, lock_stack(session, workspace.store, stack->id, run));
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
