#pragma once

// Points in time as records have them.

#include <chrono>
#include <optional>
#include <string_view>

namespace agentops {

/// "2026-11-25T12:00:00Z" or with fractions of a second; other offsets than Z are refused. The
/// inverse of rfc3339() (base/clock.h).
std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text);

}  // namespace agentops
