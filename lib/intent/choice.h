#pragma once

// A text that must be one of a few words, and the words: decoding and schema share them.

#include <array>
#include <string>
#include <string_view>

#include "base/fields.h"

namespace agentops::intent {

/// The words of one Choice. Unused places at the end are empty.
struct Words {
    std::string_view noun;
    std::array<std::string_view, 9> words;
    std::vector<std::string> list() const;
};

inline constexpr Words kProviders{"provider", {"aws"}};
inline constexpr Words kPreferences{"preference",
                                    {"cost", "availability", "latency", "preferences"}};
inline constexpr Words kAgentReads{"slot", {"prices", "components", "resources"}};
inline constexpr Words kAgentWrites{"slot", {"prices", "constraints", "preferences", "findings"}};
inline constexpr Words kRisks{"risk", {"low", "medium", "high"}};
inline constexpr Words kHealModes{"way of healing", {"propose", "auto"}};
inline constexpr Words kSeverities{"severity", {"low", "medium", "high", "critical"}};
inline constexpr Words kHostKeys{"setting for host keys", {"strict", "accept-new"}};
inline constexpr Words kBackends{
    "backend", {"local", "s3", "gcs", "azurerm", "http", "pg", "consul", "cloud", "remote"}};

/// True when the scalar is one of the words; else reports, with the nearest one.
bool check_word(const yaml::Node& node, const Words& words, Decoding& context);

template <const Words& kWords>
struct Choice {
    std::string value;
};

template <const Words& kWords>
bool decode_value(const yaml::Node& node, Choice<kWords>& choice, Decoding& context) {
    return decode_value(node, choice.value, context) && check_word(node, kWords, context);
}

template <const Words& kWords>
Json value_schema(const Choice<kWords>*) {
    return {{"type", "string"}, {"enum", kWords.list()}};
}

}  // namespace agentops::intent
