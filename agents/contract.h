#pragma once

// A budget that several stacks share: each bids with the designs it would accept, the award is the
// best that fits together (contract net: Smith, "The Contract Net Protocol", IEEE Transactions on
// Computers C-29(12), 1980; solved exactly instead of in rounds, so that no order matters).

#include "agents/frontier.h"
#include "intent/model.h"

namespace agentops {

/// One design that a stack would accept.
struct Offer {
    negotiate::Amount cost = 0;
    negotiate::Amount regret = 0;  ///< how far its first preference is from what it could have
};

/// What a stack bids: its favourite first, then what it would do with less.
struct Bid {
    std::string stack;
    std::vector<Offer> offers;  ///< by falling cost
};

/// The designs of a frontier that keep all limits and cost no more than what the stack would choose
/// for itself.
Bid bid_of(const std::string& stack, const intent::Objectives& objectives, const Award& award,
           const Frontier& frontier);

struct Share {
    std::string stack;
    negotiate::Amount cost = 0;  ///< what it may cost
    bool favourite = false;      ///< it got what it wanted
};

/// One share for each bid, in order of stacks, whose sum does not exceed `most` and whose regrets
/// are least in sum; ties by cost, then by the order of stack names. Nothing when not even the
/// cheapest offers fit: then `least` is their sum.
std::optional<std::vector<Share>> award_shares(std::vector<Bid> bids, negotiate::Amount most,
                                               negotiate::Amount& least);

}  // namespace agentops
