#pragma once

// What the tests of metrics share.

#include <fmt/core.h>

#include "base/instant.h"
#include "journal_lines.h"
#include "record/metrics.h"

namespace agentops::record {

inline MetricsOptions since(const std::string& time) {
    return {parse_rfc3339(at(time)), {}};
}

inline MetricsOptions only(const std::string& wanted) {
    return {{}, [wanted](const std::string& stack) { return stack == wanted; }};
}

inline Measures of_stack(const Metrics& metrics, const std::string& stack) {
    const auto found = metrics.stacks.find(stack);
    return found == metrics.stacks.end() ? Measures{} : found->second;
}

inline JournalLines& apply(JournalLines& lines, const std::string& run, const std::string& status,
                           Json units, const std::string& time = "10:00") {
    lines.add(time, "apply.started", {{"manifest", "m"}, {"resume", false}}, run);
    return lines.add(time, "apply.finished", {{"status", status}, {"units", std::move(units)}},
                     run);
}

inline JournalLines& check(JournalLines& lines, const std::string& time, Json stacks) {
    return lines.add(time, "drift.checked", {{"stacks", std::move(stacks)}});
}

inline Json counts(Json drifted, Json unknown) {
    return {{"drifted", std::move(drifted)}, {"unknown", std::move(unknown)}};
}

}  // namespace agentops::record
