#pragma once

// What became of the agents' proposals: a pure function of the journal.

#include <map>
#include <string>
#include <vector>

#include "base/statistics.h"
#include "record/journal.h"

namespace agentops::record {

struct Track {
    std::size_t accepted = 0, overridden = 0;  ///< proposals, over all plans that were recorded
    Share checks;  ///< hits were fine: checks after applies of plans that took a proposal of it
};

struct Tracks {
    std::map<std::string, Track> agents;
    /// Hits held: stacks that were applied for the first time, where what Terraform planned costs
    /// what the arbiter reckoned with, give or take kCostTolerance.
    Share costs;
};

inline constexpr double kCostTolerance = 0.1;

/// Entries as read_journal() gives them. Odd ones are passed over.
Tracks track_records(const std::vector<JournalEntry>& entries);

}  // namespace agentops::record
