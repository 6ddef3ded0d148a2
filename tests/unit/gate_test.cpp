#include "agent_fixture.h"

namespace gate_test {

using namespace agentops;

namespace {

struct Gate : Bench {
    Gate() { stack.id = "shop"; }
    intent::AutoApproval& automatic() { return stack.approvals.automatic.emplace(); }
    Review& review(Risk risk = Risk::low) {
        auto& made = reviews.emplace_back();
        made.unit = "shop/main";
        made.risk = risk;
        return made;
    }
    void change(Review& to, const std::string& address, Action action, bool is_protected = false) {
        to.plan.changes.push_back(change_of(address, action));
        to.changes.push_back({to.plan.changes.back(), {}, is_protected, to.risk});
    }
    void finding(const std::string& rule, bool blocks) {
        catalog::Finding found;
        found.rule = rule;
        found.address = "aws_db_instance.db";
        found.message = "it is open to all";
        found.blocks = blocks;
        board.add(slots::findings, 0, std::move(found));
    }
    const Verdict& judge() {
        StackInput input;
        input.stack = &stack;
        board.put(slots::stack, input);
        board.put(slots::reviews, reviews);
        REQUIRE(run(gate_agent()).empty());
        return get(slots::verdict);
    }
    /// The decision that `agentops explain` shows.
    std::string decision() const {
        const auto decisions = board.decisions();
        REQUIRE(decisions.size() == 1);
        return decisions[0]->choice + ": " + decisions[0]->because;
    }

    intent::Stack stack;
    std::vector<Review> reviews;
};

}  // namespace

TEST_CASE("without limits the flag itself decides") {
    Gate t;
    auto& review = t.review(Risk::critical);
    t.change(review, "aws_db_instance.db", Action::destroy);
    t.change(review, "aws_vpc.net", Action::create);
    const auto& verdict = t.judge();
    CHECK(verdict.auto_approvable);
    CHECK_FALSE(verdict.blocked);
    CHECK(verdict.risk == Risk::critical);
    CHECK(verdict.counts == Counts{1, 0, 0, 1});
    CHECK(t.decision() == "within limits: no finding blocks it and no limit is exceeded");
}

TEST_CASE("counts and risk are those of all units together") {
    Gate t;
    t.change(t.review(Risk::medium), "aws_vpc.a", Action::replace);
    t.change(t.review(Risk::low), "aws_vpc.b", Action::update);
    CHECK(t.judge().risk == Risk::medium);
    CHECK(t.get(slots::verdict).counts == Counts{0, 1, 1, 0});
}

TEST_CASE("a finding that blocks, blocks") {
    Gate t;
    t.finding("public-database", true);
    t.finding("no-logs", false);
    const auto& verdict = t.judge();
    CHECK(verdict.blocked);
    CHECK_FALSE(verdict.auto_approvable);
    CHECK(verdict.blocked_by == Lines{"public-database aws_db_instance.db: it is open to all"});
    CHECK(t.decision() == "blocked: public-database aws_db_instance.db: it is open to all");
}

TEST_CASE("a finding that does not block is none of the gate's") {
    Gate t;
    t.finding("no-logs", false);
    CHECK_FALSE(t.judge().blocked);
    CHECK(t.get(slots::verdict).auto_approvable);
}

TEST_CASE("the limit of risk") {
    for (const auto& [limit, passes] : std::vector<std::pair<std::string, bool>>{
             {"low", false}, {"medium", true}, {"high", true}, {"?", false}}) {
        CAPTURE(limit);
        Gate t;
        t.automatic().max_risk = {{limit}, {}};
        t.review(Risk::medium);
        CHECK(t.judge().auto_approvable == passes);
        if (limit == "low")
            CHECK(t.decision() == "needs approval: its risk is medium, approvals.auto allows low");
    }
}

TEST_CASE("the limit of destroyed resources counts replaced ones, of all units") {
    for (const auto& [limit, passes] : std::vector<std::pair<int, bool>>{{1, false}, {2, true}}) {
        CAPTURE(limit);
        Gate t;
        t.automatic().max_destroy = {limit, {}};
        t.change(t.review(), "aws_vpc.a", Action::destroy);
        t.change(t.review(), "aws_vpc.b", Action::replace);
        CHECK(t.judge().auto_approvable == passes);
        if (!passes)
            CHECK(t.get(slots::verdict).not_auto ==
                  Lines{"it destroys or replaces 2, approvals.auto allows 1"});
    }
}

TEST_CASE("a limit of cost fails closed as long as nothing knows the cost") {
    Gate t;
    t.automatic().max_increase = {{20.0}, {}};
    auto& review = t.review();
    SUBCASE("below it") {
        t.change(review, "aws_vpc.a", Action::create);
        review.cost.emplace().after.usd = {0, 20, 40};
        CHECK(t.judge().auto_approvable);
    }
    SUBCASE("above it") {
        t.change(review, "aws_vpc.a", Action::create);
        review.cost.emplace().after.usd = {0, 30, 40};
        review.cost->before.usd = {0, 5, 10};
        CHECK(t.judge().not_auto ==
              Lines{"it adds 25.00 USD/month, approvals.auto allows 20 USD/month"});
    }
    SUBCASE("something has no price") {
        t.change(review, "aws_vpc.a", Action::create);
        review.cost.emplace().unpriced = {"aws_mystery.box"};
        CHECK_FALSE(t.judge().auto_approvable);
    }
    SUBCASE("a change") {
        t.change(review, "aws_vpc.a", Action::create);
        CHECK_FALSE(t.judge().auto_approvable);
    }
    SUBCASE("no change costs nothing") {
        CHECK(t.judge().auto_approvable);
    }
}

TEST_CASE("limits fail closed on a root that was not planned yet") {
    Gate t;
    t.automatic();
    auto& review = t.review();
    review.unit = "shop/legacy";
    review.pending = true;
    review.waits_for = {"net/main", "shop/main"};
    CHECK_FALSE(t.judge().auto_approvable);
    CHECK(t.decision() ==
          "needs approval: shop/legacy waits for net/main, shop/main: nothing knows yet what it "
          "changes");
}

TEST_CASE("protected resources need a person") {
    Gate t;
    t.change(t.review(), "aws_db_instance.db", Action::replace, true);
    CHECK_FALSE(t.judge().auto_approvable);
    CHECK(t.get(slots::verdict).not_auto == Lines{"aws_db_instance.db is protected"});
}

}  // namespace gate_test
