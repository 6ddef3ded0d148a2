#include "record/evidence.h"

#include <algorithm>

#include "base/instant.h"
#include "base/json_access.h"

namespace agentops::record {

Evidence::Evidence(const std::vector<JournalEntry>& entries, const MetricsOptions& options)
    : entries_(entries), options_(options) {
    for (const auto& entry : entries) {
        const auto time = parse_rfc3339(entry.time);
        if (!time) continue;
        if (!first_ && in_span(time)) first_ = time;
        last_ = std::max(last_.value_or(*time), *time);
        if (is_event(entry, "incident.opened") || is_event(entry, "incident.joined"))
            troubles_.push_back({*time, text_of(entry.data, "kind"), text_of(entry.data, "stack")});
    }
    if (options.since) first_ = options.since;
    for (auto& run : fold_runs(entries)) {
        const bool touches = std::any_of(run.stacks.begin(), run.stacks.end(),
                                         [&](const auto& each) { return selected(each.first); });
        if (!touches && options.stacks) continue;
        if (in_span(run.ended ? run.ended : run.planned)) runs_.push_back(run);
        all_.push_back(std::move(run));
    }
}

std::vector<const Story*> Evidence::applied() const {
    std::vector<const Story*> found;
    for (const auto& run : runs_) {
        if (run.applied()) found.push_back(&run);
    }
    return found;
}

std::vector<const Story*> Evidence::deployments() const {
    std::vector<const Story*> found;
    for (const auto& run : runs_) {
        if (run.settled() && run.changes > 0 && !run.destroy && run.purpose == "plan")
            found.push_back(&run);
    }
    return found;
}

bool Evidence::selected(const std::string& stack) const {
    return !options_.stacks || options_.stacks(stack);
}

bool Evidence::in_span(std::optional<Instant> when) const {
    return !options_.since || !when || *when >= *options_.since;
}

bool Evidence::is_over(const Story& run) const {
    return run.ended && last_ && *last_ - *run.ended >= kHindsight;
}

std::optional<bool> Evidence::failed_afterwards(const Story& run, bool applies) const {
    for (const auto& trouble : troubles_) {
        const bool counts = trouble.kind == "check" || (applies && trouble.kind == "apply");
        if (counts && run.ended && trouble.time > *run.ended &&
            trouble.time - *run.ended < kHindsight && run.stacks.contains(trouble.stack))
            return true;
    }
    return is_over(run) ? std::optional(false) : std::nullopt;
}

std::size_t Evidence::reversed(const Story& run, const std::string& stack) const {
    const auto& before = run.stacks.at(stack);
    std::size_t most = before.pinned;
    for (const auto& later : runs_) {
        const auto found = later.stacks.find(stack);
        if (found == later.stacks.end() || !later.applied() || !later.ended || !run.ended) continue;
        if (*later.ended > *run.ended && *later.ended - *run.ended < kHindsight)
            most = std::max(most, found->second.pinned);
    }
    return std::min(most - before.pinned, before.made);
}

}  // namespace agentops::record
