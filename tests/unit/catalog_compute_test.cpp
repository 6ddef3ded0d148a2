#include "base/text.h"
#include "stack_fixture.h"

namespace catalog_compute_test {

using namespace agentops;
using agentops::test::StackFixture;

namespace {

const std::string kNet = "components:\n  net: {kind: network, cidr: 10.20.0.0/16}\n";

StackFixture machine(const std::string& body) {
    return StackFixture(kNet + "  web: {in: net, " + body + "}\n");
}

bool has(const StackFixture& stack, const std::string& address) {
    for (const auto& each : stack.addresses()) {
        if (each == address) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("a server is private, encrypted and guards its metadata") {
    const auto stack = machine("kind: server, image: ubuntu-24.04");
    REQUIRE(stack.complaints() == "");
    CHECK(stack.body("aws_instance.web") ==
          Json{{"ami", "${data.aws_ami.web.id}"},
               {"instance_type", "t3.micro"},
               {"subnet_id", "${aws_subnet.net_private_0.id}"},
               {"vpc_security_group_ids", {"${aws_security_group.web.id}"}},
               {"iam_instance_profile", "${aws_iam_instance_profile.web.name}"},
               {"metadata_options",
                {{"http_endpoint", "enabled"},
                 {"http_tokens", "required"},
                 {"http_put_response_hop_limit", 1}}},
               {"root_block_device",
                {{"volume_type", "gp3"},
                 {"volume_size", 20},
                 {"encrypted", true},
                 {"delete_on_termination", true},
                 {"tags", {{"Name", "shop-web"}, {"agentops:component", "web"}}}}},
               {"lifecycle",
                {{"ignore_changes", {"ami"}},
                 {"replace_triggered_by", {"terraform_data.web_image"}}}},
               {"tags", {{"Name", "shop-web"}, {"agentops:component", "web"}}}});
    CHECK(stack.output("web", "public_ip").is_null());
    CHECK_FALSE(has(stack, "aws_vpc_security_group_ingress_rule.web_expose"));
}

TEST_CASE("images follow the architecture of the size") {
    const auto intel = machine("kind: server, image: ubuntu-24.04, size: g4dn.xlarge");
    CHECK(intel.body("data.aws_ami.web")["filter"][1]["values"] == Json{"x86_64"});
    const auto arm = machine("kind: server, image: debian-12, size: m7gd.large");
    CHECK(arm.body("data.aws_ami.web") ==
          Json{{"owners", {"136693071363"}},
               {"most_recent", true},
               {"filter",
                {{{"name", "name"}, {"values", {"debian-12-arm64-*"}}},
                 {{"name", "architecture"}, {"values", {"arm64"}}}}}});
    const auto own = machine("kind: server, image: ami-0123abcd");
    CHECK(own.body("data.aws_ami.web") ==
          Json{{"filter", {{{"name", "image-id"}, {"values", {"ami-0123abcd"}}}}}});
}

TEST_CASE("a server exposed to internet has a public address and one open port") {
    const auto stack =
        machine("kind: server, image: ubuntu-24.04, expose: {port: 22, to: internet}");
    CHECK(stack.body("aws_instance.web")["subnet_id"] == "${aws_subnet.net_public_0.id}");
    CHECK(stack.output("web", "public_ip") == "${aws_eip.web.public_ip}");
    CHECK(stack.body("aws_vpc_security_group_ingress_rule.web_expose") ==
          Json{{"security_group_id", "${aws_security_group.web.id}"},
               {"description", "exposed to internet"},
               {"ip_protocol", "tcp"},
               {"from_port", 22},
               {"to_port", 22},
               {"cidr_ipv4", "0.0.0.0/0"},
               {"tags", {{"Name", "shop-web-expose"}, {"agentops:component", "web"}}}});
}

TEST_CASE("a server exposed to its network stays private") {
    const auto stack = machine("kind: server, image: ubuntu-24.04, expose: {port: 22, to: vpc}");
    CHECK_FALSE(has(stack, "aws_eip.web"));
    CHECK(stack.body("aws_vpc_security_group_ingress_rule.web_expose")["cidr_ipv4"] ==
          "10.20.0.0/16");
}

TEST_CASE("machines reach nothing but HTTPS") {
    const auto stack = machine("kind: server, image: ubuntu-24.04");
    CHECK(stack.body("aws_vpc_security_group_egress_rule.web_https")["from_port"] == 443);
    int rules = 0;
    for (const auto& address : stack.addresses())
        rules += starts_with(address, "aws_vpc_security");
    CHECK(rules == 1);
}

TEST_CASE("a service without expose has no load balancer") {
    const auto stack = machine("kind: service, image: ubuntu-24.04, count: 3");
    REQUIRE(stack.complaints() == "");
    CHECK_FALSE(has(stack, "aws_lb.web"));
    const auto group = stack.body("aws_autoscaling_group.web");
    CHECK(group["min_size"] == 3);
    CHECK(group["desired_capacity"] == 3);
    CHECK(group["max_size"] == 6);
    CHECK(group["vpc_zone_identifier"] ==
          Json{"${aws_subnet.net_private_0.id}", "${aws_subnet.net_private_1.id}"});
    CHECK(group["instance_refresh"] == Json{{"strategy", "Rolling"}});
    const auto launch = stack.body("aws_launch_template.web");
    CHECK(launch["metadata_options"]["http_tokens"] == "required");
    CHECK(launch["network_interfaces"][0]["associate_public_ip_address"] == "false");
    CHECK(launch["block_device_mappings"][0]["ebs"]["encrypted"] == "true");
}

TEST_CASE("a certificate makes the load balancer end TLS") {
    const auto stack = machine(
        "kind: service, image: ubuntu-24.04, port: 8080, "
        "expose: {port: 443, to: internet, certificate: \"arn:aws:acm:x\"}");
    REQUIRE(stack.complaints() == "");
    CHECK(stack.body("aws_lb_listener.web")["protocol"] == "HTTPS");
    CHECK(stack.body("aws_lb_listener.web")["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06");
    CHECK(stack.body("aws_lb_target_group.web")["port"] == 8080);
    CHECK(stack.body("aws_lb_target_group.web")["name"] == "shop-web-http8080");
    CHECK(stack.output("web", "url") == "https://${aws_lb.web.dns_name}/");
    const auto inner = stack.body("aws_vpc_security_group_ingress_rule.web_lb");
    CHECK(inner["from_port"] == 8080);
    CHECK(inner["referenced_security_group_id"] == "${aws_security_group.web_lb.id}");
}

TEST_CASE("port 443 without a certificate passes through") {
    const auto stack = machine("kind: service, image: ubuntu-24.04, expose: {port: 443, to: vpc}");
    CHECK(stack.body("aws_lb.web")["load_balancer_type"] == "network");
    CHECK(stack.body("aws_lb.web")["internal"] == true);
    CHECK(stack.body("aws_lb_listener.web")["protocol"] == "TCP");
    CHECK(stack.body("aws_lb_target_group.web")["health_check"] == Json{{"protocol", "TCP"}});
}

TEST_CASE("other ports are plain HTTP") {
    const auto stack =
        machine("kind: service, image: ubuntu-24.04, expose: {port: 8000, to: internet}");
    CHECK(stack.body("aws_lb.web")["load_balancer_type"] == "application");
    CHECK(stack.output("web", "url") == "http://${aws_lb.web.dns_name}:8000/");
}

TEST_CASE("an application load balancer needs two zones") {
    const StackFixture stack(
        "components:\n"
        "  net: {kind: network, cidr: 10.20.0.0/16, zones: 1}\n"
        "  web: {kind: service, in: net, image: debian-12, expose: {port: 80, to: internet}}\n");
    CHECK(stack.complaints() ==
          "catalog.zones: the load balancer of web needs two zones and net has one\n");
    CHECK(stack.diagnostics[0].position.line == 5);
}

TEST_CASE("machines that cannot be") {
    const auto complaint = [](const std::string& rest) {
        return machine("kind: server, " + rest).complaints();
    };
    CHECK(complaint("image: ubuntu-2404") == "catalog.image: unknown image 'ubuntu-2404'\n");
    CHECK(complaint("image: debian-12, disk: 4 GiB") ==
          "catalog.disk: a root disk cannot have 4 GiB\n");
    CHECK(complaint("image: debian-12, port: 0") == "catalog.port: 0 is no port\n");
    CHECK(complaint("image: debian-12, expose: {port: 70000, to: vpc}") ==
          "catalog.port: 70000 is no port\n");
    CHECK(complaint("image: debian-12, expose: {port: 22, to: everyone}") ==
          "catalog.cidr: 'everyone' is nobody\n");
    CHECK(complaint("image: debian-12, expose: {port: 22, to: 0.0.0.0/0}") ==
          "catalog.cidr: 0.0.0.0/0 is everybody\n");
    CHECK(complaint("image: debian-12, expose: {port: 22, to: 10.1.2.3/8}") ==
          "catalog.cidr: 10.1.2.3/8 has address bits behind its prefix\n");
    CHECK(complaint("image: debian-12, size: T3.Micro") ==
          "intent.value: 'size' cannot be 'T3.Micro'\n");
}

TEST_CASE("what emulators cannot do is left out for them") {
    const std::string service = "  web: {kind: service, in: net, image: debian-12}\n";
    const StackFixture fake(kNet + service, "http://127.0.0.1:5000");
    CHECK_FALSE(fake.body("aws_autoscaling_group.web").contains("instance_refresh"));
    CHECK(fake.body("aws_launch_template.web")["lifecycle"]["ignore_changes"] ==
          Json{"image_id", "tag_specifications"});
    const StackFixture real(kNet + service);
    CHECK(real.body("aws_launch_template.web")["lifecycle"]["ignore_changes"] == Json{"image_id"});
}

TEST_CASE("the way to package mirrors is open where packages are or may be installed") {
    const auto reason = [](const std::string& configure) -> std::string {
        const auto stack = machine("kind: server, image: debian-12, configure: " + configure);
        const std::string way = "aws_vpc_security_group_egress_rule.web_http";
        if (!has(stack, way)) return "closed";
        CHECK(stack.body(way)["from_port"] == 80);
        return stack.resource(way).origin.reason;
    };
    CHECK(reason("{packages: [nginx], roles: [{role: acme.web, version: 1.0.0}]}") ==
          "web installs packages");
    CHECK(reason("{roles: [{role: acme.web, version: 1.0.0}]}") ==
          "web runs roles, which may install packages");
    CHECK(reason("{services: {nginx: {state: started}}}") == "closed");
}

}  // namespace catalog_compute_test
