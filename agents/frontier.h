#pragma once

// The designs of a stack that no other one beats.

#include "agents/negotiation.h"

namespace agentops {

struct DesignPoint {
    negotiate::Solution solution;
    negotiate::Amount latency = 0;   ///< of the slowest entry
    negotiate::Amount downtime = 0;  ///< of the worst entry
    bool chosen = false;
    bool allowed = false;              ///< it keeps every limit
    std::vector<std::string> broken;   ///< limits that it does not keep
    std::vector<std::string> changes;  ///< "web.count=3": what differs from the chosen one
};

struct Frontier {
    std::vector<DesignPoint> points;  ///< by cost
    bool thinned = false;             ///< some were left out
};

/// Of an award, with its limits lifted; vetoes and pins hold.
Frontier frontier_of(const Lots& lots, const Award& award);

/// What a choice sets, knob by knob, of components with open knobs: "web.size=t3.small".
std::vector<std::string> knobs_of(const Lots& lots, const negotiate::Choice& choice);

}  // namespace agentops
