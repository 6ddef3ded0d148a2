#include "stack_fixture.h"

namespace catalog_network_test {

using namespace agentops;
using agentops::test::StackFixture;

namespace {

StackFixture network(const std::string& rest) {
    return StackFixture("components:\n  net: {kind: network, " + rest + "}\n");
}

std::vector<std::string> subnets(const StackFixture& stack) {
    std::vector<std::string> ranges;
    for (const auto& resource : stack.built.main.resources) {
        if (resource.type == "aws_subnet") ranges.push_back(*resource.body[1].second.text());
    }
    return ranges;
}

std::string complaint(const std::string& rest) {
    return network(rest).complaints();
}

}  // namespace

TEST_CASE("a network has a public and a private subnet in each zone") {
    const auto stack = network("cidr: 10.20.0.0/16");
    CHECK(stack.complaints() == "");
    CHECK(stack.addresses() ==
          std::vector<std::string>{
              "aws_vpc.net", "aws_default_security_group.net", "aws_internet_gateway.net",
              "data.aws_availability_zones.net", "aws_route_table.net_public",
              "aws_route.net_public", "aws_subnet.net_public_0",
              "aws_route_table_association.net_public_0", "aws_route_table.net_private_0",
              "aws_subnet.net_private_0", "aws_route_table_association.net_private_0",
              "aws_subnet.net_public_1", "aws_route_table_association.net_public_1",
              "aws_route_table.net_private_1", "aws_subnet.net_private_1",
              "aws_route_table_association.net_private_1"});
    CHECK(subnets(stack) == std::vector<std::string>{"10.20.0.0/20", "10.20.128.0/20",
                                                     "10.20.16.0/20", "10.20.144.0/20"});
    CHECK(stack.body("aws_subnet.net_public_1") ==
          Json{{"vpc_id", "${aws_vpc.net.id}"},
               {"cidr_block", "10.20.16.0/20"},
               {"availability_zone", "${data.aws_availability_zones.net.names[1]}"},
               {"map_public_ip_on_launch", false},
               {"tags", {{"Name", "shop-net-public-1"}, {"agentops:component", "net"}}}});
}

TEST_CASE("the default group of a network is emptied") {
    CHECK(network("cidr: 10.20.0.0/16").body("aws_default_security_group.net") ==
          Json{{"vpc_id", "${aws_vpc.net.id}"},
               {"tags", {{"Name", "shop-net-default"}, {"agentops:component", "net"}}}});
}

TEST_CASE("another zone moves no subnet") {
    const auto one = subnets(network("cidr: 10.20.0.0/20, zones: 1"));
    auto six = subnets(network("cidr: 10.20.0.0/20, zones: 6"));
    CHECK(one == std::vector<std::string>{"10.20.0.0/24", "10.20.8.0/24"});
    CHECK(six.size() == 12);
    CHECK(six.back() == "10.20.13.0/24");
    six.resize(2);
    CHECK(six == one);
}

TEST_CASE("private subnets leave through one gateway or one per zone") {
    const auto one = network("cidr: 10.20.0.0/16, nat: one");
    CHECK(one.body("aws_route.net_private_1")["nat_gateway_id"] ==
          "${aws_nat_gateway.net_nat_0.id}");
    const auto each = network("cidr: 10.20.0.0/16, nat: per-zone");
    CHECK(each.body("aws_route.net_private_1")["nat_gateway_id"] ==
          "${aws_nat_gateway.net_nat_1.id}");
    CHECK(each.body("aws_nat_gateway.net_nat_1")["depends_on"] == Json{"aws_internet_gateway.net"});
}

TEST_CASE("outputs of a network") {
    const auto stack = network("cidr: 10.20.0.0/16");
    CHECK(stack.output("net", "cidr") == "10.20.0.0/16");
    CHECK(stack.output("net", "private_subnet_ids") ==
          Json{"${aws_subnet.net_private_0.id}", "${aws_subnet.net_private_1.id}"});
}

TEST_CASE("ranges that cannot be a network") {
    CHECK(complaint("cidr: 10.20.0.0") == "catalog.cidr: '10.20.0.0' is no IPv4 range\n");
    CHECK(complaint("cidr: 10.20.0.0/25") == "catalog.cidr: a network cannot have a /25 range\n");
    CHECK(complaint("cidr: 10.0.0.0/8") == "catalog.cidr: a network cannot have a /8 range\n");
    CHECK(complaint("cidr: 10.20.1.0/16") ==
          "catalog.cidr: 10.20.1.0/16 has address bits behind its prefix\n");
    CHECK(complaint("cidr: 8.8.0.0/16") ==
          "catalog.cidr: 8.8.0.0/16 belongs to the public Internet\n");
    CHECK(network("cidr: 10.20.1.0/16").diagnostics[0].help == "write 10.20.0.0/16");
    CHECK(network("cidr: 10.20.1.0/25").diagnostics[0].help ==
          "write 10.20.1.0/24, or another length from /16 to /24");
}

TEST_CASE("knobs keep to their domain") {
    CHECK(complaint("cidr: 10.20.0.0/16, zones: 7") == "intent.value: 'zones' cannot be '7'\n");
    CHECK(complaint("cidr: 10.20.0.0/16, zones: \"2\"") ==
          "intent.type: expected a whole number, got text\n");
    const auto stack = network("cidr: 10.20.0.0/16, nat: perzone");
    CHECK(stack.complaints() == "intent.value: 'nat' cannot be 'perzone'\n");
    CHECK(stack.diagnostics[0].help == "did you mean 'per-zone'?");
}

TEST_CASE("networks of one stack may not overlap") {
    const StackFixture stack(
        "components:\n"
        "  a: {kind: network, cidr: 10.20.0.0/16}\n"
        "  b: {kind: network, cidr: 10.21.0.0/16}\n"
        "  c: {kind: network, cidr: 10.20.64.0/20}\n");
    CHECK(stack.complaints() ==
          "catalog.cidr-overlap: 10.20.64.0/20 of c overlaps 10.20.0.0/16 of a\n");
    CHECK(stack.diagnostics[0].position.line == 7);
}

}  // namespace catalog_network_test
