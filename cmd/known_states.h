#pragma once

// What all states of a project manage: local ones from disk, remote ones asked of their backends.

#include <map>
#include <string>

#include "cmd/unit_run.h"
#include "drift/known.h"

namespace agentops::cmd {

struct KnownStates {
    drift::KnownObjects all;
    /// Of each stack of which a state was read.
    std::map<std::string, drift::KnownObjects> by_stack;
    /// Warnings: what a state manages that could not be read looks like nobody managed it.
    Diagnostics diagnostics;
};

/// Reads the states of every stack, also local ones of stacks and units that no intent has any
/// more. A remote state can be read only where `units`, which are initialised, have its unit.
/// Code: drift.unread-state.
KnownStates read_known_states(Session& session, const Workspace& workspace, const UnitSet& units,
                              run::Runner& runner);

}  // namespace agentops::cmd
