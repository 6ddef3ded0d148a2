#pragma once

// From a static walk to verdicts: what was applied is looked at, judged, compared with what was
// seen before and what is accepted, and reported.

#include "cmd/unit_run.h"
#include "report/model.h"

namespace agentops::cmd {

struct DriftCheck {
    std::string run;
    report::Report report;
    UnitSet units;
    std::map<std::string, drift::UnitVerdict> verdicts;  ///< by unit
    /// When a stack was last seen in order, if somebody kept it: for the time to detect.
    std::map<std::string, std::string> last_clean;
    /// Terraform objects that changed, as they are, and those that are gone, as they were: unit ->
    /// address -> attributes. Secret.
    std::map<std::string, std::map<std::string, Json>> reality;
    /// Differences that were not there at the check before, and those that are gone since.
    std::vector<drift::Sighting> appeared, restored;

    /// Addresses (or machines) of a unit that drifted, are not accepted, and that a plan would
    /// restore. (The others would only be taken over by the state, and so be forgotten.) Behind
    /// them what a plan would change only because they drifted.
    std::vector<std::string> targets_of(const std::string& unit) const;
    std::size_t drifted = 0, unknown = 0, in_sync = 0, not_checked = 0, accepted = 0;
};

struct DriftOptions {
    fs::path run_dir = {};  ///< where logs and plans go; emptied of plans afterwards
    std::string run = {};   ///< id under which what is seen is remembered
    bool unmanaged = false;
    bool who = false;      ///< ask the cloud's trail who changed what drifted
    bool quiet = false;    ///< without progress: a loop makes it
    bool checks = false;   ///< run the checks of the stacks too
    bool remember = true;  ///< false: what is seen leaves no trace in the memory
};

/// Checks the stacks. Never fails as a whole for one unit: what could not be looked at is unknown.
/// The report has everything but the verdict's wish for repairs.
DriftCheck check_drift(Session& session, const Workspace& workspace, const StaticWalk& stacks,
                       const DriftOptions& options);

/// What only the providers of a unit set, as a check has read it; null when none has.
std::shared_ptr<const drift::ComputedOnly> computed_only(const Workspace& workspace,
                                                         const tf::Unit& unit);

/// Where the memory of a stack and the acceptances lie.
fs::path memory_file(const Workspace& workspace, const std::string& stack);
fs::path acceptance_file(const Workspace& workspace);

}  // namespace agentops::cmd
