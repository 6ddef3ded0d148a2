#pragma once

// What a drift check says of each managed object: the words of a verdict, and what stands behind
// it. Terraform and Ansible units fill the same model.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "unit/change.h"
#include "unit/unit.h"

namespace agentops::drift {

/// Reality against what was last known of it. `not_checked`: nothing can tell, and nothing failed;
/// `unknown`: it could not be looked at this time. Neither is ever "no drift".
enum class Status { in_sync, modified, deleted, not_checked, unknown };
std::string_view to_text(Status status);

/// Why a resource is named at all, beside its status.
enum class Cause {
    none,            ///< nothing differs anywhere
    drift,           ///< reality differs from the state
    noise,           ///< only what providers do by themselves differs
    pending_intent,  ///< the intent is newer than what was last applied
    follows,         ///< a plan would change it, because something else drifted
    data_source,     ///< a plan would change it, because a data source says something new
};
std::string_view to_text(Cause cause);

/// How one attribute differs, seen from what was expected.
enum class Kind { added, removed, not_equal };
std::string_view to_text(Kind kind);

/// Values are JSON texts (value_text), or "(sensitive)"; absent when that side has none.
struct AttributeDrift {
    std::string path;  ///< "tags.Owner", "ingress[0].cidr_blocks"
    Kind kind = Kind::not_equal;
    std::optional<std::string> expected, actual;
    friend bool operator==(const AttributeDrift&, const AttributeDrift&) = default;
};
AttributeDrift attribute_drift(const AttributeChange& change);

/// A difference that is none, and why.
struct Noise {
    std::string path, reason;
};

struct ResourceVerdict {
    std::string unit;     ///< "shop@dev/main"
    std::string address;  ///< "aws_vpc.net", "web-1: Install packages"
    std::string type;     ///< "aws_vpc", "ansible.builtin.copy"
    Status status = Status::in_sync;
    Cause cause = Cause::none;
    std::string reason;  ///< one sentence; may be empty
    Trust trust = Trust::proven;
    std::vector<AttributeDrift> attributes;
    std::vector<Noise> noise;
    /// What a plan would do with it now: no_op says that a revert restores nothing.
    Action planned = Action::no_op;
    Origin origin;

    bool drifted() const { return status == Status::modified || status == Status::deleted; }
};

/// An output whose value differs though no resource does.
struct OutputVerdict {
    std::string name;
    Action action = Action::no_op;
};

/// A generated file against the intent and against what was last written.
struct ArtifactVerdict {
    enum class Status { stale, edited, missing, foreign } status = Status::stale;
    std::string file;  ///< in the unit's folder
};
std::string_view to_text(ArtifactVerdict::Status status);

struct UnitVerdict {
    std::string unit;
    /// It could be looked at, as a whole. False: its resources are unknown, or not listed at all.
    bool checked = false;
    bool plays = false;  ///< of Ansible: addresses are machines, or machines and tasks
    std::string note;    ///< why it was not, or "nothing is deployed"
    std::vector<ResourceVerdict> resources;
    std::vector<OutputVerdict> outputs;
    std::vector<ArtifactVerdict> artifacts;
    Counts pending;  ///< what a plan would do beside repairing drift
};

}  // namespace agentops::drift
