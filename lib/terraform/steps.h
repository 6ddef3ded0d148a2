#pragma once

// The steps of a unit as values. Terraform and OpenTofu take the same calls.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "run/step.h"
#include "terraform/state.h"
#include "terraform/unit.h"

namespace agentops::tf {

/// The tool that was found.
struct Tool {
    std::string program;  ///< absolute path
    std::string name;     ///< "terraform" or "tofu"
    std::string version;  ///< "1.11.4"
};

/// Reads `terraform version -json` / `tofu version -json` output. Code: terraform.version.
Result<Tool> read_version(const std::string& program, const Json& json);
/// At least 1.11 of either (ephemeral values and write-only arguments). Code: terraform.too-old.
Status require_version(const Tool& tool);

/// What is on disk for a unit before a run; gathered by the session (facts.h), judged by agents.
struct UnitFacts {
    bool initialised = false;        ///< .terraform fits the unit's init_key, tool and lock file
    bool validated = false;          ///< these artifacts were validated with this tool before
    std::string foreign;             ///< a file that must not be there; empty when none
    Json outputs;                    ///< current real outputs (local state), or null when not known
    bool state_known = false;        ///< outputs and `deployed` were read
    bool deployed = false;           ///< the state holds at least one resource
    std::vector<fs::path> obsolete;  ///< generated files of an earlier run to remove
    StateFacts state;                ///< of a local state
    std::string last_backend;        ///< what the unit's last init recorded; "" when none
};

/// Everything a step needs beside the unit itself.
struct StepContext {
    Tool tool;
    fs::path run_dir;          ///< this run's folder for the unit: plan file, logs, variables
    fs::path cache_dir;        ///< stamps
    std::string plugin_cache;  ///< TF_PLUGIN_CACHE_DIR; "" when none
    std::vector<run::EnvVar> target_env;  ///< endpoint and region of the stack's target
    /// Wait this long for a state that somebody else has locked. When not set: 10 s, and not at all
    /// in a drift check.
    std::optional<std::chrono::milliseconds> lock_timeout;
};

/// Where the tool runs: the unit's folder; for a preview run_dir/preview.
fs::path work_dir(const Unit& unit, bool preview, const StepContext& c);
/// The plan's file, and the values' file that -var-file names when the unit has inputs or
/// variables.
fs::path plan_file(const StepContext& c);
fs::path values_file(const StepContext& c);
/// The plan that proves an apply.
fs::path proof_file(const StepContext& c);

/// Lays the artifacts in the unit's folder (a preview: in run_dir/preview, relative module sources
/// rewritten to fit) and `values`, the inputs from upstream and an existing root's variables, as a
/// 0600 file in run_dir for -var-file. Refuses foreign files, removes obsolete ones.
run::Step write_step(const Unit& unit, const UnitFacts& facts, bool preview, const Json& values,
                     const StepContext& c);
/// Copies lock_source (or, for a preview, the unit's own lock file) to where init will read it.
/// Without a lock file Terraform trusts no plugin cache.
run::Step lock_step(const Unit& unit, bool preview, const StepContext& c);
/// Skipped when facts.initialised. An existing root's lock file is never changed
/// (-lockfile=readonly). -reconfigure only when a generated unit's backend was local and still is:
/// then a moved project folder is no reason to fail, and no other state can be left behind.
run::Step init_step(const Unit& unit, const UnitFacts& facts, bool preview, const StepContext& c);
/// Skipped when facts.validated, and for a preview, whose plan checks the same. Judged:
/// read_validation (messages.h) says what is wrong.
run::Step validate_step(const Unit& unit, const UnitFacts& facts, bool preview,
                        const StepContext& c);
/// What a plan is to be.
struct PlanWish {
    bool destroy = false;
    bool preview = false;       ///< takes no lock
    bool refresh_only = false;  ///< only brings the state in line with reality
    bool observe = false;       ///< for a drift check: it waits for no lock
    /// Only these addresses and what they depend on; empty: everything.
    std::vector<std::string> targets = {};
};
/// Saves the plan to plan_file() (0600 by the runner's umask). Judged: read_messages (messages.h)
/// says what is wrong, with the intent line behind it.
run::Step plan_step(const Unit& unit, const PlanWish& wish, const StepContext& c);
/// `show -json` of that file; its output holds secrets and is removed once read.
run::Step show_plan_step(const Unit& unit, bool preview, const StepContext& c);
/// Applies a saved plan, nothing else. Judged: read_events says how far it came.
run::Step apply_step(const Unit& unit, const fs::path& plan_file, const StepContext& c);
/// The same where a drift check found a difference ("look"), also of a plan that failed. Judged.
run::Step look_step(const Unit& unit, bool preview, const StepContext& c);
/// `providers schema -json`: which attributes only providers set.
run::Step schema_step(const Unit& unit, bool preview, const StepContext& c);
/// A second plan, saved to proof_file(), whose events prove that nothing is left to do. Judged.
run::Step prove_step(const Unit& unit, const std::vector<std::string>& targets,
                     const StepContext& c);
/// Applies that plan, which changes nothing but the state: what a provider fills in while objects
/// are made is in it from then on, and is no drift. Judged.
run::Step refresh_step(const Unit& unit, const StepContext& c);
run::Step outputs_step(const Unit& unit, const StepContext& c);
/// Copies the local state to run_dir/<name>.tfstate, 0600: before and after each apply.
run::Step backup_state_step(const Unit& unit, const char* name, const StepContext& c);

}  // namespace agentops::tf
