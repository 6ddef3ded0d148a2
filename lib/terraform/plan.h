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
/// "+", "~", "-/+", "-", "<=", " "
std::string_view sign(Action action);

/// One attribute that differs. `before`/`after` are JSON texts, or "(sensitive)", "(known after
/// apply)", and absent when the side has none.
struct AttributeChange {
    std::string path;  ///< "tags.Name", "ingress[0].cidr_blocks"
    std::optional<std::string> before, after;
    bool forces_replacement = false;
};

struct Change {
    std::string address;         ///< "aws_vpc.net", "module.x.aws_y.z[0]"
    std::string type;            ///< "aws_vpc"
    std::string previous_address;  ///< moved from; may be empty
    Action action = Action::no_op;
    std::string reason;          ///< Terraform's action_reason; may be empty
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
    Counts& operator+=(const Counts& other);
    friend bool operator==(const Counts&, const Counts&) = default;
};
Json to_json(const Counts& counts);  ///< {create, update, replace, delete}

struct Plan {
    std::string format_version, terraform_version;
    bool complete = true;
    bool errored = false;
    std::vector<Change> changes;        ///< resources whose action is not no_op, by address
    std::vector<Change> drift;          ///< resource_drift entries
    std::vector<OutputChange> outputs;  ///< all that the plan names
    Json prior_outputs;                 ///< name -> {value, type, sensitive} before the plan
    std::size_t unchanged = 0;
    Counts counts() const;
    /// Nothing to do: no resource change and no output change.
    bool empty() const;
};

/// Code: terraform.plan-format.
Result<Plan> read_plan(const Json& json);

/// `-json` event stream of plan or apply.
struct ApplyEvents {
    struct Object {
        std::string address;
        Action action = Action::no_op;
        bool completed = false, errored = false;
        std::string id;      ///< id_value when known
    };
    std::vector<Object> objects;  ///< in order of start
    Json outputs;                 ///< name -> {value?, type, sensitive}, from the last outputs event
    std::vector<std::string> errors;  ///< summaries of error diagnostics
    std::optional<Json> emergency_state;  ///< the dump that a failed state write leaves; secret
    bool lock_held = false;       ///< the state lock is held by somebody else
    Counts planned;               ///< planned_change events (plan -json)
    std::size_t planned_outputs = 0;
    bool saw_summary = false;     ///< change_summary came: the stream is whole
};
ApplyEvents read_events(const std::vector<Json>& events);

}  // namespace agentops::tf
