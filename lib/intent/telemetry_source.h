#pragma once

// Where observed load comes from: a file, and the Prometheus that fills it.

#include "intent/quantity.h"

namespace agentops::intent {

struct TelemetryQuery {
    Located<std::string> file;
    std::optional<Located<std::string>> prometheus;
    std::optional<Located<std::string>> query;
    Located<Duration> range{{std::chrono::hours(24 * 14)}, {}};
    Located<Duration> step{{std::chrono::minutes(5)}, {}};
    template <class V>
    void visit(V& v) {
        v.required("file", file, "CSV, or the answer of a Prometheus range query");
        v.optional("prometheus", prometheus, "server that fills the file, e.g. http://prom:9090");
        v.optional("query", query, "PromQL that gives requests a second");
        v.optional("range", range, "how far back it looks (14 d)");
        v.optional("step", step, "time between two samples (5 min)");
    }
};

/// `web.csv`, or a map with `file:` and what fills it.
struct TelemetrySource {
    TelemetryQuery from;
};
/// A server needs a query and the other way round. Codes: <area>.type, .missing-key, .range.
bool decode_value(const yaml::Node& node, TelemetrySource& value, Decoding& context);
Json value_schema(const TelemetrySource*);

}  // namespace agentops::intent
