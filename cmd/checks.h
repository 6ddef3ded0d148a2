#pragma once

// The checks of a stack, after its apply.

#include "cmd/unit_run.h"

namespace agentops::cmd {

/// A stack that was applied, with the real outputs of its units by unit id.
struct CheckedStack {
    const intent::Stack& stack;
    const std::map<std::string, Json>& outputs;
    const UnitSet& units;
};

/// Runs every check of a stack until it succeeds or its time is up.
std::vector<report::CheckReport> run_checks(Session& session, const CheckedStack& of,
                                            run::Runner& runner, report::Live* live);

}  // namespace agentops::cmd
