#pragma once

// Where the values of a unit's inputs come from; shared by the planners of both tools.

#include "agents/model.h"
#include "graph/agent.h"

namespace agentops {

/// What one upstream unit offers: actual outputs beat expected ones beat those known before.
struct Upstream {
    const UnitOutputs* actual = nullptr;
    const UnitOutputs* expected = nullptr;
    const Json* known = nullptr;
};

/// Steps below an output: map keys and list indices. Null when one leads nowhere.
const Json* descend(const Json* value, const std::vector<std::string>& path);

/// What was known before the walk, alone.
std::map<std::string, Upstream> known_only(const std::map<std::string, Json>& known_outputs);

/// The units before this one, by id. The agent must read expected_outputs and actual_outputs from
/// upstream.
std::map<std::string, Upstream> upstream_units(graph::AgentContext& context,
                                               const std::map<std::string, Json>& known_outputs);

/// Values, real or planned, and what is still unknown. With `destroy` every input has a value: its
/// type's zero when there is none. Code: apply.missing-output, which names both ends.
UnitInputs gather_inputs(const Unit& reader, const std::map<std::string, Upstream>& upstream,
                         bool destroy, Diagnostics& diagnostics);

}  // namespace agentops
