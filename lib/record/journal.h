#pragma once

// journal.jsonl: one hash-chained line per run and per decision that had an effect. Each line holds
// the hash of the line before; the head (journal.head) holds the last one, so that an edit, a
// deletion or a cut-off tail is found by `agentops runs verify`.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "record/store.h"

namespace agentops::record {

struct JournalEntry {
    std::int64_t seq = 0;
    std::string time, run, event, hash;
    Json data;
};

inline bool is_event(const JournalEntry& entry, std::string_view event) {
    return entry.event == event;
}

/// The stack of a unit: "shop@dev" of "shop@dev/main".
inline std::string stack_of(const std::string& unit) {
    return unit.substr(0, unit.find('/'));
}

/// Appends under a file lock and fsyncs. `event` is like "plan.made", "plan.approved",
/// "apply.finished".
Status append_journal(const Store& store, const Clock& clock, const std::string& run,
                      const std::string& event, const Json& data);

struct Journal {
    std::vector<JournalEntry> entries;
    /// What is wrong with the chain: journal.* diagnostics naming the first bad line.
    Diagnostics diagnostics;
};
/// A missing journal is empty and fine.
Journal read_journal(const Store& store);

}  // namespace agentops::record
