#pragma once

// Troubles of stacks as incidents in the journal: related ones join, the last one that is over
// restores it.

#include <set>

#include "cmd/workspace.h"

namespace agentops::cmd {

/// A stack's trouble: kind is drift, check or apply.
struct StackTrouble {
    std::string kind, stack;
    std::vector<std::string> targets;
};

/// Opens an incident, or lets the trouble join one that is open and near in time and topology
/// (the stack itself, or one that it reads from or that reads from it). What is known already is
/// not journaled again.
Status report_trouble(Session& session, const Workspace& workspace, const std::string& run,
                      const StackTrouble& trouble);

/// That kind of trouble of the stack is over, if it was on record.
Status report_mended(Session& session, const Workspace& workspace, const std::string& run,
                     const std::string& kind, const std::string& stack);

}  // namespace agentops::cmd
