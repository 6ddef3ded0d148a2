#pragma once

// From a static walk to a manifest: units are planned, reviewed, judged, recorded and reported.

#include "cmd/scope.h"
#include "cmd/unit_run.h"
#include "record/manifest.h"

namespace agentops::cmd {

/// What a plan is made for.
struct PlanRequest {
    bool destroy = false;
    std::string purpose = "plan";          ///< as record::Manifest::purpose
    std::map<std::string, Aim> aims = {};  ///< of a repair, by unit; others take no part
    bool quiet = false;                    ///< without progress: a loop makes it
};

struct Planned {
    std::string run;
    UnitSet units;
    std::map<std::string, Verdict> verdicts;   ///< by stack
    std::optional<record::Manifest> manifest;  ///< none when something failed
    report::Report report;
    int destroys = 0, replaces = 0;
    bool changes = false;  ///< anything to do at all
    bool blocked = false;
};

/// Plans the stacks in a new run. Diagnostics go to the report, so does the exit code.
Planned make_plan(Session& session, const Workspace& workspace, const StaticWalk& stacks,
                  const PlanRequest& request);

/// The last line under a plan.
std::string plan_verdict(const Planned& planned);

/// Loads, selects and walks; the report holds the reason when there is nothing to go on with.
struct Prepared {
    std::unique_ptr<Workspace> workspace;  ///< what the others borrow from
    Selection selection;
    StaticWalk walk;
    Scope scope = Scope({});
};
Result<Prepared> prepare(Session& session, const std::vector<std::string>& patterns,
                         bool named_environment, Scope scope = Scope({}));

/// One unit as it was planned, for reports.
report::UnitReport unit_report(const UnitJob& job, const Review* review, std::string status,
                               std::string note = {});

/// The components of each stack and what they need, for pictures: {stack: [{component, kind,
/// needs}]}.
Json architecture_of(const StaticWalk& walk);

/// Findings and diagnostics of the static walk that belong in every report.
void add_static(report::Report& report, const StaticWalk& walk);

}  // namespace agentops::cmd
