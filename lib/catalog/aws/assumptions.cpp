#include "catalog/aws/assumptions.h"

#include <fmt/core.h>

#include "base/result.h"

namespace agentops::catalog::aws {

std::string_view source_of(std::string_view name) {
#define ASSUME(known, value, source) \
    if (name == #known) return source;
#include "catalog/aws/assumptions.def"
#undef ASSUME
    throw InternalError(fmt::format("no assumption {}", name));
}

}  // namespace agentops::catalog::aws
