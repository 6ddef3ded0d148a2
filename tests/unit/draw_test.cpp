#include <doctest/doctest.h>

#include "graph_fixture.h"

namespace agentops::graph::draw_test {
namespace {

enum Slot : SlotId { design, findings, request, result, report };

Fixture small() {
    Fixture f({{"design", SlotKind::key},
               {"findings", SlotKind::list},
               {"request", SlotKind::key},
               {"result", SlotKind::key},
               {"report", SlotKind::key}});
    f.agent({"architect", "", Scope::stack, {}, {design, findings}});
    f.agent({"planner", "", Scope::stack, {design}, {request}, {result}});
    f.agent({"reporter", "", Scope::stack, {design, findings, result}, {report}});
    f.registry.steps.push_back({"plan", {request}, {result}});
    return f;
}

TEST_CASE("text is an aligned table") {
    const Fixture f = small();
    CHECK(to_text(f.registry, f.derive({report}).value()) ==
          "agent        reads                     -> writes\n"
          "architect    -                         -> design, findings\n"
          "planner      design, result (upstream) -> request\n"
          "plan (step)  request                   -> result\n"
          "reporter     design, findings, result  -> report\n");
}

TEST_CASE("dot") {
    const Fixture f = small();
    CHECK(to_dot(f.registry, f.derive({report}).value()) == R"(digraph agents {
  rankdir=LR;
  node [shape=box];
  n0 [label="architect"];
  n1 [label="planner"];
  n2 [label="plan", shape=hexagon];
  n3 [label="reporter"];
  n0 -> n1 [label="design"];
  n2 -> n1 [label="result", style=dashed];
  n1 -> n2 [label="request"];
  n0 -> n3 [label="design, findings"];
  n2 -> n3 [label="result"];
}
)");
}

TEST_CASE("mermaid") {
    const Fixture f = small();
    CHECK(to_mermaid(f.registry, f.derive({report}).value()) == R"(flowchart LR
  n0["architect"]
  n1["planner"]
  n2{{"plan"}}
  n3["reporter"]
  n0 -->|"design"| n1
  n2 -.->|"result"| n1
  n1 -->|"request"| n2
  n0 -->|"design, findings"| n3
  n2 -->|"result"| n3
)");
}

TEST_CASE("names cannot break out of their quotes") {
    Fixture f({{"a\"]|", SlotKind::key}});
    f.agent({"x\"]; \\<b>#`\n", "", Scope::stack, {}, {0}});
    const auto nodes = f.derive({0}).value();
    CHECK(to_dot(f.registry, nodes) ==
          "digraph agents {\n  rankdir=LR;\n  node [shape=box];\n"
          "  n0 [label=\"x\\\"]; \\\\<b>#`\\n\"];\n}\n");
    CHECK(to_mermaid(f.registry, nodes) ==
          "flowchart LR\n  n0[\"x#quot;]; #92;#lt;b#gt;#35;#96; \"]\n");
}

TEST_CASE("no nodes") {
    const Registry registry;
    CHECK(to_text(registry, {}) == "agent  reads -> writes\n");
    CHECK(to_mermaid(registry, {}) == "flowchart LR\n");
}

}  // namespace
}  // namespace agentops::graph::draw_test
