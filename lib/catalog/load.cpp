#include "catalog/load.h"

#include <fmt/core.h>

#include <cmath>

namespace agentops::catalog {

namespace {

void fail(Position position, std::string message, std::string help, Decoding& context) {
    yaml::Node at;
    at.position = position;
    at.width = 1;
    context.fail(at, "load", std::move(message), std::move(help));
}

}  // namespace

bool decode_value(const yaml::Node& node, PeakRate& value, Decoding& context) {
    Diagnostics ignored;
    Decoding quiet{ignored, context.area};
    if (agentops::decode_value(node, value.rate.value, quiet)) return true;
    return intent::decode_value(node, value.rate, context);
}

Json value_schema(const PeakRate*) {
    const intent::Rate* rate = nullptr;
    return {{"anyOf", {{{"type", "number"}}, intent::value_schema(rate)}}};
}

void check_load(const Load& load, Decoding& context) {
    const auto rate = load.rps.value.rate.value;
    if (!std::isfinite(rate) || rate <= 0)
        fail(load.rps.position, "a load needs requests: more than 0 a second",
             "leave `load` out when nothing is known of it", context);
    if (load.cpu && load.cpu->value.value.count() <= 0)
        fail(load.cpu->position, "a request takes some processor time", "e.g. `cpu: 12 ms`",
             context);
    if (load.peak && load.peak->value < 1)
        fail(load.peak->position, "the peak cannot be below the average",
             "write how many times the average it is, e.g. `peak: 3`", context);
    if (load.concurrency && load.concurrency->value <= 0)
        fail(load.concurrency->position, "some request is being served", "e.g. `concurrency: 40`",
             context);
    if (load.headroom && (load.headroom->value.value < 0 || load.headroom->value.value >= 100))
        fail(load.headroom->position, "headroom is a share of the machines, below 100 %",
             "e.g. `headroom: 30 %`", context);
}

}  // namespace agentops::catalog
