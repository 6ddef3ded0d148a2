#pragma once

// Reads `terraform show -json PLAN` (format 1.x) into the change model. Sensitive values are masked
// by Terraform's own marks and leave this file as masks.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "unit/change.h"

namespace agentops::tf {

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
