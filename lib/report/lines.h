#pragma once

// Texts of several lines that differ, as the lines that do.

#include <optional>
#include <string>
#include <vector>

#include "unit/change.h"

namespace agentops::report {

/// "- old line" and "+ new line" where two JSON texts part, without the lines that they share at
/// both ends; at most `most` lines, the rest counted. Nothing when the attribute is no text of
/// several lines, or was cut.
std::optional<std::vector<std::string>> differing_lines(const AttributeChange& attribute,
                                                        std::size_t most);

}  // namespace agentops::report
