#pragma once

// The changes of one unit as lines: sign, address, intent line, component, agent; attributes below.

#include <string>
#include <vector>

#include "report/model.h"

namespace agentops::report {

/// "shop.intent.yaml:9"; "" when unknown.
std::string place_of(const Position& position);

/// All changes of a unit, its outputs and how much stays as it is.
std::string change_text(const UnitReport& unit, const TextOptions& options);

/// Why a resource is replaced or destroyed: "engine_version", "no longer in the intent".
std::vector<std::string> causes_of(const ChangeReport& change);

}  // namespace agentops::report
