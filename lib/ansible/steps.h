#pragma once

// The steps of an Ansible unit as values.

#include <set>

#include "ansible/artifacts.h"
#include "run/step.h"

namespace agentops::ansible {

/// ansible-playbook as it was found.
struct Tool {
    std::string program;  ///< absolute path
    std::string version;  ///< of ansible-core: "2.14.18"
};

/// Reads the first line of `ansible-playbook --version`. Code: ansible.version.
Result<Tool> read_version(const std::string& program, const std::string& text);
/// At least 2.14, which resolves names and reads settings as we rely on. Code: ansible.too-old.
Status require_version(const Tool& tool);

/// Everything a step needs beside the unit.
struct StepContext {
    Tool tool;
    Settings settings;  ///< settings.run_dir is this run's folder for the unit
    std::chrono::milliseconds deadline{std::chrono::hours(2)};  ///< of one playbook
    std::chrono::milliseconds wait{std::chrono::minutes(5)};    ///< for machines to answer
    std::vector<run::EnvVar> environment;                       ///< what the project lets through
    fs::path cache_dir;                                         ///< stamps
    bool install = false;           ///< roles and collections may be fetched
    std::set<std::string> owed;     ///< hosts that an interrupted run owes handlers
    std::set<std::string> done;     ///< machines that an interrupted run was done with
    std::vector<std::string> only;  ///< not empty: no machine but these
};

/// Whether a playbook under these limits touches the machine.
bool takes_part(const StepContext& c, const std::string& machine);

/// Lays the artifacts in the unit's folder. Refuses foreign files beside them: Ansible would load
/// them.
run::Step write_step(const Unit& unit);
/// Lays inventory, settings, callback plugin, variables, keys and pinned host keys in the run's
/// folder, 0600.
run::Step write_run_step(const Unit& unit, const Targets& targets, const StepContext& c);
/// Installs missing roles and collections into the run's folder; skipped when `missing` is empty.
run::Step fetch_step(const Unit& unit, const std::vector<Requirement>& missing,
                     const StepContext& c);
/// The stamp that a good syntax check leaves in the cache folder, named by what was checked.
run::Stamp syntax_stamp(const Unit& unit, const StepContext& c);
/// ansible-playbook --syntax-check. Skipped when `checked`. Judged.
run::Step syntax_step(const Unit& unit, bool checked, const StepContext& c);
/// Waits for the machines; those behind a jump host are left to ssh.
run::Step reach_step(const std::vector<Host>& hosts, const StepContext& c);
/// Check mode with diffs. Judged: events say what would change.
run::Step rehearse_step(const Unit& unit, const StepContext& c);
/// The playbook. Judged. The first interrupt lets the running task finish everywhere.
run::Step play_step(const Unit& unit, const StepContext& c);
/// The playbook once more: nothing may change. Judged.
run::Step settle_step(const Unit& unit, const StepContext& c);
/// A command check of the unit's component, tried until it succeeds or its time is up. Judged.
run::Step check_step(const Unit& unit, const CommandCheck& check, const StepContext& c);

/// Files of the run's folder that hold secrets, to be removed after the walk.
std::vector<fs::path> secret_files(const StepContext& c);

}  // namespace agentops::ansible
