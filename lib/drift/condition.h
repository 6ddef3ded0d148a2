#pragma once

// The condition of a stack as a loop over it sees it, and when a change of it counts.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/fs.h"
#include "base/json.h"
#include "base/result.h"

namespace agentops::drift {

/// `progressing`: something is being applied; `drifted`: reality differs; `degraded`: a check
/// fails, or it could not be looked at.
enum class ConditionType { ready, drifted, degraded, progressing };
std::string_view to_text(ConditionType type);  ///< "Ready"

struct StackCondition {
    ConditionType type = ConditionType::ready;
    std::string reason;   ///< one word: "InSync", "Drift", "CheckFailed", "CouldNotLook"
    std::string message;  ///< one line
    std::string intent;   ///< digest of the intent it was judged against
    std::string since;    ///< RFC 3339: when it became so

    /// The same to those who watch, whatever its message says in detail.
    bool same_as(const StackCondition& other) const;
};
Json to_json(const StackCondition& condition);

/// Nothing when there is none, or when it cannot be read: then the next one counts as new.
std::optional<StackCondition> read_condition(const fs::path& file);
agentops::Status write_condition(const fs::path& file, const StackCondition& condition);

/// Lets a change through when it was seen `wanted` times in a row.
class Debounce {
public:
    explicit Debounce(int wanted) : wanted_(wanted) {}
    /// `known` is what was told last. True when `now` is to be told.
    bool passes(const std::optional<StackCondition>& known, const StackCondition& now);

private:
    int wanted_;
    int seen_ = 0;
    StackCondition last_;
};

}  // namespace agentops::drift
