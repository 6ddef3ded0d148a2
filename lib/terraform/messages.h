#pragma once

// Terraform's own diagnostics (from `validate -json` and from event streams) in our words and with
// the intent line behind them. Their source snippets are left out: those can hold values.

#include "terraform/unit.h"

#include "base/diagnostic.h"

namespace agentops::tf {

/// One diagnostic record. The position is that of the intent line behind the resource it names, if
/// it names one. Codes: terraform.locked, terraform.stale-plan, terraform.error, terraform.warning.
Diagnostic read_message(const Json& diagnostic, const Unit& unit);

/// All diagnostics of `validate -json` (terraform.validate-format when it is something else).
Diagnostics read_validation(const Json& json, const Unit& unit);

/// All diagnostics of an event stream.
Diagnostics read_messages(const std::vector<Json>& events, const Unit& unit);

/// True for the error of a state lock that somebody else holds. Terraform says "acquiring the state
/// lock" for damaged states and full disks too.
bool says_lock_held(const Json& diagnostic);

}  // namespace agentops::tf
