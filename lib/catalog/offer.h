#pragma once

// What a part is worth with its knobs set one way, for the agents that negotiate: kinds say what
// they would use, carry and survive; agents judge.

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "prices/bill.h"

namespace agentops::catalog {

/// What a part has to carry at its peak.
struct Demand {
    double rps = 0;                     ///< growth included
    double average = 0;                 ///< requests a second over a month
    double cpu = 0;                     ///< seconds of one processor for a request; 0: not known
    double memory = 0;                  ///< bytes for a request that is being served
    double payload = 0;                 ///< bytes of an answer
    std::optional<double> concurrency;  ///< requests being served; else by Little's law
    double headroom = 0.3;              ///< share of the machines that is kept free
    bool derived = false;               ///< from those who use it: as if each request called it
    std::string source;                 ///< "load of web", "telemetry/web.csv", "web uses it"
    Position position;
};

/// What a part stands in, beside its own knobs.
struct Surroundings {
    int zones = 1;  ///< of its network
    bool is_protected = false;
    std::optional<Demand> demand;
    std::string today = {};  ///< YYYY-MM-DD
};

/// How a part copes with its demand.
struct Fitness {
    std::string lacks;              ///< "" when it can carry it; else what is missing
    std::optional<double> latency;  ///< seconds, 95th percentile
    std::string basis;              ///< how that was found, one clause
    int processors = 0;             ///< of its machines together
};

/// How often a part works.
struct Standing {
    double availability = 1;  ///< share of time
    double recovery_point_s = 0;
    double recovery_time_s = 0;
    bool stores = false;        ///< recovery objectives count
    bool single_point = false;  ///< one machine or zone that fails takes it down
    std::string basis;          ///< "2 of 2 machines in 2 zones ..."
};

/// Why a part must not be made this way, whatever it costs.
struct Objection {
    std::string rule;    ///< "protected-in-one-zone"
    std::string reason;  ///< one clause
};

}  // namespace agentops::catalog
