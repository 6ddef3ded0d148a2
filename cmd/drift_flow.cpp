#include "cmd/drift_flow.h"

#include <fmt/core.h>

#include <algorithm>

#include "agents/keys.h"
#include "ansible/sources.h"
#include "base/digest.h"
#include "base/text.h"
#include "cmd/checks.h"
#include "cmd/confirm_gone.h"
#include "cmd/drift_report.h"
#include "cmd/plan_flow.h"
#include "cmd/trail.h"
#include "cmd/unmanaged.h"
#include "drift/artifacts.h"
#include "record/applied.h"
#include "terraform/facts.h"

namespace agentops::cmd {

namespace {

constexpr auto kRemembered = std::chrono::hours(24 * 90);  ///< what was restored

/// What providers set, as an earlier check has read it for the very same providers.
fs::path schema_file(const Workspace& workspace, const tf::Unit& unit) {
    const auto lock = digest_of_file(tf::lock_file(unit.dir));
    return lock.empty() ? fs::path() : workspace.store.cache() / "computed" / (lock + ".json");
}

class Drifting {
public:
    Drifting(Session& session, const Workspace& workspace, const StaticWalk& stacks,
             const DriftOptions& options)
        : session_(session), workspace_(workspace), stacks_(stacks), options_(options) {
        check_.run = options.run;
        check_.report = session.new_report();
    }

    DriftCheck run() {
        if (auto done = look(); !done) append(check_.report.diagnostics, done.error());
        return std::move(check_);
    }

private:
    Status look() {
        TRY_DO(make_private_dir(options_.run_dir));
        auto live = live_of(session_, options_.quiet);
        const auto runner = make_real_runner(session_, workspace_, options_.run_dir, live.get());
        TRY(const auto tools, find_tools(workspace_, stacks_, false, *runner));
        std::map<std::string, Diagnostics> broken;
        TRY(check_.units, gather_observed(session_, workspace_, stacks_, tools, options_.run_dir,
                                          *runner, broken));
        prepare_units();
        find_locked();
        const auto walk = walk_units(session_, stacks_, check_.units,
                                     {{slots::standing.id}, false, false}, *runner, live.get());
        live->finish();
        find_locked();
        add_diagnostics(walk.diagnostics);
        for (const auto& job : check_.units.jobs)
            conclude(job, walk);
        for (auto& [unit, why] : broken)
            conclude_broken(unit, why);
        confirm_gone(stacks_.stacks, check_, *runner, session_.jobs());
        if (options_.unmanaged) list_unmanaged(*runner);
        auto done = report(*runner);
        if (done && options_.checks) run_stack_checks(*runner, live.get());
        remove_secret_files(check_.units);
        remove_plans();
        return done;
    }

    void prepare_units() {
        std::set<std::string> wanted;
        for (const auto& job : check_.units.jobs)
            wanted.insert(job.id());
        const auto applied = record::last_applied(workspace_.store, wanted);
        for (auto& job : check_.units.jobs) {
            DriftWish wish;
            artifacts_[job.id()] = artifacts_of(job);
            wish.aside = !artifacts_[job.id()].empty();
            const auto last = applied.find(job.id());
            // Nobody knows what was applied: then differences of a plan are the intent's.
            wish.intent_moved =
                last == applied.end() || last->second.artifacts != job.unit().digest;
            if (job.ansible() != nullptr && last == applied.end()) wish.intent_moved = false;
            const auto memory = drift::Memory::read(memory_file(workspace_, job.unit().stack));
            if (memory) wish.remembered = memory->of(job.id());
            if (const auto* root = job.terraform()) {
                wish.computed = computed_only(workspace_, root->unit);
            }
            if (auto* playbook = job.ansible(); playbook != nullptr && wish.aside)
                move_aside(*playbook);
            job.drift = std::move(wish);
        }
    }

    static fs::path aside_dir(const AnsibleJob& job) {
        return job.context.settings.run_dir / "aside";
    }

    /// A playbook whose files on disk differ is rehearsed from a folder of this run, so that they
    /// stay as they are. (Terraform's units are moved by their agent.)
    static void move_aside(AnsibleJob& job) {
        auto& unit = job.unit;
        const auto dir = aside_dir(job);
        unit.playbook = dir / relative_to(unit.playbook, unit.dir);
        unit.artifact_list = dir.string() + ".json";
        unit.dir = dir;
        job.checked = false;
    }

    std::vector<drift::ArtifactVerdict> artifacts_of(const UnitJob& job) const {
        if (job.unit().existing) return {};
        if (const auto* root = job.terraform())
            return drift::judge_artifacts(tf::artifact_folder(root->unit), root->unit.files);
        const auto& unit = job.ansible()->unit;
        return drift::judge_artifacts(ansible::artifact_folder(unit), unit.files);
    }

    const intent::Stack* stack_of(const std::string& id) const {
        for (const auto* stack : stacks_.stacks) {
            if (stack->id == id) return stack;
        }
        throw InternalError("a unit without a stack: " + id);
    }

    /// What is being applied now is neither as it was nor as it will be.
    void find_locked() {
        for (const auto* stack : stacks_.stacks) {
            if (const auto holder = record::StackLock::holder(workspace_.store, stack->id))
                locked_[stack->id] = *holder;
        }
        for (const auto& job : check_.units.jobs) {
            const auto* root = job.terraform();
            if (root == nullptr || root->unit.local_state.empty()) continue;
            if (tf::is_locked(root->unit.local_state))
                locked_[job.id()] = "somebody's Terraform works on its state now";
            else if (root->facts.state.exists &&
                     digest_of_file(root->unit.local_state) != root->facts.state.sha256)
                locked_[job.id()] = "its state was written while it was looked at";
        }
    }

    std::string lock_of(const UnitJob& job) const {
        for (const auto& name : {job.id(), job.unit().stack}) {
            if (const auto found = locked_.find(name); found != locked_.end()) return found->second;
        }
        return "";
    }

    /// Whatever went wrong while looking is answered by the verdict "unknown".
    void add_diagnostics(Diagnostics found) {
        for (auto& diagnostic : found) {
            if (diagnostic.level == Level::error) diagnostic.level = Level::warning;
        }
        append(check_.report.diagnostics, std::move(found));
    }

    void conclude(const UnitJob& job, const UnitWalk& walk) {
        const auto* board = walk.board(check_.units, job.id());
        const auto* standing = board != nullptr ? board->get(slots::standing) : nullptr;
        auto& verdict = check_.verdicts[job.id()];
        if (const auto lock = lock_of(job); !lock.empty())
            verdict = all_unknown(job, lock);
        else if (standing != nullptr)
            verdict = *standing;
        else
            verdict = all_unknown(job, cause_of(walk.result, job.id()));
        verdict.artifacts = artifacts_[job.id()];
        if (board == nullptr) return;
        keep_schema(job, *board);
        if (const auto* seen = board->get(slots::observation)) {
            for (const auto& object : seen->objects) {
                if (object.reading == drift::Observed::Reading::changed ||
                    object.reading == drift::Observed::Reading::gone)
                    check_.reality[job.id()][object.address] = object.actual;
            }
        }
    }

    static std::string cause_of(const graph::WalkResult& result, const std::string& unit) {
        for (const auto& report : result.reports) {
            if (report.subject != unit || report.status == graph::NodeStatus::ok) continue;
            for (const auto& diagnostic : report.diagnostics) {
                if (diagnostic.level == Level::error) return diagnostic.message;
            }
            return report.reason.empty() ? report.node + " failed" : report.reason;
        }
        return "it was not looked at";
    }

    static drift::UnitVerdict all_unknown(const UnitJob& job, const std::string& why) {
        drift::UnitVerdict verdict;
        verdict.unit = job.id();
        verdict.note = why;
        std::vector<std::string> names;
        if (const auto* root = job.terraform()) names = root->facts.state.managed;
        if (const auto* playbook = job.ansible()) {
            for (const auto& host : playbook->unit.hosts)
                names.push_back(host.name);
        }
        for (const auto& name : names) {
            drift::ResourceVerdict resource;
            resource.unit = job.id();
            resource.address = name;
            resource.status = drift::Status::unknown;
            resource.reason = why;
            verdict.resources.push_back(std::move(resource));
        }
        return verdict;
    }

    void conclude_broken(const std::string& unit, Diagnostics& why) {
        auto& verdict = check_.verdicts[unit];
        verdict.unit = unit;
        verdict.note = why.empty() ? "it could not be read" : why.front().message;
        add_diagnostics(std::move(why));
    }

    /// A provider's schema is read once for each version of it. It only spares work: its loss is no
    /// failure.
    void keep_schema(const UnitJob& job, const graph::Board& board) {
        const auto* root = job.terraform();
        const auto* read = board.get(slots::schema_done);
        if (root == nullptr || read == nullptr || !read->json) return;
        const auto file = schema_file(workspace_, root->unit);
        if (file.empty()) return;
        const auto record = drift::ComputedOnly::from_schema(*read->json).to_record();
        std::ignore = write_file(file, dump_json(record) + "\n", 0600);
    }

    void list_unmanaged(run::Runner& runner) {
        auto answer = find_unmanaged(session_, workspace_, stacks_.stacks, check_.units, runner);
        append(check_.report.diagnostics, std::move(answer.diagnostics));
        auto list = Json::array();
        for (const auto& one : answer.found) {
            check_.report.unmanaged.push_back({one.stack, one.type, one.id, one.name});
            list.push_back({{"stack", one.stack},
                            {"type", one.type},
                            {"id", one.id},
                            {"name", one.name.empty() ? Json(nullptr) : Json(one.name)}});
        }
        check_.report.extra["unmanaged"] = std::move(list);
    }

    /// A plan holds the state, secrets included.
    void remove_plans() const {
        std::error_code ignored;
        for (const auto& job : check_.units.jobs) {
            if (const auto* playbook = job.ansible()) fs::remove_all(aside_dir(*playbook), ignored);
            const auto* root = job.terraform();
            if (root == nullptr) continue;
            fs::remove(tf::plan_file(root->context), ignored);
            fs::remove_all(root->context.run_dir / "preview", ignored);
        }
    }

    Status report(run::Runner& runner) {
        const auto now = session_.clock().now();
        const auto accepted = read_accepted();
        for (const auto* stack : stacks_.stacks) {
            const auto file = memory_file(workspace_, stack->id);
            auto read = drift::Memory::read(file);
            if (!read) append(check_.report.diagnostics, read.error());
            const bool sound = read.has_value();
            auto memory = sound ? *std::move(read) : drift::Memory();
            const auto known = check_.appeared.size();
            StackStanding standing{*stack,
                                   check_,
                                   memory,
                                   accepted,
                                   session_.today(),
                                   rfc3339(now),
                                   workspace_.store.run_ids()};
            check_.report.stacks.push_back(stack_standing(standing));
            append_to(check_.restored, memory.restored());
            // Without a memory everything would be new, at every look.
            if (!sound) check_.appeared.resize(known);
            // A loop keeps news only: it would count itself. A damaged file is left to people.
            const bool news = check_.appeared.size() > known || !memory.restored().empty();
            if (options_.remember && sound && (news || !options_.quiet))
                TRY_DO(memory.write(file, rfc3339(now - kRemembered)));
        }
        if (options_.who) {
            name_writers(stacks_.stacks, check_, runner);
            if (options_.remember) TRY_DO(keep_writers(rfc3339(now - kRemembered)));
        }
        conclude_report(check_);
        return {};
    }

    Status keep_writers(const std::string& oldest) const {
        for (const auto& stack : check_.report.stacks) {
            const auto file = memory_file(workspace_, stack.id);
            auto memory = drift::Memory::read(file);
            if (!memory) continue;  // that was told already
            for (const auto& resource : *stack.resources) {
                for (const auto& difference : resource.differences) {
                    if (difference.seen) memory->keep_actor(*difference.seen);
                }
            }
            TRY_DO(memory->write(file, oldest));
        }
        return {};
    }

    /// Nobody answers for drift in a file that cannot be read.
    std::vector<drift::Acceptance> read_accepted() {
        auto accepted = drift::read_acceptances(acceptance_file(workspace_), session_.sources());
        if (accepted) return *std::move(accepted);
        append(check_.report.diagnostics, accepted.error());
        return {};
    }

    void run_stack_checks(run::Runner& runner, report::Live* live) {
        for (const auto* stack : stacks_.stacks) {
            if (stack->checks.empty() || session_.interrupt().count() > 0) continue;
            for (auto& report : check_.report.stacks) {
                const bool deployed = report.status != "not-deployed" && report.status != "unknown";
                if (report.id == stack->id && deployed)
                    report.checks = run_checks(
                        session_, {*stack, check_.units.known_outputs, check_.units}, runner, live);
            }
        }
    }

    static void append_to(std::vector<drift::Sighting>& to,
                          const std::vector<drift::Sighting>& from) {
        to.insert(to.end(), from.begin(), from.end());
    }

    Session& session_;
    const Workspace& workspace_;
    const StaticWalk& stacks_;
    const DriftOptions& options_;
    std::map<std::string, std::vector<drift::ArtifactVerdict>> artifacts_;
    std::map<std::string, std::string> locked_;  ///< by stack or unit
    DriftCheck check_;
};

}  // namespace

namespace {

/// What a plan would change of a unit: what drifted and is not accepted, and what merely follows.
struct Repairable {
    std::vector<std::string> targets, followers;
    bool has_accepted = false;
};

Repairable repairable(const report::Report& report, const std::string& unit, bool plays) {
    Repairable found;
    for (const auto& stack : report.stacks) {
        for (const auto& resource : *stack.resources) {
            const auto& verdict = resource.verdict;
            if (verdict.unit != unit || verdict.planned == Action::no_op) continue;
            if (verdict.cause == drift::Cause::follows) found.followers.push_back(verdict.address);
            if (!verdict.drifted()) continue;
            found.has_accepted = found.has_accepted || !resource.drifted();
            if (!resource.drifted()) continue;
            auto name = verdict.address;
            if (const auto task = name.find(": "); plays && task != std::string::npos)
                name.resize(task);
            if (std::find(found.targets.begin(), found.targets.end(), name) == found.targets.end())
                found.targets.push_back(std::move(name));
        }
    }
    return found;
}

}  // namespace

std::vector<std::string> DriftCheck::targets_of(const std::string& unit) const {
    const bool plays = verdicts.at(unit).plays;
    auto found = repairable(report, unit, plays);
    // What is made anew has another id: whoever holds the old one must learn of it. Behind accepted
    // drift nobody can tell whom they follow.
    if (!found.targets.empty() && !found.has_accepted && !plays)
        found.targets.insert(found.targets.end(), found.followers.begin(), found.followers.end());
    return found.targets;
}

std::shared_ptr<const drift::ComputedOnly> computed_only(const Workspace& workspace,
                                                         const tf::Unit& unit) {
    const auto file = schema_file(workspace, unit);
    if (file.empty()) return nullptr;
    const auto text = read_file(file);
    if (!text) return nullptr;
    const auto json = parse_json(*text, "cached schema");
    if (!json) return nullptr;
    return std::make_shared<const drift::ComputedOnly>(drift::ComputedOnly::from_record(*json));
}

fs::path memory_file(const Workspace& workspace, const std::string& stack) {
    const fs::path dir = workspace.project.settings.drift.dir;
    return (dir.is_absolute() ? dir : workspace.project.root / dir) / "seen" / (stack + ".jsonl");
}

fs::path acceptance_file(const Workspace& workspace) {
    const fs::path dir = workspace.project.settings.drift.dir;
    return (dir.is_absolute() ? dir : workspace.project.root / dir) / "accepted.yaml";
}

DriftCheck check_drift(Session& session, const Workspace& workspace, const StaticWalk& stacks,
                       const DriftOptions& options) {
    return Drifting(session, workspace, stacks, options).run();
}

}  // namespace agentops::cmd
