#pragma once

// The change model that all tools share: what a plan would do to which object, attribute by
// attribute. Terraform fills it from its plan (terraform/plan.h), Ansible from check mode.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace agentops {

/// `unknown`: it may change or not, the tool cannot tell beforehand.
enum class Action { no_op, read, create, update, replace, destroy, forget, unknown };
std::string_view to_text(Action action);
/// "+", "~", "-/+", "-", "<=", " ", "." for an object that is only
/// forgotten, and "?"
std::string_view sign(Action action);

/// How far a predicted change can be relied on: the tool proves it; the tool reports it but is
/// known to be wrong at times; nothing can be told beforehand.
enum class Trust { proven, reported, not_checkable };
std::string_view to_text(Trust trust);

/// The value's JSON, cut between two characters after 1,000 bytes: "... (2345 bytes, sha256
/// 1f2e...)", so that two texts are equal only where their values are.
std::string value_text(const Json& value);

/// One attribute that differs. `before`/`after` are JSON texts (value_text), or "(sensitive)",
/// "(known after apply)", and absent when the side has none.
struct AttributeChange {
    std::string path;  ///< "tags.Name", "ingress[0].cidr_blocks"
    std::optional<std::string> before, after;
    bool forces_replacement = false;
};

struct Change {
    std::string address;           ///< "aws_vpc.net", "module.x.aws_y.z[0]", "x.y (deposed 1f2e)",
                                   ///< "web-1: Install packages"
    std::string type;              ///< "aws_vpc", "ansible.builtin.copy"
    std::string previous_address;  ///< moved from; may be empty
    Action action = Action::no_op;
    std::string reason;  ///< Terraform's action_reason; may be empty
    bool importing = false;
    Trust trust = Trust::proven;
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

}  // namespace agentops
