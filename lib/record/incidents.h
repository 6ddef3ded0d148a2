#pragma once

// Incidents, folded from the journal: troubles that belong together, and whether they are over. The
// journal is the only place where incidents are kept, so whoever reads it sees the same ones.
// Pure: no disk, no clock.
//
//   incident.opened, incident.joined {incident, kind, stack, targets}: a trouble begins
//   incident.mended {incident, kind, stack}: it is over
//   incident.restored {incident}: the last one is over

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "record/journal.h"

namespace agentops::record {

struct Trouble {
    std::string kind;  ///< drift, check or apply
    std::string stack;
    std::vector<std::string> targets;  ///< each once, in the order of their coming
    std::string since, mended;         ///< RFC 3339; mended is "" while it lasts
};

/// One trouble per kind and stack. One that comes again after it was mended begins anew: it keeps
/// its targets, and `since` is its last beginning.
struct Incident {
    std::string id;
    std::string opened, restored;  ///< RFC 3339; restored is "" while it is open
    std::vector<Trouble> troubles;
    bool open() const { return restored.empty(); }
};

/// All incidents, in the order of their opening. What a line lacks is left empty, and a line that
/// names no incident is passed over. One that is joined without having been opened begins there;
/// one that is joined after it was restored is open again.
std::vector<Incident> fold_incidents(const std::vector<JournalEntry>& entries);

/// The incident that a new trouble of `stack` belongs to: the newest open one that has a trouble of
/// this stack, however old; failing that, of a neighbour whose trouble began at most `window` from
/// `now`. (The stack's own comes first, or a trouble that lasts would join a second incident as
/// soon as a neighbour has one.) Null when there is none. It points into `all`.
const Incident* find_related(const std::vector<Incident>& all, const std::string& stack,
                             const std::set<std::string>& neighbours, const std::string& now,
                             std::chrono::minutes window);

}  // namespace agentops::record
