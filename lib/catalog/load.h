#pragma once

// The demand that an intent states with `load`.

#include "base/fields.h"
#include "intent/quantity.h"

namespace agentops::catalog {

/// Requests per second: the key `rps` says the unit, so a bare number is enough.
struct PeakRate {
    intent::Rate rate;
};
bool decode_value(const yaml::Node& node, PeakRate& value, Decoding& context);
Json value_schema(const PeakRate*);

struct Load {
    Located<PeakRate> rps;
    std::optional<Located<intent::Duration>> cpu;
    std::optional<Located<intent::Bytes>> memory, payload;
    std::optional<Located<double>> concurrency, peak;
    std::optional<Located<intent::Percent>> growth, headroom;
    Position position;
    template <class V>
    void visit(V& v) {
        v.required("rps", rps, "requests per second at the peak, e.g. 300 rps");
        v.optional("cpu", cpu, "processor time per request, e.g. 12 ms");
        v.optional("memory", memory, "memory per request that is being served, e.g. 20 MiB");
        v.optional("payload", payload, "size of an answer, e.g. 40 kB");
        v.optional("concurrency", concurrency,
                   "requests being served at a time (rate x time, by Little's law)");
        v.optional("peak", peak, "the peak as a multiple of the average (3)");
        v.optional("growth", growth, "growth to be ready for, e.g. 20 %");
        v.optional("headroom", headroom, "share of the machines that is kept free (30 %)");
    }
};

/// Reports rates, factors and shares that cannot be; area of the context.
void check_load(const Load& load, Decoding& context);

}  // namespace agentops::catalog
