#pragma once

// What the journal says of how well things go: times to restore, to detect and to repair, and the
// shares of applies that failed and of checks that saw drift. A pure function of the journal, so
// anybody can compute the same numbers again. Formulas and their sources: base/statistics.h.
//
// Nothing is dropped in silence. What has not come to its end is counted as open; what has, but
// whose times are missing or run backwards (a clock was set), as unknown; what says neither yes nor
// no (an interrupted apply, a check that could not look) stands beside its share.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "record/journal.h"
#include "record/spells.h"

namespace agentops::record {

/// Of one stack, or of all.
struct Measures {
    /// opened + carried = restored + open. Carried: opened before the span, not over when it began.
    std::size_t opened = 0, carried = 0, restored = 0, open = 0;
    Spells restore;  ///< incident.opened to incident.restored; the mean is the MTTR

    /// Differences between state and reality that were found in order again, and that were not yet.
    std::size_t repaired = 0, drifting = 0;
    /// An upper bound: from the last moment that is known to have been clean to drift.detected.
    Spells detect;
    Spells repair;  ///< drift.detected to the first drift.restored of the same reference

    Share applies;                 ///< hits failed: partial, failed and not-converged
    std::size_t interrupted = 0;   ///< applies beside that, which somebody stopped
    Share checks;                  ///< hits saw drift
    std::size_t inconclusive = 0;  ///< checks beside that, which saw none but not everything

    bool empty() const;
};

struct Metrics {
    /// An incident, apply or check of several stacks counts once here, and once for each of them.
    Measures all;
    std::map<std::string, Measures> stacks;
    /// Runs whose last apply was started and has not ended: it goes on, or crashed. The journal
    /// does not say of which stacks, so this is of the whole project.
    std::size_t unfinished = 0;
};

struct MetricsOptions {
    /// What ended or happened at this time or later counts; what is still open counts always.
    std::optional<Instant> since;
    std::function<bool(const std::string&)> stacks;  ///< those that count; all when there is none
};

/// Entries as read_journal() gives them. Odd ones are passed over.
Metrics measure(const std::vector<JournalEntry>& entries, const MetricsOptions& options = {});

}  // namespace agentops::record
