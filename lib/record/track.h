#pragma once

// What became of the agents' proposals: a pure function of the journal.

#include <map>
#include <optional>
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

/// Of {reckoned, planned}; none when it says neither.
std::optional<bool> cost_held(const Json& cost);

/// A number of a record that counts something; 0 when it is none.
std::size_t count_in(const Json& data, std::string_view name);

/// Entries as read_journal() gives them. Odd ones are passed over.
Tracks track_records(const std::vector<JournalEntry>& entries);

}  // namespace agentops::record
