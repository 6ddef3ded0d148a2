#pragma once

// Finds the smallest edit of an intent that makes reality the wanted state. An edit is not derived
// but tried: fields of the component are changed one at a time, the stack is built anew in memory,
// and only an edit counts after which exactly the drifted attributes have the values that are
// there, and nothing else is built differently.

#include <map>
#include <string>
#include <vector>

#include "cmd/workspace.h"
#include "drift/observation.h"

namespace agentops::cmd {

/// One difference to take over.
struct AdoptGoal {
    std::string reference;  ///< as drift::reference_of prints it
    std::string component, address, path;
    Json actual;        ///< the value that is there; null when there is none
    bool gone = false;  ///< the object itself is gone
};

/// Objects of a unit that changed, as they are now: address -> attributes.
using Reality = std::map<std::string, Json>;

struct AdoptEdit {
    std::string text;                  ///< of the intent file
    std::vector<std::string> adopted;  ///< references
    /// What the intent cannot say: reference -> why.
    std::vector<std::pair<std::string, std::string>> refused;
};

/// Edits `text`, the present text of the stack's file, goal by goal.
AdoptEdit find_edit(Session& session, const Workspace& workspace, const intent::Stack& stack,
                    std::string text, const std::vector<AdoptGoal>& goals, const Reality& reality);

}  // namespace agentops::cmd
