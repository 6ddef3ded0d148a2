#pragma once

// Who changed something behind our back, from CloudTrail's events.

#include <nlohmann/json.hpp>
#include <string>

#include "base/json.h"

namespace agentops::drift {

/// The last writer in the answer of `aws cloudtrail lookup-events`: "bob (SetTopicAttributes,
/// 2026-11-25T12:00:00Z)". Reading events and those of Terraform itself are passed over, by
/// CloudTrail's own marks (readOnly, userAgent). "" when nobody is named. Takes any JSON.
std::string last_writer(const Json& answer);

}  // namespace agentops::drift
