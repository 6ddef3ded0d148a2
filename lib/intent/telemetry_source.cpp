#include "intent/telemetry_source.h"

namespace agentops::intent {

bool decode_value(const yaml::Node& node, TelemetrySource& value, Decoding& context) {
    auto& from = value.from;
    if (!node.is_map()) return decode(node, from.file, context);
    if (!decode(node, from, context)) return false;
    if (from.prometheus.has_value() != from.query.has_value())
        return context.fail(
            node, "missing-key",
            from.query ? "a query needs `prometheus`" : "prometheus needs a `query`",
            "write prometheus: http://prom:9090, query: 'sum(rate(...[5m]))'");
    if (from.step.value.value.count() > 0 && from.range.value.value >= from.step.value.value)
        return true;
    return context.fail(node, "range", "a step must be above zero and no longer than the range",
                        "write step: 5 min, range: 14 d");
}

Json value_schema(const TelemetrySource*) {
    return {{"anyOf", {schema_of<std::string>(), schema_of<TelemetryQuery>()}}};
}

}  // namespace agentops::intent
