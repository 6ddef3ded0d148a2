#pragma once

// Ansible units in the text report: a change that many machines share is one line, and those that
// failed are named.

#include "report/model.h"

namespace agentops::report {

/// Changes that differ only in their machine ("web-1: Install nginx") made one, in order:
/// "Install nginx  (3 machines)".
std::vector<ChangeReport> shared_changes(const std::vector<ChangeReport>& changes);

/// One line for each machine that did not end well.
std::string machine_text(const UnitReport& unit, const TextOptions& options);

}  // namespace agentops::report
