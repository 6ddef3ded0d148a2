#pragma once

// What a policy lets a loop do about drift by itself: pure, from the policy and the past.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "record/journal.h"

namespace agentops::drift {

using Moment = std::chrono::system_clock::time_point;

/// The `heal` section of an intent.
struct HealPolicy {
    bool automatic = false;
    std::chrono::milliseconds cool_down{0}, window{0};
    int max_times = 3;
};

/// Repairs of one stack so far, from the journal.
struct HealHistory {
    std::map<std::string, std::vector<Moment>> by_address;  ///< "unit:address"
    std::optional<Moment> last;
    std::string proposal, proposed_for;  ///< the newest proposal: its run, and what it restores
    std::vector<std::string> fights;     ///< told already and not over
};
HealHistory heal_history(const std::vector<record::JournalEntry>& journal,
                         const std::string& stack);

struct HealChoice {
    enum class What { nothing, propose, apply } what = What::nothing;
    std::vector<std::string> targets;  ///< "unit:address"
    std::vector<std::string> fights;   ///< healed too often: left alone
    std::string why;                   ///< of nothing
};

/// `wanted` are the objects that drift and that the policy covers.
HealChoice choose(const HealPolicy& policy, const HealHistory& history,
                  const std::vector<std::string>& wanted, Moment now);

}  // namespace agentops::drift
