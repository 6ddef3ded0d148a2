#pragma once

// Units of a run: what is on disk for each, the order among them, and the walk over them.

#include <deque>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "agents/model.h"
#include "cmd/tooling.h"
#include "cmd/workspace.h"
#include "record/lock.h"

namespace agentops::cmd {

struct TerraformJob {
    tf::Unit unit;
    tf::UnitFacts facts;
    tf::StepContext context;
};

struct AnsibleJob {
    ansible::Unit unit;
    ansible::StepContext context;
    std::vector<ansible::Requirement> missing;  ///< roles and collections that are not installed
    bool checked = false;                       ///< the artifacts passed the syntax check before
    std::set<std::string> finished;             ///< machines that an earlier try was done with
};

/// A unit that takes part in a run.
struct UnitJob {
    std::variant<TerraformJob, AnsibleJob> of;
    fs::path run_dir;  ///< this run's folder for it
    std::optional<ApprovedPlan> approved;
    Limits limits;
    std::optional<Aim> aim;          ///< of a repair
    std::optional<DriftWish> drift;  ///< of a drift check

    const Unit& unit() const;
    const std::string& id() const { return unit().id; }
    TerraformJob* terraform() { return std::get_if<TerraformJob>(&of); }
    const TerraformJob* terraform() const { return std::get_if<TerraformJob>(&of); }
    AnsibleJob* ansible() { return std::get_if<AnsibleJob>(&of); }
    const AnsibleJob* ansible() const { return std::get_if<AnsibleJob>(&of); }
    std::string_view tool() const;  ///< "terraform", "tofu" or "ansible"
    const std::string& tool_version() const;
    /// Its outputs can be told without asking its tool.
    bool outputs_known() const;
};

/// What units are run with; only what the units of a run need is looked for.
struct Tools {
    std::optional<tf::Tool> terraform;
    std::optional<ansible::Tool> ansible;
};
Result<Tools> find_tools(const Workspace& workspace, const StaticWalk& walk, bool destroy,
                         run::Runner& runner);

/// All that a plan or an apply works with.
struct UnitSet {
    std::deque<UnitJob> jobs;  ///< in order: what others need comes first
    /// Real outputs known before the walk: unit id -> {name: value}. Also of units outside the run.
    std::map<std::string, Json> known_outputs;

    UnitJob* find(const std::string& id);
};

/// Gathers the units of the walked stacks and of those they read from, their facts and known
/// outputs. `run_dir` is where the run's files go. A destroy has no playbooks: machines go as they
/// are. Codes: state.*, terraform.*, ansible.*, intent.unit-cycle.
Result<UnitSet> gather_units(Session& session, const Workspace& workspace, const StaticWalk& walk,
                             const Tools& tools, const fs::path& run_dir, bool destroy,
                             run::Runner& runner);

/// The same for a drift check, in which units do not wait for each other: outputs of remote states
/// are read beforehand. A unit that cannot be gathered goes to `broken`, with the reason.
Result<UnitSet> gather_observed(Session& session, const Workspace& workspace,
                                const StaticWalk& walk, const Tools& tools, const fs::path& run_dir,
                                run::Runner& runner, std::map<std::string, Diagnostics>& broken);

struct UnitWalk {
    std::deque<graph::Board> boards;  ///< by job
    graph::WalkResult result;
    Diagnostics diagnostics;
    const graph::Board* board(const UnitSet& units, const std::string& id) const;
};

struct WalkPurpose {
    std::vector<graph::SlotId> goals;  ///< of units of either tool
    bool destroy = false;
    bool apply = false;
};

/// Walks all jobs; with `destroy` in the reverse order.
UnitWalk walk_units(Session& session, const StaticWalk& stacks, const UnitSet& units,
                    const WalkPurpose& purpose, run::Runner& runner, report::Live* live);

/// Inputs can be secret. A saved plan has them, and a playbook gets them anew for each run: once a
/// run is over the files are not needed any more.
void remove_secret_files(const UnitSet& units);

/// The progress of a walk: on the terminal, or nowhere when a loop makes it.
std::unique_ptr<report::Live> live_of(Session& session, bool quiet);

/// Takes it at once, or within --lock-timeout as soon as it is free. Code: lock.held.
Result<record::StackLock> lock_stack(Session& session, const record::Store& store,
                                     const std::string& stack, const std::string& run);
/// One lock per stack, for as long as it lives. Code: lock.held.
Result<std::vector<record::StackLock>> lock_stacks(Session& session, const Workspace& workspace,
                                                   const Selection& stacks, const std::string& run);
std::vector<int> fds_of(const std::vector<record::StackLock>& locks);

/// Where the last known state of a unit is marked.
fs::path mark_path(const tf::Unit& unit);

}  // namespace agentops::cmd
