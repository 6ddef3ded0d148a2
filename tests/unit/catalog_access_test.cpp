#include "stack_fixture.h"

namespace catalog_access_test {

using namespace agentops;
using agentops::test::StackFixture;

namespace {

const std::string kNet = "components:\n  net: {kind: network, cidr: 10.20.0.0/16}\n";

}  // namespace

TEST_CASE("using a port opens it from group to group, and nothing else") {
    const StackFixture stack(kNet +
                             "  web: {kind: server, in: net, image: debian-12, uses: [api]}\n"
                             "  api: {kind: server, in: net, image: debian-12, port: 8080}\n");
    REQUIRE(stack.complaints() == "");
    const Json tags = {{"Name", "shop-web-to-api"}, {"agentops:component", "web"}};
    const auto* const in = "aws_vpc_security_group_ingress_rule.web_to_api_tcp_8080";
    CHECK(stack.body(in) == Json{{"security_group_id", "${aws_security_group.api.id}"},
                                 {"referenced_security_group_id", "${aws_security_group.web.id}"},
                                 {"ip_protocol", "tcp"},
                                 {"from_port", 8080},
                                 {"to_port", 8080},
                                 {"tags", tags}});
    const auto* const out = "aws_vpc_security_group_egress_rule.web_to_api_tcp_8080";
    CHECK(stack.body(out) == Json{{"security_group_id", "${aws_security_group.web.id}"},
                                  {"referenced_security_group_id", "${aws_security_group.api.id}"},
                                  {"ip_protocol", "tcp"},
                                  {"from_port", 8080},
                                  {"to_port", 8080},
                                  {"tags", tags}});
    const auto& origin = stack.resource(in).origin;
    CHECK(origin.agent == "access");
    CHECK(origin.reason == "web uses api");
    CHECK(origin.component == "web");
    CHECK(origin.position.text() == "intents/shop.intent.yaml:6:57");
}

TEST_CASE("a service is used through its load balancer") {
    const StackFixture stack(kNet +
                             "  web: {kind: server, in: net, image: debian-12, uses: [api]}\n"
                             "  api: {kind: service, in: net, image: debian-12, port: 8080, "
                             "expose: {port: 80, to: vpc}}\n");
    REQUIRE(stack.complaints() == "");
    const auto rule = stack.body("aws_vpc_security_group_ingress_rule.web_to_api_tcp_80");
    CHECK(rule["security_group_id"] == "${aws_security_group.api_lb.id}");
}

TEST_CASE("using a bucket gives the role its grants by resource") {
    const StackFixture stack(kNet +
                             "  web: {kind: server, in: net, image: debian-12, uses: [files]}\n"
                             "  files: {kind: bucket}\n");
    REQUIRE(stack.complaints() == "");
    CHECK(stack.body("aws_iam_role_policy.web_uses_files") ==
          Json{{"name", "uses-files"},
               {"role", "${aws_iam_role.web.name}"},
               {"policy", "${data.aws_iam_policy_document.web_uses_files.json}"}});
    const auto document = stack.body("data.aws_iam_policy_document.web_uses_files");
    REQUIRE(document["statement"].size() > 0);
    for (const auto& statement : document["statement"]) {
        for (const auto& action : statement["actions"])
            CHECK(action.get<std::string>().find('*') == std::string::npos);
        for (const auto& resource : statement["resources"]) {
            const auto arn = resource.get<std::string>();
            CHECK(arn.rfind("${aws_s3_bucket.files.arn}", 0) == 0);
        }
    }
}

TEST_CASE("a role has no rights that nobody asked for") {
    const StackFixture stack(kNet + "  web: {kind: server, in: net, image: debian-12}\n");
    for (const auto& resource : stack.built.main.resources)
        CHECK(resource.type.find("policy_attachment") == std::string::npos);
    CHECK(stack.body("aws_iam_role.web") ==
          Json{{"name", "shop-web"},
               {"assume_role_policy", "${data.aws_iam_policy_document.web_trust.json}"},
               {"tags", {{"Name", "shop-web"}, {"agentops:component", "web"}}}});
}

TEST_CASE("what gives nothing cannot be used") {
    const StackFixture stack(kNet +
                             "  web: {kind: server, in: net, image: debian-12, uses: [net, api]}\n"
                             "  api: {kind: server, in: net, image: debian-12}\n");
    CHECK(stack.complaints() ==
          "catalog.cannot-use: web cannot use net: a network gives nothing to use\n"
          "catalog.cannot-use: web cannot use api: a server gives nothing to use\n");
}

TEST_CASE("two components may use each other") {
    const StackFixture stack(
        kNet +
        "  a: {kind: server, in: net, image: debian-12, port: 80, uses: [b]}\n"
        "  b: {kind: server, in: net, image: debian-12, port: 80, uses: [a]}\n");
    CHECK(stack.complaints() == "");
}

}  // namespace catalog_access_test
