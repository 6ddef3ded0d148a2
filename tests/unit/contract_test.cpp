#include "agents/contract.h"

#include <algorithm>
#include <random>

#include "agent_fixture.h"

namespace contract_test {

using namespace agentops;

namespace {

std::vector<Bid> random_bids(unsigned seed) {
    std::mt19937 engine(seed);
    std::vector<Bid> bids;
    const auto stacks = 1 + engine() % 5;
    for (unsigned s = 0; s < stacks; ++s) {
        Bid bid{fmt::format("stack-{}", s), {}};
        negotiate::Amount cost = 100 + engine() % 100, regret = 0;
        const auto offers = 1 + engine() % 5;
        for (unsigned o = 0; o < offers; ++o) {
            bid.offers.push_back({cost, regret});
            cost -= 1 + engine() % 15;
            regret += 1 + engine() % 20;
        }
        bids.push_back(std::move(bid));
    }
    return bids;
}

/// Least regret of all ways that fit, and then least cost; nothing when none fits.
std::optional<std::pair<negotiate::Amount, negotiate::Amount>> by_force(
    const std::vector<Bid>& bids, std::size_t at, negotiate::Amount room) {
    if (room < 0) return std::nullopt;
    if (at == bids.size()) return std::pair<negotiate::Amount, negotiate::Amount>{0, 0};
    std::optional<std::pair<negotiate::Amount, negotiate::Amount>> best;
    for (const auto& offer : bids[at].offers) {
        auto rest = by_force(bids, at + 1, room - offer.cost);
        if (!rest) continue;
        rest->first += offer.regret;
        rest->second += offer.cost;
        if (!best || *rest < *best) best = rest;
    }
    return best;
}

}  // namespace

TEST_CASE("contract net: awards fit, are the best that do, and do not depend on order") {
    for (unsigned seed = 0; seed < 2000; ++seed) {
        CAPTURE(seed);
        auto bids = random_bids(seed);
        const auto most = static_cast<negotiate::Amount>(bids.size()) * (80 + seed % 120);
        negotiate::Amount least = 0, again_least = 0;
        const auto shares = award_shares(bids, most, least);
        const auto best = by_force(bids, 0, most);
        REQUIRE(shares.has_value() == best.has_value());
        REQUIRE(shares.has_value() == (least <= most));
        std::shuffle(bids.begin(), bids.end(), std::mt19937(seed));
        const auto again = award_shares(bids, most, again_least);
        REQUIRE(again_least == least);
        if (!shares) continue;
        negotiate::Amount sum = 0;
        for (std::size_t i = 0; i < shares->size(); ++i) {
            sum += (*shares)[i].cost;
            REQUIRE((*again)[i].cost == (*shares)[i].cost);
        }
        REQUIRE(sum <= most);
        REQUIRE(sum == best->second);
    }
}

TEST_CASE("contract net: with enough for all everybody gets the favourite") {
    const std::vector<Bid> bids{{"a", {{300, 0}, {100, 9}}}, {"b", {{200, 0}, {150, 1}}}};
    negotiate::Amount least = 0;
    const auto rich = award_shares(bids, 500, least), tight = award_shares(bids, 450, least);
    CHECK(rich->at(0).favourite);
    CHECK(rich->at(1).favourite);
    CHECK(tight->at(0).favourite);
    CHECK_FALSE(tight->at(1).favourite);
    CHECK(tight->at(1).cost == 150);
    CHECK(least == 250);
    CHECK_FALSE(award_shares(bids, 249, least).has_value());
}

}  // namespace contract_test
