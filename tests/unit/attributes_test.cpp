// Paths of a provider's attributes, in what is generated and in what is there.

#include "terraform/attributes.h"

#include <doctest/doctest.h>

namespace agentops::attributes_test {

using tf::value_at;

const Json kGenerated = Json::parse(R"({"rule": [{"expiration": {"days": 30}}], "name": "a"})");
const Json kReal = Json::parse(R"({"rule": [{"expiration": [{"days": 60}]}], "name": "a"})");

TEST_CASE("attributes: a block alone is found with its list and without") {
    CHECK(value_at(kGenerated, "rule[0].expiration[0].days") == 30);
    CHECK(value_at(kGenerated, "rule[0].expiration.days") == 30);
    CHECK(value_at(kReal, "rule[0].expiration[0].days") == 60);
    CHECK(value_at(kReal, "rule[0].expiration.days") == 60);
    CHECK(value_at(kReal, "rule.expiration.days") == 60);
}

TEST_CASE("attributes: what is not there is null") {
    CHECK(value_at(kReal, "rule[1].expiration").is_null());
    CHECK(value_at(kGenerated, "name.more").is_null());
    CHECK(value_at(Json::parse(R"({"rule": [{"a": 1}, {"a": 2}]})"), "rule.a").is_null());
}

}  // namespace agentops::attributes_test
