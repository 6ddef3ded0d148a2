#pragma once

// Paths into JSON that a tool wrote: members joined by dots, as "Reservations.Instances". Lists on
// the way are looked through, and what is not there is left out. "." is the value itself.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace agentops::drift {

/// All values at a path; the items of a list at its end. They live in `json`.
std::vector<const Json*> values_at(const Json& json, std::string_view path);

/// The texts among them; numbers and booleans as JSON writes them. Empty ones are left out.
std::vector<std::string> texts_at(const Json& json, std::string_view path);

/// The first of them, or "".
std::string text_at(const Json& json, std::string_view path);

}  // namespace agentops::drift
