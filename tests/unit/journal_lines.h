#pragma once

// Journals in memory, for what is computed from them. All happens on 2026-11-23: "10:05".

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "record/journal.h"

namespace agentops::record {

inline std::string at(const std::string& time) {
    return "2026-11-23T" + time + ":00.000Z";
}

/// The time of day of a journal's time, "-" when there is none.
inline std::string shown(const std::string& time) {
    return time.empty() ? "-" : time.size() == at("10:05").size() ? time.substr(11, 5) : time;
}

struct JournalLines {
    std::vector<JournalEntry> entries;

    JournalLines& add(const std::string& time, const std::string& event, Json data,
                      const std::string& run) {
        const auto when = time.size() == 5 ? at(time) : time;
        entries.push_back(
            {static_cast<std::int64_t>(entries.size() + 1), when, run, event, "", std::move(data)});
        return *this;
    }
    /// What happens in the same minute is of the same run.
    JournalLines& add(const std::string& time, const std::string& event, Json data) {
        return add(time, event, std::move(data), "run at " + time);
    }

    JournalLines& trouble(const std::string& time, const std::string& how, const std::string& id,
                          const std::string& kind, const std::string& stack,
                          Json targets = Json::array()) {
        return add(time, "incident." + how,
                   {{"incident", id}, {"kind", kind}, {"stack", stack}, {"targets", targets}});
    }
    JournalLines& mended(const std::string& time, const std::string& id, const std::string& kind,
                         const std::string& stack) {
        return add(time, "incident.mended", {{"incident", id}, {"kind", kind}, {"stack", stack}});
    }
    JournalLines& restored(const std::string& time, const std::string& id) {
        return add(time, "incident.restored", {{"incident", id}});
    }
};

}  // namespace agentops::record
