#pragma once

// What the intents of a revision want, built in memory: the designs and artifacts of two revisions
// compared without a tool, a state or credentials.

#include <map>
#include <set>
#include <string>

#include "cmd/workspace.h"
#include "report/model.h"

namespace agentops::cmd {

/// One stack as its intent wants it.
struct Desired {
    std::string region;
    /// Unit -> address -> what is wanted there. A module, an existing root and a playbook stand for
    /// the files behind them.
    std::map<std::string, std::map<std::string, Json>> units;
    std::map<std::string, std::string> tools;  ///< by unit
    std::map<std::string, std::string> files;  ///< "unit/name" -> digest of what a tool would read
    std::map<std::string, Origin> origins;     ///< by address
};
using DesiredStacks = std::map<std::string, Desired>;

/// Of every stack of the walk that is sound.
DesiredStacks desired_of(const Workspace& workspace, const StaticWalk& walk);

/// The change from one to the other, by unit, with what it costs; none when nothing differs. Either
/// may be null. Positions are those of `after`, or of `before` for what is gone.
std::optional<report::StackReport> compare_desired(const std::string& stack, const Desired* before,
                                                   const Desired* after,
                                                   const prices::Book& prices);

}  // namespace agentops::cmd
