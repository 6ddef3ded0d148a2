#pragma once

// Objects that show what other resources manage: a security group its rules, a bucket its settings.
// What differs there is told by those, not twice.

#include "drift/observation.h"

namespace agentops::drift {

/// The argument of `parent`, which nobody configured, shows no more than managed children of it
/// account for (echo.def). A child belongs to a parent when one of its attributes is the parent's
/// id, name, ARN or URL.
bool is_echo(const Observation& observation, const Observed& parent, std::string_view argument);

}  // namespace agentops::drift
