#pragma once

// What a stack favours among the designs that keep its limits: measures in order, or their weights.

#include "intent/choice.h"

namespace agentops::intent {

/// `[cost, availability]`, or `{availability: 3, cost: 1}`.
struct Preferences {
    std::vector<Located<Choice<kPreferences>>> order;  ///< the first first; the heaviest first
    std::vector<double> weights;                       ///< as `order`; empty: the order decides
    bool empty() const { return order.empty(); }
};
/// Weights are numbers above zero. Codes: <area>.type, .unknown-value, .range.
bool decode_value(const yaml::Node& node, Preferences& value, Decoding& context);
Json value_schema(const Preferences*);

}  // namespace agentops::intent
