#include "stack_bench.h"

namespace architect_test {

using namespace agentops;

namespace {

constexpr const char* kService =
    "components:\n"
    "  net: {kind: network, cidr: 10.0.0.0/16, zones: 3}\n"
    "  web: {kind: server, in: net, image: ubuntu-24.04}\n";

const graph::Decision& decision(const StackBench& t, std::string_view subject) {
    for (const auto* decision : t.board.decisions()) {
        if (decision->subject == subject) return *decision;
    }
    throw InternalError("no such decision");
}

}  // namespace

TEST_CASE("every knob has a value, and every value a reason") {
    StackBench t(kService);
    REQUIRE(t.run_to("architect").empty());
    const auto& parts = t.get(slots::design)->parts();
    std::size_t knobs = 0;
    for (const auto& part : parts) {
        knobs += part.knobs.size();
        for (const auto& knob : part.kind->info().knobs)
            CHECK_FALSE(part.knob(knob.name).empty());
    }
    CHECK(t.board.decisions().size() == knobs);
    CHECK(catalog::free_knobs(parts).empty());
}

TEST_CASE("what the intent pins stays, and its line is named") {
    StackBench t(kService);
    REQUIRE(t.run_to("architect").empty());
    CHECK(t.get(slots::design)->part("net").knob("zones") == "3");
    const auto& zones = decision(t, "net.zones");
    CHECK(zones.agent == "architect");
    CHECK(zones.choice == "3");
    CHECK(zones.because == "the intent pins it");
    REQUIRE(zones.positions.size() == 1);
    CHECK(zones.positions[0].line == 5);
    CHECK(zones.rules.empty());
}

TEST_CASE("what is open comes from the default table; each other option says why not") {
    StackBench t(kService);
    REQUIRE(t.run_to("architect").empty());
    CHECK(t.get(slots::design)->part("web").knob("size") == "t3.micro");
    const auto& size = decision(t, "web.size");
    CHECK(size.choice == "t3.micro");
    CHECK(size.rules.size() == 1);
    REQUIRE(size.options.size() > 2);
    for (const auto& option : size.options) {
        CAPTURE(option.name);
        const bool taken = option.name == "t3.micro";
        CHECK(option.score == (taken ? 1.0 : 0.0));
        CHECK(option.rejected ==
              (taken ? "" : "the default is t3.micro; pin it with `size: " + option.name + "`"));
    }
}

TEST_CASE("pin the knob and the decision flips") {
    StackBench t(
        "components:\n"
        "  net: {kind: network, cidr: 10.0.0.0/16}\n"
        "  web: {kind: server, in: net, image: ubuntu-24.04, size: t3.large}\n");
    REQUIRE(t.run_to("architect").empty());
    CHECK(decision(t, "net.zones").choice == "2");
    CHECK(decision(t, "web.size").choice == "t3.large");
    CHECK(decision(t, "web.size").because == "the intent pins it");
}

TEST_CASE("a design that does not fit together is refused") {
    StackBench t(
        "components:\n"
        "  a: {kind: network, cidr: 10.0.0.0/16}\n"
        "  b: {kind: network, cidr: 10.0.0.0/16}\n");
    CHECK(codes(t.run_to("architect")) == Lines{"catalog.cidr-overlap"});
}

TEST_CASE("what shows only when the whole is built is told too") {
    StackBench t("components: {net: {kind: network, cidr: 10.0.0.0/16}}\n");
    t.project.settings.terraform.providers.allow = {"hashicorp/random"};
    CHECK(codes(t.run_to("engineer")) == Lines{"catalog.provider-not-allowed"});
}

}  // namespace architect_test
