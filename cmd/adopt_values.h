#pragma once

// Values of attributes as an intent writes them, compared with what is generated.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/yaml.h"

namespace agentops::cmd {

/// A generated value and a real one: numbers and booleans may be texts, as Terraform has it; null,
/// absent and empty are the same; a generated object has to agree in the members that it has.
bool same_value(const Json& generated, const Json& real);

/// Paths at which two bodies differ, down to scalars and lists.
std::vector<std::string> differing_paths(const Json& before, const Json& after);

/// Ways to write a value in an intent, likeliest first: as it is, and as quantities (345600 is
/// 345600 s, 96 h, 4 d; 20 is 20 GiB). `present` is what stands there now; may be null.
std::vector<std::string> intent_values(const Json& actual, const yaml::Node* present);

}  // namespace agentops::cmd
