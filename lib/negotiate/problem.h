#pragma once

// What agents negotiate about, as numbers: every component has candidates, every candidate a score
// and vetoes against it, and some sums have limits. Nothing here knows what a component is.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agentops::negotiate {

/// Whole numbers, so that sums are exact and equal designs compare equal.
using Amount = std::int64_t;

/// downtime is -ln(availability), which adds up along a series; latency adds up along a chain of
/// calls; dislike is what wishes that are not met were worth. Less is better in all four.
/// Processors are limited by quotas, and nobody minds how many there are within them.
enum class Measure { cost, downtime, latency, dislike, processors };
inline constexpr std::size_t kMeasures = 5;
/// Measures that a design may be best in: the first ones.
inline constexpr std::size_t kTargets = 4;

/// Units of the amounts. Coarse ones make equal designs equal, and the search quick.
inline constexpr double kCostUnit = 1e-3;  ///< USD a month; of dislike too
inline constexpr double kDowntimeUnit = 1e-8;
inline constexpr double kLatencyUnit = 1e-4;  ///< seconds

struct Score {
    std::array<Amount, kMeasures> amounts{};
    Amount of(Measure measure) const { return amounts[static_cast<std::size_t>(measure)]; }
    Amount& of(Measure measure) { return amounts[static_cast<std::size_t>(measure)]; }
    Score& operator+=(const Score& other);
    friend bool operator==(const Score&, const Score&) = default;
};

/// One way to make one item.
struct Candidate {
    Score score;
    std::vector<std::size_t> vetoes;  ///< indices into Problem::vetoes: each forbids it
};
using Candidates = std::vector<Candidate>;

/// Items whose candidates depend on how another one, the head, is made: what stands in a network
/// depends on its zones. An item that depends on nothing is a group of its own: one alternative
/// for each of its candidates, no members.
struct Group {
    struct Alternative {
        Candidate head;
        std::vector<Candidates> members;  ///< as in `members` below
    };
    std::size_t head = 0;              ///< the item's number
    std::vector<std::size_t> members;  ///< their numbers
    std::vector<Alternative> alternatives;
};

/// The sum of a measure over some items may not exceed `most`.
struct Limit {
    std::string name;  ///< "budget", "availability of web"
    Measure measure = Measure::cost;
    std::vector<std::size_t> items;  ///< sorted; all when empty
    Amount most = 0;
};

/// Why candidates may be forbidden: a rule, a pin, a lack of capacity.
struct Veto {
    std::string name;
};

/// In which order measures count, the first one first; or by their weights.
struct Preference {
    std::vector<Measure> order{Measure::cost, Measure::downtime, Measure::latency,
                               Measure::dislike};
    /// Not empty: minimise the weighted sum of how far each measure is from its best value, in
    /// shares of its range (solve.h). Weights stand for the measures in their order.
    std::optional<std::array<double, kMeasures>> weights;
};

struct Problem {
    std::size_t items = 0;
    std::vector<Group> groups;
    std::vector<Limit> limits;
    std::vector<Veto> vetoes;
    Preference preference;
};

/// One candidate for each item: heads by their alternative.
using Choice = std::vector<std::size_t>;

/// The sum over `items`, or over all when empty.
Score score_of(const Problem& problem, const Choice& choice,
               const std::vector<std::size_t>& items = {});

}  // namespace agentops::negotiate
