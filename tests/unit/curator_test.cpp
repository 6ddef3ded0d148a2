#include "agent_fixture.h"

namespace curator_test {

using namespace agentops;

namespace {

const Json kSummary = {{"type", "change_summary"}};

Json planned(const std::string& action) {
    return {{"type", "planned_change"},
            {"change", {{"action", action}, {"resource", {{"addr", "aws_vpc.net"}}}}}};
}

struct Curator : Bench {
    Diagnostics settle(run::StepResult applied, run::StepResult proof,
                       run::StepResult refreshed = done(false)) {
        board.put(slots::unit, small_input(unit));
        board.put(slots::apply_done, std::move(applied));
        board.put(slots::prove_done, std::move(proof));
        board.put(slots::refresh_done, std::move(refreshed));
        return run(curator_agent());
    }
    /// After an apply, with the events of the second plan.
    Diagnostics settle(std::vector<Json> events) {
        auto proof = done();
        proof.events = std::move(events);
        return settle(done(), std::move(proof));
    }
    const UnitOutcome& outcome() const { return get(slots::outcome); }

    tf::Unit unit = small_unit();
};

}  // namespace

TEST_CASE("an empty second plan is the proof") {
    Curator t;
    CHECK(t.settle({kSummary}).empty());
    CHECK(t.outcome().applied);
    CHECK(t.outcome().converged);
    CHECK(t.outcome().left == Counts{});
}

TEST_CASE("a second plan that wants more is told, and the unit is not converged") {
    Curator t;
    CHECK(messages(t.settle({planned("update"), planned("delete"), kSummary})) ==
          Lines{"warning: shop/main was applied, but a second plan still wants 0 to create, 1 to "
                "update, 0 to replace, 1 to destroy, 0 to move, import or forget, 0 outputs to "
                "change"});
    CHECK_FALSE(t.outcome().converged);
    CHECK(t.outcome().left == Counts{0, 1, 0, 1});
}

TEST_CASE("outputs and moves that do not settle are no convergence either") {
    const Json outputs = {{"type", "outputs"}, {"outputs", {{"id", {{"action", "update"}}}}}};
    for (const auto& event : {outputs, planned("move"), planned("remove"), planned("import")}) {
        CAPTURE(event.dump());
        Curator t;
        CHECK(codes(t.settle({event, kSummary})) == Lines{"apply.not-converged"});
        CHECK_FALSE(t.outcome().converged);
    }
}

TEST_CASE("what only reads, or stays, is settled") {
    Curator t;
    const Json outputs = {{"type", "outputs"}, {"outputs", {{"id", {{"action", "noop"}}}}}};
    CHECK(t.settle({planned("read"), planned("noop"), outputs, kSummary}).empty());
    CHECK(t.outcome().converged);
}

TEST_CASE("no proof is no convergence") {
    Curator t;
    SUBCASE("the plan failed") {
        auto proof = done(true, false);
        proof.events = {kSummary};
        CHECK(codes(t.settle(done(), proof)) == Lines{"apply.not-proven"});
    }
    SUBCASE("the stream broke off") {
        CHECK(codes(t.settle({})) == Lines{"apply.not-proven"});
    }
    SUBCASE("it could not be started") {
        CHECK(codes(t.settle(done(), done(false, false))) == Lines{"apply.not-proven"});
    }
    CHECK(t.outcome().applied);
    CHECK_FALSE(t.outcome().converged);
}

TEST_CASE("nothing applied needs no proof") {
    Curator t;
    CHECK(t.settle(done(false), done(false)).empty());
    CHECK_FALSE(t.outcome().applied);
    CHECK(t.outcome().converged);
}

TEST_CASE("what was destroyed needs no proof") {
    Curator t;
    CHECK(t.settle(done(), done(false)).empty());
    CHECK(t.outcome().applied);
    CHECK(t.outcome().converged);
}

TEST_CASE("a state that could not take in what was read is told") {
    Curator t;
    auto proof = done();
    proof.events = {kSummary};
    CHECK(codes(t.settle(done(), proof, done(true, false))) == Lines{"apply.state-behind"});
    CHECK(t.outcome().converged);
}

}  // namespace curator_test
