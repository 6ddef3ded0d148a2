#pragma once

// What an engine saw of reality: the one interface between looking (Terraform's plan today) and
// judging. An engine fills it; drift/judge.h knows nothing of engines.

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "drift/verdict.h"

namespace agentops::drift {

/// One managed object.
struct Observed {
    enum class Reading { same, changed, gone, unread };

    std::string address, type;
    Reading reading = Reading::unread;
    std::vector<AttributeChange> attributes;  ///< from the state (before) to reality (after)
    /// Arguments in which only null and an empty value changed places.
    std::vector<std::string> swapped;
    Action planned = Action::no_op;                   ///< what a plan would do with it
    std::vector<AttributeChange> planned_attributes;  ///< from reality to what is wanted
    std::set<std::string> configured;                 ///< top-level arguments that are set
    bool reads_data = false;                          ///< an argument refers to a data source
    Json actual;  ///< the whole object as it is, or was; if the plan was read; secret
};

struct Observation {
    bool complete = false;          ///< everything was read, and what a plan would do is known
    std::string failure;            ///< why not
    std::vector<Observed> objects;  ///< by address
    std::vector<OutputVerdict> outputs;
    Counts creates;  ///< planned objects that the state does not know

    Observed* find(std::string_view address);
};

/// From one normal plan: `managed` are the addresses in its state ({} when the state is not at
/// hand), `events` its -json stream, `plan` its `show -json`, or null when the stream said that
/// nothing differs. A normal plan refreshes as a refresh-only one does, and also says what would be
/// restored. The exit code of either says nothing (hashicorp/terraform#36403, #37406).
Observation read_observation(const std::vector<std::string>& managed,
                             const std::vector<Json>& events, const Json& plan);

/// The stream says that something differs, or is not whole: then `show -json` is needed.
bool differs(const std::vector<Json>& events);

}  // namespace agentops::drift
