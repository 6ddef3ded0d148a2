#pragma once

// The table of sizes (sizes.def).

#include <string>
#include <vector>

#include "catalog/kind.h"

namespace agentops::catalog::aws {

/// Instance types and RDS instance classes, from the least to the most.
const std::vector<std::string>& machine_sizes();
const std::vector<std::string>& database_sizes();

/// A knob whose default and its reason come from the table; throws InternalError without a row.
KnobInfo knob(std::string_view kind, std::string_view name, std::string_view doc,
              std::vector<std::string> domain);
/// As knob(), for one whose domain is open.
KnobInfo size_knob(std::string_view kind, std::string_view doc, std::vector<std::string> domain);

}  // namespace agentops::catalog::aws
