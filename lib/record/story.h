#pragma once

// Runs as the journal tells them: from a plan to the end of its applies. A pure function of the
// journal; odd lines are passed over, and what a line lacks is left empty.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "record/journal.h"
#include "record/spells.h"

namespace agentops::record {

/// Processors of one component: busy on average, needed at the peak with its headroom, there.
struct Capacity {
    double average = 0, needed = 0, provided = 0;
};

/// What one stack of a run was planned to be.
struct Chapter {
    std::size_t made = 0, pinned = 0;          ///< decisions of agents, and of the intent itself
    std::string risk;                          ///< low, medium, high; "" when it is not known
    std::optional<bool> cost_held;             ///< track.h
    std::map<std::string, Capacity> capacity;  ///< by component
};

struct Story {
    std::string run;
    std::string purpose;  ///< plan, revert or adopt
    bool destroy = false;
    std::optional<Instant> committed, started, planned, approved, begun, ended;
    bool plan_failed = false;
    bool by_person = false;         ///< approved by one; else by rules, or not at all
    std::size_t begins = 0;         ///< applies that began; more than one: it was resumed
    std::vector<std::string> ends;  ///< how those that ended did: apply.finished's status
    std::size_t changes = 0;        ///< that the plan wanted
    std::size_t resources = 0;      ///< that the plan looked at
    Share validations, operations;  ///< hits: refused artifacts, and failed operations
    std::map<std::string, Chapter> stacks;

    bool applied() const { return !ends.empty() && ends.back() == "applied"; }
    bool interrupted() const { return !ends.empty() && ends.back() == "interrupted"; }
    /// Applied, or begun and ended without success; not what is still going on or was interrupted.
    bool settled() const { return !ends.empty() && !interrupted(); }
};

/// In the order of their first line.
std::vector<Story> fold_runs(const std::vector<JournalEntry>& entries);

}  // namespace agentops::record
