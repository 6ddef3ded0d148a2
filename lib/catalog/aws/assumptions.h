#pragma once

// The table of assumptions (assumptions.def).

#include <string_view>

namespace agentops::catalog::aws {

namespace assume {
#define ASSUME(name, value, source) inline constexpr double name = value;
#include "catalog/aws/assumptions.def"
#undef ASSUME
}  // namespace assume

/// Where the number of that name comes from; throws InternalError when there is none.
std::string_view source_of(std::string_view name);

}  // namespace agentops::catalog::aws
