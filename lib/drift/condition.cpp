#include "drift/condition.h"

#include "base/json_access.h"

namespace agentops::drift {

namespace {

constexpr ConditionType kTypes[] = {ConditionType::ready, ConditionType::drifted,
                                    ConditionType::degraded, ConditionType::progressing};

}  // namespace

std::string_view to_text(ConditionType type) {
    switch (type) {
        case ConditionType::ready:
            return "Ready";
        case ConditionType::drifted:
            return "Drifted";
        case ConditionType::degraded:
            return "Degraded";
        case ConditionType::progressing:
            return "Progressing";
    }
    throw InternalError("a condition out of range");
}

bool StackCondition::same_as(const StackCondition& other) const {
    return type == other.type && reason == other.reason && message == other.message &&
           intent == other.intent;
}

Json to_json(const StackCondition& condition) {
    return {{"condition", to_text(condition.type)},
            {"reason", condition.reason},
            {"message", condition.message},
            {"intent", condition.intent},
            {"since", condition.since}};
}

std::optional<StackCondition> read_condition(const fs::path& file) {
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return std::nullopt;
    const auto text = read_file(file);
    if (!text) return std::nullopt;
    const auto json = parse_json(*text, file.string());
    if (!json) return std::nullopt;
    const auto word = text_of(*json, "condition");
    for (const auto type : kTypes) {
        if (to_text(type) == word)
            return StackCondition{type, text_of(*json, "reason"), text_of(*json, "message"),
                                  text_of(*json, "intent"), text_of(*json, "since")};
    }
    return std::nullopt;
}

agentops::Status write_condition(const fs::path& file, const StackCondition& condition) {
    return write_file(file, dump_json(to_json(condition), 1) + "\n", 0600);
}

bool Debounce::passes(const std::optional<StackCondition>& known, const StackCondition& now) {
    if (known && known->same_as(now)) {
        seen_ = 0;
        return false;
    }
    seen_ = seen_ > 0 && last_.same_as(now) ? seen_ + 1 : 1;
    last_ = now;
    if (seen_ < wanted_) return false;
    seen_ = 0;
    return true;
}

}  // namespace agentops::drift
