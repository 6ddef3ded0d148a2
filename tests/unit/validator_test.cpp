#include "agent_fixture.h"

namespace validator_test {

using namespace agentops;

namespace {

struct Validator : Bench {
    Validator() {
        unit.origins["aws_vpc.net"].position = {&source, 7, 3};
        input = small_input(unit);
    }
    Diagnostics validate(run::StepResult result) {
        board.put(slots::unit, input);
        board.put(slots::validate_done, std::move(result));
        return run(validator_agent());
    }
    Diagnostics validate(const char* json, bool ok = false) {
        auto result = done(true, ok);
        result.json = std::make_shared<const Json>(Json::parse(json));
        if (!ok) result.diagnostics = {error("tool.failed", "exit 1")};
        return validate(std::move(result));
    }

    Source source{"shop.intent.yaml", ""};
    tf::Unit unit = small_unit();
    UnitInput input;
};

}  // namespace

TEST_CASE("the tool's own words stand at the intent line, in place of its exit code") {
    Validator t;
    const auto found = t.validate(R"({"format_version": "1.0", "valid": false, "diagnostics": [
        {"severity": "error", "summary": "Bad CIDR", "detail": "no such block",
         "address": "aws_vpc.net"},
        {"severity": "warning", "summary": "Old argument", "detail": ""}]})");
    CHECK(codes(found) == Lines{"terraform.error", "terraform.warning"});
    CHECK(found[0].position == Position{&t.source, 7, 3});
    CHECK_FALSE(t.get(slots::validated));
}

TEST_CASE("warnings alone are valid") {
    Validator t;
    CHECK(codes(t.validate(R"({"format_version": "1.0", "valid": true, "diagnostics": [
        {"severity": "warning", "summary": "Old argument", "detail": ""}]})",
                           true)) == Lines{"terraform.warning"});
    CHECK(t.get(slots::validated));
}

TEST_CASE("found valid before") {
    Validator t;
    CHECK(t.validate(done(false)).empty());
    CHECK(t.get(slots::validated));
}

TEST_CASE("a tool that crashed or could not start is no proof") {
    Validator t;
    auto result = done(false, false);
    SUBCASE("not started") {}
    SUBCASE("crashed") {
        result.ran = true;
    }
    SUBCASE("crashed after its answer") {
        result.ran = true;
        result.json = std::make_shared<const Json>(
            Json{{"format_version", "1.0"}, {"valid", true}, {"diagnostics", Json::array()}});
    }
    result.diagnostics = {error("tool.failed", "no such program")};
    CHECK(codes(t.validate(result)) == Lines{"tool.failed"});
    CHECK_FALSE(t.get(slots::validated));
}

TEST_CASE("anything else than a validation is an error") {
    Validator t;
    CHECK(codes(t.validate(R"([1, 2])")) == Lines{"terraform.validate-format"});
    CHECK_FALSE(t.get(slots::validated));
}

}  // namespace validator_test
