#pragma once

// Reads `terraform show -json PLAN` (format 1.x) into the change model that Terraform and, later,
// Ansible share. Sensitive values are masked by Terraform's own marks and leave this file as masks.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace agentops::tf {

enum class Action { no_op, read, create, update, replace, destroy, forget };
std::string_view to_text(Action action);
/// "+", "~", "-/+", "-", "<=", " ", and "." for an object that is only forgotten
std::string_view sign(Action action);

/// One attribute that differs. `before`/`after` are JSON texts (cut after 1,000 bytes: "... (2345
/// bytes)"), or "(sensitive)", "(known after apply)", and absent when the side has none.
struct AttributeChange {
    std::string path;  ///< "tags.Name", "ingress[0].cidr_blocks"
    std::optional<std::string> before, after;
    bool forces_replacement = false;
};

struct Change {
    std::string address;           ///< "aws_vpc.net", "module.x.aws_y.z[0]", "x.y (deposed 1f2e)"
    std::string type;              ///< "aws_vpc"
    std::string previous_address;  ///< moved from; may be empty
    Action action = Action::no_op;
    std::string reason;  ///< Terraform's action_reason; may be empty
    bool importing = false;
    std::vector<AttributeChange> attributes;
};

struct OutputChange {
    std::string name;
    Action action = Action::no_op;
    bool sensitive = false;
    bool known = true;  ///< after is known at plan time
    Json after;         ///< null when sensitive or unknown
};

struct Counts {
    int create = 0, update = 0, replace = 0, destroy = 0;
    int total() const { return create + update + replace + destroy; }
    /// Counts one change; reads, no-ops and forgotten objects are none.
    void add(Action action);
    Counts& operator+=(const Counts& other);
    friend bool operator==(const Counts&, const Counts&) = default;
};
Json to_json(const Counts& counts);  ///< {create, update, replace, delete}

struct Plan {
    std::string format_version, terraform_version;
    bool complete = true;
    bool errored = false;
    /// By address: all that is not no_op, and what only moves or is imported.
    std::vector<Change> changes;
    /// What changed outside of Terraform, by address. An update that only swaps null for empty is
    /// none: providers do that.
    std::vector<Change> drift;
    std::vector<OutputChange> outputs;  ///< all that the plan names
    /// name -> {value, sensitive}: real outputs before the plan, from output_changes. (prior_state
    /// already holds what the new configuration makes of them.) Secret: other units need the
    /// values.
    Json prior_outputs;
    std::size_t unchanged = 0;
    Counts counts() const;
    /// Nothing to do: no resource change but reads, and no output change.
    bool empty() const;
};

/// Takes any JSON. Code: terraform.plan-format.
Result<Plan> read_plan(const Json& json);

/// The `-json` event stream of plan or apply. Events of unknown types are passed over.
struct ApplyEvents {
    struct Object {
        std::string address;
        Action action = Action::no_op;
        bool completed = false, errored = false;
        std::string id;  ///< id_value when known
    };
    std::vector<Object> objects;  ///< in order of start; a replacement is two of them
    Json outputs;  ///< name -> {value?, type, sensitive}, from the last outputs event
    std::vector<std::string> errors;      ///< summaries of error diagnostics
    std::optional<Json> emergency_state;  ///< the dump that a failed state write leaves; secret
    bool lock_held = false;               ///< the state lock is held by somebody else
    Counts planned;                       ///< planned_change events
    std::size_t planned_other = 0;        ///< resources to move, import or forget
    std::size_t planned_outputs = 0;      ///< outputs that a plan would change
    bool saw_summary = false;             ///< change_summary came: the stream is whole
};
ApplyEvents read_events(const std::vector<Json>& events);

}  // namespace agentops::tf
