#pragma once

// JSON for everything we emit and read. Keys are sorted (std::map), so output is byte-stable.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace agentops {

using Json = nlohmann::json;

/// Parses text; a failure is a diagnostic with `code`, naming `what` and the byte. Never throws.
Result<Json> parse_json(std::string_view text, std::string_view what,
                        std::string_view code = "input.json");

/// Serialises; bytes that are not UTF-8 become U+FFFD. indent -1 is one line.
std::string dump_json(const Json& value, int indent = -1);

/// The JSON record of a diagnostic: {severity, code, message, help, position|null}.
Json to_json(const Diagnostic& diagnostic);
/// {file, line, column}, or null.
Json to_json(const Position& position);

}  // namespace agentops
