#pragma once

// The risks that an intent accepts, and the rules it denies.

#include "catalog/finding.h"

namespace agentops::catalog {

/// Marks findings that a waiver covers on that day. Reports rules that nobody knows in `deny` and
/// `waive`, and waivers that have expired.
void apply_waivers(const intent::Rules& rules, const Standards& standards,
                   std::vector<Finding>& findings, Diagnostics& diagnostics);

}  // namespace agentops::catalog
