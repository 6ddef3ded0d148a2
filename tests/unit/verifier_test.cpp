#include "agent_fixture.h"

namespace verifier_test {

using namespace agentops;

namespace {

Json started(const std::string& address, const std::string& action) {
    return {{"type", "apply_start"},
            {"hook", {{"resource", {{"addr", address}}}, {"action", action}}}};
}

Json ended(const char* how, const std::string& address) {
    return {{"type", how}, {"hook", {{"resource", {{"addr", address}}}}}};
}

Json failure(const std::string& summary, const std::string& detail = "") {
    return {{"type", "diagnostic"},
            {"diagnostic", {{"severity", "error"}, {"summary", summary}, {"detail", detail}}}};
}

Json outputs_event(Json outputs) {
    return {{"type", "outputs"}, {"outputs", std::move(outputs)}};
}

/// The end of an apply: judged by the verifier, passed on by the handoff.
struct Apply : Bench {
    Apply() { input = small_input(unit); }
    Diagnostics verify(run::StepResult applied) {
        board.put(slots::unit, input);
        board.put(slots::review, review);
        board.put(slots::expected_outputs, expected);
        board.put(slots::apply_done, std::move(applied));
        return run(verifier_agent());
    }
    Diagnostics succeed(std::vector<Json> events) {
        auto applied = done();
        applied.events = std::move(events);
        return verify(std::move(applied));
    }
    Diagnostics fail_with(std::vector<Json> events) {
        auto applied = done(true, false);
        applied.events = std::move(events);
        applied.diagnostics = {error("tool.failed", "apply failed with exit code 1")};
        return verify(std::move(applied));
    }
    const UnitOutputs& hand_off(run::StepResult reread = done(false)) {
        board.put(slots::reread_done, std::move(reread));
        REQUIRE(run(handoff_agent()).empty());
        return get(slots::actual_outputs);
    }
    std::string prove() const { return get(slots::prove_step).skip; }
    std::string reread() const { return get(slots::reread_step).skip; }

    tf::Unit unit = small_unit();
    UnitInput input;
    Review review;
    UnitOutputs expected;
};

run::StepResult read_outputs(Json outputs) {
    auto result = done();
    result.json = std::make_shared<const Json>(std::move(outputs));
    return result;
}

}  // namespace

TEST_CASE("a good apply calls for the proof") {
    Apply t;
    CHECK(t.succeed({started("aws_vpc.net", "create"), ended("apply_complete", "aws_vpc.net")})
              .empty());
    CHECK(t.prove() == "");
    CHECK(t.reread() == "no output is sensitive");
}

TEST_CASE("nothing is proved when nothing was applied, or nothing is left") {
    Apply t;
    SUBCASE("nothing to do") {
        CHECK(t.verify(done(false)).empty());
        CHECK(t.prove() == "nothing was applied");
    }
    SUBCASE("destroyed") {
        t.input.destroy = true;
        CHECK(t.succeed({}).empty());
        CHECK(t.prove() == "nothing is left");
        CHECK(t.reread() == "nothing is left");
    }
}

TEST_CASE("a failed apply tells the tool's words, not its exit code") {
    Apply t;
    CHECK(messages(t.fail_with({failure("Error creating VPC", "limit exceeded")})) ==
          Lines{"error: Error creating VPC: limit exceeded"});
    CHECK(t.board.get(slots::prove_step) == nullptr);
}

TEST_CASE("without words of the tool, the step's own stand") {
    Apply t;
    SUBCASE("killed") {
        CHECK(codes(t.fail_with({})) == Lines{"tool.failed"});
    }
    SUBCASE("not even started") {
        auto applied = done(false, false);
        applied.diagnostics = {error("secret.missing", "DB_PASSWORD is not set")};
        CHECK(codes(t.verify(applied)) == Lines{"secret.missing"});
    }
    SUBCASE("not a word") {
        CHECK(codes(t.verify(done(true, false))) == Lines{"apply.failed"});
    }
    SUBCASE("only a warning") {
        auto applied = done(true, false);
        applied.events = {started("aws_vpc.net", "create")};
        CHECK(codes(t.verify(applied)) == Lines{"apply.unknown-object", "apply.failed"});
    }
    CHECK(t.board.get(slots::prove_step) == nullptr);
}

TEST_CASE("only creates that did not end well can leave objects that no state knows") {
    Apply t;
    const auto found = t.fail_with(
        {started("aws_vpc.done", "create"), ended("apply_complete", "aws_vpc.done"),
         started("aws_vpc.open", "create"), started("aws_vpc.bad", "create"),
         ended("apply_errored", "aws_vpc.bad"), started("aws_vpc.changed", "update"),
         started("aws_vpc.gone", "delete"), started("data.aws_ami.a", "read"),
         started("aws_db_instance.db", "delete"), ended("apply_complete", "aws_db_instance.db"),
         started("aws_db_instance.db", "create"), failure("interrupted")});
    const auto left = [](const std::string& address) {
        return "warning: shop/main: " + address +
               " was started and not finished; it may exist without being in the state";
    };
    CHECK(messages(found) == Lines{"error: interrupted", left("aws_vpc.open"), left("aws_vpc.bad"),
                                   left("aws_db_instance.db")});
}

TEST_CASE("a state that somebody else has locked is told once") {
    Apply t;
    CHECK(codes(t.fail_with({failure("Error acquiring the state lock", "Lock Info:\n  ID: 1")})) ==
          Lines{"terraform.locked"});
}

TEST_CASE("a failed destroy is a failure too") {
    Apply t;
    t.input.destroy = true;
    CHECK(codes(t.fail_with({failure("bucket not empty")})) == Lines{"terraform.error"});
}

TEST_CASE("outputs after an apply are those of its events; nothing is planned any more") {
    Apply t;
    t.expected = {{{"kept", "k"}, {"id", "planned"}}, {"arn"}, {"id"}};
    REQUIRE(t.succeed({outputs_event({{"id", {{"value", "real"}}}, {"arn", {{"value", "a"}}}})})
                .empty());
    const auto& actual = t.hand_off();
    CHECK(actual.values == Json{{"kept", "k"}, {"id", "real"}, {"arn", "a"}});
    CHECK(actual.changing.empty());
    CHECK(actual.unknown.empty());
}

TEST_CASE("sensitive outputs are not in the events and are read again") {
    Apply t;
    t.expected = {{{"pw", "old"}}, {}, {}};
    REQUIRE(
        t.succeed({outputs_event({{"pw", {{"sensitive", true}}}, {"n", {{"value", 1}}}})}).empty());
    CHECK(t.reread() == "");
    CHECK(t.get(slots::reread_step).name == "reread");
    CHECK(t.hand_off(read_outputs({{"pw", {{"value", "new"}, {"sensitive", true}}}})).values ==
          Json{{"pw", "new"}, {"n", 1}});
}

TEST_CASE("odd outputs in the events are passed over") {
    Apply t;
    REQUIRE(t.succeed({outputs_event({{"a", "x"}, {"b", {{"sensitive", "yes"}}}})}).empty());
    CHECK(t.reread() == "no output is sensitive");
    CHECK(t.hand_off().values == Json::object());
}

TEST_CASE("a stored review has no sensitive outputs: the state tells them, or the tool") {
    Apply t;
    t.review.reused = true;
    t.review.plan.outputs = {{"pw", Action::no_op, true, true, nullptr}};
    SUBCASE("a state on disk") {
        t.input.facts.state_known = true;
        t.input.facts.outputs = {{"pw", {{"value", "s"}, {"sensitive", true}}}};
        REQUIRE(t.verify(done(false)).empty());
        CHECK(t.reread() == "no output is sensitive");
        CHECK(t.hand_off().values == Json{{"pw", "s"}});
    }
    SUBCASE("a state elsewhere") {
        REQUIRE(t.verify(done(false)).empty());
        CHECK(t.reread() == "");
        CHECK(t.hand_off(read_outputs({{"pw", {{"value", "s"}}}})).values == Json{{"pw", "s"}});
    }
}

TEST_CASE("a plan that was just made has its sensitive outputs still") {
    Apply t;
    t.review.plan.outputs = {{"pw", Action::no_op, true, true, nullptr}};
    t.expected = {{{"pw", "s"}}, {}, {}};
    REQUIRE(t.verify(done(false)).empty());
    CHECK(t.reread() == "no output is sensitive");
    CHECK(t.hand_off().values == Json{{"pw", "s"}});
}

}  // namespace verifier_test
