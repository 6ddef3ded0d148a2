#pragma once

// The steps of a unit as values. Terraform and OpenTofu take the same calls.

#include <optional>
#include <string>

#include "run/step.h"
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

/// What is on disk for a unit before a run; gathered by the session, judged by agents.
struct UnitFacts {
    bool initialised = false;     ///< .terraform fits the unit's init_key, tool and lock file
    bool validated = false;       ///< these artifacts were validated with this tool before
    std::string foreign;          ///< a file that must not be there; empty when none
    Json outputs;                 ///< current real outputs (local state), or null when not known
    bool state_known = false;     ///< outputs and `deployed` were read
    bool deployed = false;        ///< the state holds at least one resource
    std::vector<fs::path> obsolete;  ///< generated files of an earlier run to remove
};

/// Everything a step needs beside the unit itself.
struct StepContext {
    Tool tool;
    fs::path run_dir;        ///< this run's folder for the unit: plan file, logs, variables
    fs::path cache_dir;      ///< stamps
    std::string plugin_cache;  ///< TF_PLUGIN_CACHE_DIR; "" when none
    std::vector<run::EnvVar> target_env;  ///< endpoint and region of the stack's target
    int lock_timeout_s = 10;
};

/// Lays the artifacts in the unit's folder (a preview: in run_dir/preview) and `values`, the inputs
/// from upstream and an existing root's variables, as a 0600 file in run_dir for -var-file.
run::Step write_step(const Unit& unit, const UnitFacts& facts, bool preview, const Json& values,
                     const StepContext& c);
run::Step init_step(const Unit& unit, const UnitFacts& facts, bool preview, const StepContext& c);
run::Step validate_step(const Unit& unit, const UnitFacts& facts, bool preview,
                        const StepContext& c);
/// Saves the plan to plan_file(), 0600.
run::Step plan_step(const Unit& unit, bool destroy, bool preview, const StepContext& c);
/// `show -json` of that file; its output holds secrets and is removed once read.
run::Step show_plan_step(const Unit& unit, bool preview, const StepContext& c);
run::Step apply_step(const Unit& unit, const fs::path& plan_file, const StepContext& c);
/// A second plan whose events prove that nothing is left to do; nothing is saved.
run::Step prove_step(const Unit& unit, const StepContext& c);
run::Step outputs_step(const Unit& unit, const StepContext& c);
run::Step backup_state_step(const Unit& unit, const char* name, const StepContext& c);

fs::path plan_file(const StepContext& c);

}  // namespace agentops::tf
