#include <doctest/doctest.h>

#include "graph_fixture.h"

namespace agentops::graph::order_test {
namespace {

constexpr auto kKey = SlotKind::key;
constexpr auto kList = SlotKind::list;
enum Slot : SlotId { intent, design, findings, request, result, report, outputs };

Fixture empty() {
    return Fixture({{"intent", kKey},
                    {"design", kKey},
                    {"findings", kList},
                    {"request", kKey},
                    {"result", kKey},
                    {"report", kKey},
                    {"outputs", kKey}});
}

/// "name<-0,1" for each node: what it comes after.
std::vector<std::string> shape(const Result<std::vector<Node>>& nodes) {
    std::vector<std::string> lines;
    if (!nodes) return {render(nodes.error())};
    for (const Node& node : *nodes) {
        std::string line = node.name;
        for (const auto i : node.after)
            line += "<-" + nodes->at(i).name;
        for (const auto i : node.after_upstream)
            line += "<=" + nodes->at(i).name;
        lines.push_back(line);
    }
    return lines;
}

std::vector<std::string> problems(const Result<std::vector<Node>>& nodes) {
    std::vector<std::string> lines;
    if (nodes) return lines;
    for (const Diagnostic& problem : nodes.error())
        lines.push_back(problem.code + ": " + problem.message);
    return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("only what the goals need, in registry order among the ready") {
    Fixture f = empty();
    f.agent({"reporter", "", Scope::stack, {findings}, {report}});
    f.agent({"cost", "", Scope::stack, {design}, {findings}});
    f.agent({"architect", "", Scope::stack, {intent}, {design}});
    f.agent({"security", "", Scope::stack, {design}, {findings}});
    CHECK(shape(f.derive({report}, {intent})) ==
          Lines{"architect", "cost<-architect", "security<-architect", "reporter<-cost<-security"});
    CHECK(shape(f.derive({design}, {intent})) == Lines{"architect"});
    CHECK(shape(f.derive({intent}, {intent})) == Lines{});
}

TEST_CASE("a given slot is complete: its writers are not needed") {
    Fixture f = empty();
    f.agent({"cost", "", Scope::stack, {design}, {findings}});
    f.agent({"reporter", "", Scope::stack, {findings}, {report}});
    CHECK(shape(f.derive({report}, {findings})) == Lines{"reporter"});
}

TEST_CASE("readers of a given slot wait for writers that run anyway") {
    Fixture f = empty();
    f.agent({"reporter", "", Scope::stack, {findings}, {report}});
    f.agent({"cost", "", Scope::stack, {}, {findings, design}});
    CHECK(shape(f.derive({report, design}, {findings})) == Lines{"cost", "reporter<-cost"});
}

TEST_CASE("a step reads its request and what it comes after, and writes its result") {
    Fixture f = empty();
    f.agent({"planner", "", Scope::stack, {}, {request}});
    f.agent({"judge", "", Scope::stack, {result}, {report}});
    f.registry.steps.push_back({"init", {design}, {intent}});
    f.registry.steps.push_back({"plan", {request}, {result}, {intent}});
    CHECK(shape(f.derive({report}, {design})) ==
          Lines{"planner", "init", "plan<-planner<-init", "judge<-plan"});
    CHECK(shape(f.derive({request})) == Lines{"planner"});
    const auto nodes = f.derive({result}, {request, intent});
    REQUIRE(nodes);
    REQUIRE(nodes->size() == 1);
    CHECK(nodes->front().name == "plan");
    CHECK(nodes->front().is_step);
    CHECK(nodes->front().index == 1);
}

TEST_CASE("agents of the other scope take no part") {
    Fixture f = empty();
    f.agent({"architect", "", Scope::stack, {}, {design}});
    f.agent({"builder", "", Scope::terraform, {design}, {report}});
    CHECK(shape(f.derive({report}, {design}, Scope::terraform)) == Lines{"builder"});
    CHECK(problems(f.derive({report}, {}, Scope::terraform)) ==
          Lines{"graph.no-writer: nothing writes slot 'design', which agent 'builder' reads"});
}

TEST_CASE("upstream waits for the derived writers in earlier subjects, itself too") {
    Fixture f = empty();
    f.agent({"linker", "", Scope::stack, {}, {design}, {outputs, findings}});
    f.agent({"exporter", "", Scope::stack, {design}, {outputs}});
    f.agent({"relay", "", Scope::stack, {}, {report}, {report}});
    CHECK(shape(f.derive({outputs})) == Lines{"linker<=exporter", "exporter<-linker"});
    CHECK(shape(f.derive({design})) == Lines{"linker"});
    CHECK(shape(f.derive({report})) == Lines{"relay<=relay"});
}

TEST_CASE("a missing writer names each reader") {
    Fixture f = empty();
    f.agent({"reporter", "", Scope::stack, {findings, design}, {report}});
    f.registry.steps.push_back({"plan", {request}, {result}});
    CHECK(problems(f.derive({report, result, outputs})) ==
          Lines{"graph.no-writer: nothing writes slot 'outputs', which the command asks for",
                "graph.no-writer: nothing writes slot 'findings', which agent 'reporter' reads",
                "graph.no-writer: nothing writes slot 'design', which agent 'reporter' reads",
                "graph.no-writer: nothing writes slot 'request', which step 'plan' reads"});
}

TEST_CASE("two writers of a key are named, a step's result counts") {
    Fixture f = empty();
    f.agent({"architect", "", Scope::stack, {}, {design, findings}});
    f.agent({"capacity", "", Scope::stack, {}, {design, findings}});
    f.agent({"guesser", "", Scope::stack, {}, {result}});
    f.agent({"builder", "", Scope::terraform, {}, {design}});
    f.registry.steps.push_back({"plan", {request}, {result}});
    CHECK(problems(f.derive({findings})) ==
          Lines{"graph.two-writers: slot 'design' has 2 writers: 'architect', 'capacity'",
                "graph.two-writers: slot 'result' has 2 writers: 'guesser', 'plan'"});
}

TEST_CASE("a cycle is shown as a path, in the direction of the slots") {
    Fixture f = empty();
    f.agent({"reporter", "", Scope::stack, {findings}, {report}});
    f.agent({"a", "", Scope::stack, {outputs}, {design}});
    f.agent({"c", "", Scope::stack, {request}, {outputs, findings}});
    f.agent({"b", "", Scope::stack, {design}, {request}});
    CHECK(problems(f.derive({report})) ==
          Lines{"graph.cycle: agents wait for each other: a -> b -> c -> a"});
}

TEST_CASE("an agent that reads a list it writes waits for itself") {
    Fixture f = empty();
    f.agent({"cost", "", Scope::stack, {findings}, {findings}});
    CHECK(problems(f.derive({findings})) ==
          Lines{"graph.cycle: agents wait for each other: cost -> cost"});
}

TEST_CASE("a slot outside the table is a bug") {
    const Fixture f = empty();
    CHECK(slot_info(f.registry, findings).name == "findings");
    CHECK_THROWS_WITH_AS(slot_info(f.registry, 99), "no slot 99 in the table", InternalError);
}

}  // namespace
}  // namespace agentops::graph::order_test
