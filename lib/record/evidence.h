#pragma once

// What the indicators are computed from: the runs that count, and what happened after them.

#include <vector>

#include "record/indicators.h"
#include "record/story.h"

namespace agentops::record {

class Evidence {
public:
    Evidence(const std::vector<JournalEntry>& entries, const MetricsOptions& options);

    const std::vector<JournalEntry>& entries() const { return entries_; }
    const MetricsOptions& options() const { return options_; }
    /// Runs that count, in the order of their beginning.
    const std::vector<Story>& runs() const { return runs_; }
    /// The same and those that ended before the span, as what they made may still be there.
    const std::vector<Story>& runs_of_all_times() const { return all_; }
    /// Those that were applied: all that their plan wanted is there.
    std::vector<const Story*> applied() const;
    /// Those of them, and of those that failed, that were to change something for an intent.
    std::vector<const Story*> deployments() const;

    /// The first and last moment that counts; none when the journal is empty.
    std::optional<Instant> first() const { return first_; }
    std::optional<Instant> last() const { return last_; }
    bool selected(const std::string& stack) const;
    bool in_span(std::optional<Instant> when) const;

    /// Whether services of the run's stacks failed in the time after it (checks; failed applies too
    /// when `applies`); none while that time is not over and nothing did.
    std::optional<bool> failed_afterwards(const Story& run, bool applies) const;
    /// How many of the decisions that agents made for a stack somebody pinned in a run that was
    /// applied in the time after this one.
    std::size_t reversed(const Story& run, const std::string& stack) const;

private:
    struct Trouble {
        Instant time;
        std::string kind, stack;
    };
    bool is_over(const Story& run) const;

    const std::vector<JournalEntry>& entries_;
    const MetricsOptions& options_;
    std::vector<Story> all_, runs_;
    std::vector<Trouble> troubles_;
    std::optional<Instant> first_, last_;
};

}  // namespace agentops::record
