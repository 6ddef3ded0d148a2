#pragma once

// A budget and a quota that several stacks share: each bids with the designs it would accept, the
// award is the best that fits together (contract net: Smith, "The Contract Net Protocol", IEEE
// Transactions on Computers C-29(12), 1980; solved exactly instead of in rounds, so that no order
// matters).

#include "agents/frontier.h"
#include "intent/model.h"

namespace agentops {

/// One design that a stack would accept.
struct Offer {
    negotiate::Amount cost = 0;
    negotiate::Amount processors = 0;
    negotiate::Amount regret = 0;  ///< how far its first preference is from what it could have
    friend bool operator==(const Offer&, const Offer&) = default;
};

/// What a stack bids: its favourite first, then what it would do with less.
struct Bid {
    std::string stack;
    std::vector<Offer> offers;
};

/// The designs of a frontier that keep all limits and take less of something than what the stack
/// would choose for itself.
Bid bid_of(const std::string& stack, const intent::Objectives& objectives, const Award& award,
           const Frontier& frontier);

/// What all stacks may have together; without a value it is not limited.
struct Pool {
    std::optional<negotiate::Amount> cost, processors;
};

struct Allotment {
    std::string stack;
    Offer offer;             ///< what it may have
    bool favourite = false;  ///< it got what it wanted
};

/// One share for each bid, in order of stacks, which together do not exceed the pool and whose
/// regrets are least in sum; ties by cost, then by the order of stack names. Nothing when not even
/// the least offers fit.
std::optional<std::vector<Allotment>> award_shares(std::vector<Bid> bids, const Pool& pool);

/// The least that a stack would do with of one measure: cost or processors.
negotiate::Amount least_of(const Bid& bid, negotiate::Measure measure);

}  // namespace agentops
