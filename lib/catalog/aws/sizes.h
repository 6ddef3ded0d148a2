#pragma once

// The table of sizes (sizes.def).

#include <string>
#include <vector>

#include "catalog/kind.h"

namespace agentops::catalog::aws {

/// What a size has.
struct SizeFacts {
    std::string_view name;
    int processors;
    int memory_mib;
    double baseline;  ///< share of the processors that it may use all the time
};

/// Instance types and RDS instance classes, from the least to the most.
const std::vector<std::string>& machine_sizes();
const std::vector<std::string>& database_sizes();
/// Null for a size that is not in the table: the intent may pin any.
const SizeFacts* find_size(std::string_view name);
/// True when a size in the table comes before the other one, which is in it too.
bool is_smaller(std::string_view a, std::string_view b);

/// A knob whose default and its reason come from the table; throws InternalError without a row.
/// `ladder`: the values that agents choose from.
KnobInfo knob(std::string_view kind, std::string_view name, std::string_view doc,
              std::vector<std::string> domain, std::vector<std::string> ladder = {});
/// As knob(), for one whose domain is open; agents choose from all of it.
KnobInfo size_knob(std::string_view kind, std::string_view doc, std::vector<std::string> domain);
/// Numbers of machines that agents choose from.
std::vector<std::string> counts();

}  // namespace agentops::catalog::aws
