#pragma once

// Durations of what came to its end, while they are collected and after.

#include <chrono>
#include <optional>
#include <vector>

#include "base/statistics.h"

namespace agentops::record {

using Instant = std::chrono::system_clock::time_point;

struct Spells : Durations {
    std::size_t unknown = 0;  ///< ended too, but nobody can say how long they took
};

class SpellSamples {
public:
    /// Without one of its ends, or when it runs backwards (a clock was set), it counts as unknown.
    void add(std::optional<Instant> from, std::optional<Instant> to) {
        using std::chrono::milliseconds;
        if (!from || !to || *from > *to) {
            ++unknown_;
            return;
        }
        // Whole milliseconds cannot overflow, as the clock's own unit does after 292 years.
        values_.push_back(std::chrono::floor<milliseconds>(*to) -
                          std::chrono::floor<milliseconds>(*from));
    }
    void add(std::chrono::milliseconds duration) { values_.push_back(duration); }
    Spells spells() const { return {durations_of(values_), unknown_}; }

private:
    std::vector<std::chrono::milliseconds> values_;
    std::size_t unknown_ = 0;
};

}  // namespace agentops::record
