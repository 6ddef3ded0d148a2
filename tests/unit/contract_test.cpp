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
        negotiate::Amount cost = 100 + engine() % 100, processors = 4 + engine() % 12, regret = 0;
        const auto offers = 1 + engine() % 5;
        for (unsigned o = 0; o < offers; ++o) {
            bid.offers.push_back({cost, processors, regret});
            cost -= 1 + engine() % 15;
            processors = 1 + engine() % 12;  // a cheaper design may need more of them
            regret += 1 + engine() % 20;
        }
        bids.push_back(std::move(bid));
    }
    return bids;
}

/// Least regret of all ways that fit, and then least cost; nothing when none fits.
std::optional<std::pair<negotiate::Amount, negotiate::Amount>> by_force(
    const std::vector<Bid>& bids, std::size_t at, negotiate::Amount money,
    negotiate::Amount processors) {
    if (money < 0 || processors < 0) return std::nullopt;
    if (at == bids.size()) return std::pair<negotiate::Amount, negotiate::Amount>{0, 0};
    std::optional<std::pair<negotiate::Amount, negotiate::Amount>> best;
    for (const auto& offer : bids[at].offers) {
        auto rest = by_force(bids, at + 1, money - offer.cost, processors - offer.processors);
        if (!rest) continue;
        rest->first += offer.regret;
        rest->second += offer.cost;
        if (!best || *rest < *best) best = rest;
    }
    return best;
}

}  // namespace

TEST_CASE("contract net: awards fit, are the best that do, and do not depend on order") {
    constexpr negotiate::Amount kPlenty = 1'000'000;
    int awarded = 0, refused = 0;
    for (unsigned seed = 0; seed < 3000; ++seed) {
        CAPTURE(seed);
        auto bids = random_bids(seed);
        const auto stacks = static_cast<negotiate::Amount>(bids.size());
        Pool pool;
        if (seed % 3 != 1) pool.cost = stacks * (80 + seed % 120);
        if (seed % 3 != 0) pool.processors = stacks * (3 + seed % 8);
        const auto shares = award_shares(bids, pool);
        const auto best =
            by_force(bids, 0, pool.cost.value_or(kPlenty), pool.processors.value_or(kPlenty));
        REQUIRE(shares.has_value() == best.has_value());
        std::shuffle(bids.begin(), bids.end(), std::mt19937(seed));
        const auto again = award_shares(bids, pool);
        ++(shares ? awarded : refused);
        if (!shares) continue;
        Offer sum;
        for (std::size_t i = 0; i < shares->size(); ++i) {
            const auto& offer = (*shares)[i].offer;
            sum.cost += offer.cost;
            sum.processors += offer.processors;
            sum.regret += offer.regret;
            REQUIRE((*again)[i].offer == offer);
        }
        REQUIRE(sum.cost <= pool.cost.value_or(kPlenty));
        REQUIRE(sum.processors <= pool.processors.value_or(kPlenty));
        REQUIRE(std::pair(sum.regret, sum.cost) == *best);
    }
    CHECK(awarded > 300);
    CHECK(refused > 300);
}

TEST_CASE("contract net: with enough for all everybody gets the favourite") {
    const std::vector<Bid> bids{{"a", {{300, 2, 0}, {100, 2, 9}}},
                                {"b", {{200, 2, 0}, {150, 4, 1}}}};
    const auto rich = award_shares(bids, {500, {}}), tight = award_shares(bids, {450, {}});
    CHECK(rich->at(0).favourite);
    CHECK(rich->at(1).favourite);
    CHECK(tight->at(0).favourite);
    CHECK_FALSE(tight->at(1).favourite);
    CHECK(tight->at(1).offer.cost == 150);
    CHECK(least_of(bids[1], negotiate::Measure::cost) == 150);
    CHECK(least_of(bids[1], negotiate::Measure::processors) == 2);
    CHECK_FALSE(award_shares(bids, {249, {}}).has_value());
    CHECK(award_shares(bids, {450, 4})->at(0).offer.cost == 100);  // the quota leaves b no choice
}

}  // namespace contract_test
