#pragma once

// What a command has to say, as one model; text and JSON are two prints of it.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "base/result.h"
#include "catalog/finding.h"
#include "drift/acceptance.h"
#include "drift/memory.h"
#include "unit/change.h"
#include "unit/unit.h"

namespace agentops::report {

struct ChangeReport {
    Change change;
    Origin origin;
    bool is_protected = false;
    std::string risk;
};

/// How one machine of an Ansible unit fared.
struct HostReport {
    std::string name, status;  ///< ok, failed, unreachable, unfinished
    int changed = 0;
    std::string task, message;  ///< where and why it failed
};

/// One difference that a drift check found. The path is empty for an object that is gone.
struct DifferenceReport {
    drift::AttributeDrift drift;
    std::optional<drift::Sighting> seen;
    std::size_t runs_between = 0;  ///< runs on record between its first and last sighting
    std::optional<drift::Acceptance> accepted;
    std::string expired;  ///< the day until which it was accepted; "" when it never was
};

/// One object of a drift check. Its differences stand here, not in the verdict.
struct ResourceReport {
    drift::ResourceVerdict verdict;
    std::vector<DifferenceReport> differences;
    bool accepted() const;  ///< all of them are
    bool drifted() const { return verdict.drifted() && !accepted(); }
};

/// What stands in no state of the project.
struct UnmanagedReport {
    std::string stack, type, id, name;
};

/// status: planned, no-changes, preview, pending, applied, unchanged, failed, skipped, not-started,
/// interrupted, in-sync, drifted, unknown, not-deployed, checked, generated, stale, destroyed,
/// not-converged, invalid
struct UnitReport {
    std::string id;    ///< "shop@dev/main"
    std::string tool;  ///< "terraform", "tofu", "ansible"
    std::string status;
    std::string note;  ///< "waits for net/main", "upstream failed: ...", "3 files written"
    Counts counts;
    std::vector<ChangeReport> changes;
    std::vector<OutputChange> outputs;
    std::size_t unchanged = 0;
    std::vector<HostReport> hosts;        ///< after an apply
    std::string cost{};                   ///< "+12.30 USD/month"; "" when nothing was priced
    std::vector<std::string> unpriced{};  ///< what of it has no price
    std::vector<drift::ArtifactVerdict>
        artifacts{};  ///< drift: files that are not as they should be
};

struct CheckReport {
    std::string name, target, status;  ///< ok, failed
    std::string note;
};

struct StackReport {
    std::string id, status;
    std::string risk;  ///< "" when nothing was planned
    std::vector<UnitReport> units;
    std::vector<CheckReport> checks;
    std::vector<std::string> reasons;  ///< why it is blocked or needs approval
    std::optional<std::vector<ResourceReport>> resources{};  ///< of a drift check
    Counts counts() const;
};

struct Report {
    std::string command;
    std::optional<std::string> run;
    fs::path run_dir{};  ///< where the run's record is kept; empty: nowhere
    ExitCode exit = ExitCode::done;
    std::vector<StackReport> stacks;
    std::vector<catalog::Finding> findings;
    Diagnostics diagnostics;
    std::vector<UnmanagedReport> unmanaged;
    std::vector<std::string> remarks;  ///< lines of a drift check that stand above the verdict
    std::string verdict;               ///< the last line, without the exit code
    std::vector<std::string> next;     ///< commands to copy
    Json extra = Json::object();       ///< members a command adds to its record
    Counts counts() const;
};

/// "2 to create, 1 to update, 1 to REPLACE, 0 to destroy", or "no changes".
std::string verdict_of(const Counts& counts);

/// The `--json` record of every command, with its lists always present and what is absent as null:
/// {format_version, command, run, exit, stacks: [{stack, status, risk, units: [{unit, tool, status,
/// note, changes, unchanged, resources: [{address, action, component, position, agent, reason,
/// protected, risk, attributes, ...}], outputs}], changes, checks, reasons}], findings,
/// diagnostics, verdict, next} plus `extra`, whose members must have other names (InternalError).
Json to_json(const Report& report);

struct TextOptions {
    bool colour = false;
    int width = 80;     ///< terminal columns; 0: lines are never cut
    int verbosity = 0;  ///< 0: one line per change with its changed attributes; 1: all attributes
                        ///< of new resources too; -1: only verdict and dangers
};
/// The answer on stdout: changes by unit, findings, then replacements and destroys again, and the
/// verdict as the last line. Diagnostics are not in it: they go to stderr.
std::string to_text(const Report& report, const TextOptions& options);

}  // namespace agentops::report
