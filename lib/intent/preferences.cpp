#include "intent/preferences.h"

#include <algorithm>
#include <cmath>

#include "intent/reference.h"

namespace agentops::intent {

bool decode_value(const yaml::Node& node, Preferences& value, Decoding& context) {
    if (!node.is_map()) return decode(node, value.order, context);
    std::vector<std::pair<double, Located<Choice<kPreferences>>>> weighed;
    bool ok = true;
    for (const auto& member : node.members) {
        auto& [weight, choice] = weighed.emplace_back();
        ok = decode(key_node(member), choice, context) && ok;
        if (!decode(member.value, weight, context)) {
            ok = false;
        } else if (!std::isfinite(weight) || weight <= 0) {
            ok = context.fail(member.value, "range", "a weight must be above zero",
                              "leave out what does not matter");
        }
    }
    std::stable_sort(weighed.begin(), weighed.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (auto& [weight, choice] : weighed) {
        value.weights.push_back(weight);
        value.order.push_back(std::move(choice));
    }
    return ok;
}

Json value_schema(const Preferences*) {
    auto order = schema_of<decltype(Preferences::order)>();
    order["uniqueItems"] = true;
    const Json weight = {{"type", "number"}, {"exclusiveMinimum", 0}};
    return {{"anyOf",
             {std::move(order),
              {{"type", "object"},
               {"propertyNames", {{"enum", kPreferences.list()}}},
               {"additionalProperties", weight}}}}};
}

}  // namespace agentops::intent
