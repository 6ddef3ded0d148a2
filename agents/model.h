#pragma once

// The types that stand in slots and belong to no layer below.

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agents/counsel.h"
#include "agents/negotiation.h"
#include "ansible/steps.h"
#include "catalog/design.h"
#include "catalog/finding.h"
#include "catalog/telemetry.h"
#include "drift/computed.h"
#include "drift/memory.h"
#include "drift/observation.h"
#include "prices/plan_cost.h"
#include "run/step.h"
#include "terraform/plan.h"
#include "terraform/steps.h"
#include "terraform/unit.h"

namespace agentops {

/// Shared because a stack's design is read by several agents and by `explain` after the walk.
using DesignPtr = std::shared_ptr<const catalog::Design>;

struct StackInput {
    const intent::Stack* stack = nullptr;
    const catalog::StackIndex* index = nullptr;
    const intent::Project* project = nullptr;
    std::string today;     ///< YYYY-MM-DD, for waivers
    bool explore = false;  ///< negotiate though nothing asks for it
    const prices::Book* prices = &prices::Book::builtin();
    Counsel counsel;    ///< what the project's own agents said of it
    std::string share;  ///< what it got of a budget that stacks share, and why; may be empty
    /// By component: telemetry, and the file that it comes from.
    std::map<std::string, std::pair<catalog::Observed, std::string>> observed;
    fs::path stacks_dir;     ///< <project>/.agentops/stacks
    bool keep_main = false;  ///< a main unit was deployed before: it stays, even when empty
};

/// How much a plan may do without asking again.
struct Limits {
    int max_destroy = 0, max_replace = 0;
    bool allow_protected = false;
};

/// A plan that was reviewed and approved, to be applied as it is.
struct ApprovedPlan {
    fs::path plan_file;
    std::string inputs_digest;
    Plan plan;            ///< as reviewed
    bool replan = false;  ///< preview or resumed: plan again and stay within the limits
};

/// A plan that repairs drift is limited to what drifted.
struct Aim {
    /// Addresses, or machines of a playbook; empty: the unit takes no part.
    std::vector<std::string> targets;
    bool refresh_only = false;  ///< the state takes over what is there; nothing else is touched
};

/// What a drift check knows of a unit beforehand.
struct DriftWish {
    /// Files on disk differ from what the intent gives: it looks from a folder of this run, so that
    /// they stay as they are.
    bool aside = false;
    bool intent_moved = false;                            ///< as drift::Background
    std::shared_ptr<const drift::ComputedOnly> computed;  ///< null when not read before
    std::vector<drift::Sighting> remembered;              ///< of this unit
};

struct UnitInput {
    const tf::Unit* unit = nullptr;
    tf::UnitFacts facts;
    tf::StepContext context;
    bool destroy = false;
    bool apply = false;  ///< this walk applies
    std::optional<ApprovedPlan> approved;
    Limits limits;
    /// Real outputs of units before this one, known before the walk: unit id -> {name: value}.
    std::map<std::string, Json> known_outputs;
    std::optional<Aim> aim;
    std::optional<DriftWish> drift;        ///< this walk checks for drift
    const prices::Book* prices = nullptr;  ///< null: nothing is priced
    std::string region;                    ///< whose prices count
};

/// An Ansible unit in a walk.
struct PlayInput {
    const ansible::Unit* unit = nullptr;
    ansible::StepContext context;
    std::vector<ansible::Requirement> missing;  ///< roles and collections that are not there
    std::optional<ApprovedPlan> approved;       ///< then this walk applies
    std::map<std::string, Json> known_outputs;  ///< as UnitInput::known_outputs
    bool checked = false;                       ///< these artifacts passed the syntax check before
    std::set<std::string> finished;             ///< machines that an interrupted run was done with
    std::optional<Aim> aim;
    bool intent_moved = false;  ///< as drift::Background
};

/// A stored plan leaves out sensitive outputs: unless the state was read, only the tool has them.
bool hides_outputs(const Plan& stored, const tf::UnitFacts& facts);

struct UnitInputs {
    Json values = Json::object();        ///< variable -> value
    std::set<std::string> unknown;       ///< variables whose value does not exist yet
    std::set<std::string> planned;       ///< variables whose value is planned, not real
    std::vector<std::string> waits_for;  ///< unit ids that must be applied first
    std::string digest;                  ///< of values
    bool preview() const { return !unknown.empty() || !planned.empty(); }
};

struct UnitOutputs {
    Json values = Json::object();    ///< name -> value
    std::set<std::string> unknown;   ///< will exist, value not known
    std::set<std::string> changing;  ///< values here are planned ones
};

enum class Risk { low, medium, high, critical };
std::string_view to_text(Risk risk);

/// One change with what stands behind it.
struct ReviewedChange {
    Change change;
    Origin origin;              ///< component empty when it belongs to no component
    bool is_protected = false;  ///< destroys or replaces a protected component
    Risk risk = Risk::low;
};

struct Review {
    std::string unit;
    bool preview = false;
    /// Not planned: an existing root waits for real inputs, a playbook for its machines.
    bool pending = false;
    int pending_hosts = 0;  ///< machines that are to be created first
    std::vector<std::string> waits_for;
    bool destroy = false;    ///< a plan to destroy
    bool reused = false;     ///< the approved plan itself, not planned again
    bool refreshes = false;  ///< applying it brings the state in line with reality
    Risk risk = Risk::low;
    Plan plan;
    std::vector<ReviewedChange> changes;
    std::string inputs_digest;
    std::optional<prices::PlanCost> cost;  ///< none when nothing was planned
};

/// Lets a change pass silently, or says what it takes.
struct Verdict {
    bool blocked = false;
    bool auto_approvable = false;
    Risk risk = Risk::low;
    Counts counts;
    std::vector<std::string> blocked_by;  ///< one line each
    std::vector<std::string> not_auto;    ///< why --auto-approve does not do
};

struct UnitOutcome {
    bool applied = false;  ///< something was changed
    bool converged = true;
    Counts left;  ///< what a second plan would still change
};

}  // namespace agentops
