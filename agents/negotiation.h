#pragma once

// What the negotiating agents share: lots (components with their candidates), opinions on them, and
// what the arbiter decided.

#include <optional>
#include <string>
#include <vector>

#include "catalog/design.h"
#include "negotiate/conflict.h"

namespace agentops {

/// One component of a stack and the ways to make it. Its number is that of its part.
struct Lot {
    std::optional<std::size_t> network;          ///< the lot that it stands in
    std::vector<catalog::Part> candidates;       ///< every knob set, from the least to the most
    std::vector<std::vector<std::size_t>> pins;  ///< by candidate: pins (Lots::pins) it breaks
    /// By candidate of its network, or one without.
    std::vector<catalog::Surroundings> surroundings;
};

/// A component that nobody uses, with all that it reaches along `uses`: what people see of a stack.
struct Entry {
    std::size_t lot = 0;
    std::vector<std::size_t> reached;  ///< itself included, sorted
};

struct Pin {
    std::size_t lot = 0;
    std::string knob, value;
    Position position;
};

struct Lots {
    bool wanted = false;  ///< objectives or a load ask for more than the default table
    std::vector<Lot> lots;
    std::vector<Entry> entries;
    std::vector<Pin> pins;
};

/// What an agent says of one candidate in one alternative of its network.
struct View {
    negotiate::Amount amount = 0;  ///< of the agent's measure
    std::vector<catalog::Objection> objections;
};

/// Of one agent on all lots: by lot, alternative and candidate.
struct Opinion {
    std::string agent;
    std::optional<negotiate::Measure> measure;  ///< none: it only objects
    std::vector<std::vector<std::vector<View>>> views;
};

/// Asks about every candidate in every alternative.
template <class Judge>
Opinion opinion_of(std::string agent, std::optional<negotiate::Measure> measure, const Lots& lots,
                   const Judge& judge) {
    Opinion opinion{std::move(agent), measure, {}};
    for (const auto& lot : lots.lots) {
        auto& by_alternative = opinion.views.emplace_back();
        for (const auto& surroundings : lot.surroundings) {
            auto& views = by_alternative.emplace_back();
            for (const auto& candidate : lot.candidates)
                views.push_back(judge(candidate, surroundings));
        }
    }
    return opinion;
}

/// A limit or a veto with what stands behind it.
struct Stake {
    std::string name;       ///< "budget 100 USD/month", "availability 99.95 % of web"
    std::string objective;  ///< of a limit: "availability 99.95 %"; several limits may be its own
    std::string agent;      ///< who watches over it
    Position position;
    std::optional<std::size_t> lot;
};

/// What the choice would be without an objective of the intent.
struct Counterfactual {
    std::string objective;  ///< "availability 99.95 % of web", where others would keep it
    std::string agent;
    Position position;
    negotiate::Measure measure = negotiate::Measure::cost;
    negotiate::Amount needed = 0;  ///< where it would have to lie for this choice
    negotiate::Choice choice;
};

/// What the arbiter decided, with the problem that it solved, for explanations and what-ifs.
struct Award {
    negotiate::Problem problem;
    std::vector<Stake> limits, vetoes;  ///< as in the problem
    std::optional<negotiate::Solution> solution;
    std::vector<Counterfactual> counterfactuals;
};

/// "143.20 USD/month", "99.95 %", "250 ms": an amount of a measure for people.
std::string amount_text(negotiate::Measure measure, negotiate::Amount amount);

}  // namespace agentops
