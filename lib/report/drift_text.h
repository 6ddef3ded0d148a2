#pragma once

// A drift check for people: what is gone or differs first, each with what was expected and what is
// there, then counts of the rest.

#include <string>

#include "report/model.h"

namespace agentops::report {

/// One stack of a drift check; its header is the caller's.
std::string drift_text(const StackReport& stack, const TextOptions& options);

/// What stands in no state; "" when nothing was listed.
std::string unmanaged_text(const Report& report, const TextOptions& options);

}  // namespace agentops::report
