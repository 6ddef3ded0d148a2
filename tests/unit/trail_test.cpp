#include <doctest/doctest.h>

#include "drift/trail.h"
#include "drift/unmanaged.h"

namespace trail_test {

using namespace agentops;
using namespace agentops::drift;

namespace {

Json event(const char* user, const char* name, const char* more) {
    return {
        {"Username", user}, {"EventName", name}, {"ReadOnly", "false"}, {"CloudTrailEvent", more}};
}

}  // namespace

TEST_CASE("trail: the last writer that is not Terraform") {
    const Json answer = {
        {"Events",
         {{{"Username", "eve"}, {"EventName", "GetTopicAttributes"}, {"ReadOnly", "true"}},
          event("ci", "TagResource", R"({"userAgent": "APN/1.0 HashiCorp/1.0 Terraform/1.11.4"})"),
          event("bob", "SetTopicAttributes", R"({"eventTime": "2026-11-25T12:00:00Z"})"),
          event("ann", "CreateTopic", "{}")}}};
    CHECK(last_writer(answer) == "bob (SetTopicAttributes, 2026-11-25T12:00:00Z)");
}

TEST_CASE("trail: a role without a name is told by its identity") {
    const auto nameless = event("", "X", R"({"userIdentity": {"arn": "arn:aws:sts::1:role/x"}})");
    CHECK(last_writer({{"Events", {nameless}}}) == "arn:aws:sts::1:role/x (X)");
}

TEST_CASE("trail: anything else names nobody") {
    CHECK(last_writer(Json()) == "");
    CHECK(last_writer({{"Events", "x"}}) == "");
    CHECK(last_writer({{"Events", {event("bob", "X", "{broken")}}}) == "bob (X)");
}

TEST_CASE("trail: the call takes any name as data") {
    const auto step = trail_step(3, "a,b=c d", "/bin/aws", {"eu-west-1", ""});
    CHECK(step.name == "trail-3");
    const auto& argv = std::get<run::ToolCall>(step.action).argv;
    CHECK(argv.back() == R"([{"AttributeKey":"ResourceName","AttributeValue":"a,b=c d"}])");
}

}  // namespace trail_test
