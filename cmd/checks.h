#pragma once

// The http and tcp checks of a stack, after its apply.

#include "cmd/unit_run.h"

namespace agentops::cmd {

/// Runs every check of a stack until it succeeds or its time is up. `outputs` are the real outputs
/// of the stack's units by unit id.
std::vector<report::CheckReport> run_checks(Session& session, const intent::Stack& stack,
                                            const std::map<std::string, Json>& outputs,
                                            run::Runner& runner, report::Live* live);

}  // namespace agentops::cmd
