#include "stack_bench.h"

namespace resolver_test {

using namespace agentops;

TEST_CASE("components are decoded in order, with what the intent pins") {
    StackBench t(
        "components:\n"
        "  net: {kind: network, cidr: 10.0.0.0/16, zones: 3}\n"
        "  files: {kind: bucket}\n");
    REQUIRE(t.run_to("resolver").empty());
    const auto& parts = t.get(slots::parts).parts;
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].name() == "net");
    CHECK(parts[0].kind->info().name == "network");
    REQUIRE(parts[0].knobs.size() == 1);
    CHECK(parts[0].knobs[0].name == "zones");
    CHECK(parts[0].knobs[0].value == "3");
    CHECK(parts[0].knobs[0].pinned);
    CHECK(parts[1].name() == "files");
    CHECK(parts[1].knobs.empty());
}

TEST_CASE("every mistake is told, each at its line") {
    StackBench t(
        "components:\n"
        "  net: {kind: netwrk}\n"
        "  files: {kind: bucket, colour: red}\n"
        "  web: {kind: server, in: nowhere, image: ubuntu-24.04}\n");
    const auto said = t.run_to("resolver");
    Lines places;
    for (const auto& diagnostic : said)
        places.push_back(diagnostic.code + " " + std::to_string(diagnostic.position.line));
    CHECK(places ==
          Lines{"catalog.unknown-kind 5", "intent.unknown-key 6", "catalog.unknown-component 7"});
}

}  // namespace resolver_test
