#pragma once

// Points in time as records have them, and spans of time as people write them.

#include <chrono>
#include <optional>
#include <string_view>

namespace agentops {

/// "2026-11-25T12:00:00Z" or with fractions of a second; other offsets than Z are refused. The
/// inverse of rfc3339() (base/clock.h).
std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text);

/// "5m", "30 s", "12h", "30d", "500ms" (also "min"): at most a hundred years, as clocks overflow.
std::optional<std::chrono::milliseconds> parse_span(std::string_view text);

}  // namespace agentops
