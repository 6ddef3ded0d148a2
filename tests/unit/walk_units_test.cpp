// Units of two tools in one walk: each has nodes of its own, and reads what the other wrote.

#include <doctest/doctest.h>

#include "graph_fixture.h"

namespace agentops::graph::walk_units_test {
namespace {

enum Slot : SlotId { wanted, made, seen };
constexpr Key<int> kMade{made}, kSeen{seen};

/// Terraform's agent writes `made`, or fails for "broken"; Ansible's adds up what it sees of it.
Fixture two_tools() {
    Fixture f({{"wanted", SlotKind::key}, {"made", SlotKind::key}, {"seen", SlotKind::key}});
    f.agent({"maker", "", Scope::terraform, {}, {made}}, [](AgentContext& context) {
        if (context.subject() == "broken") return Diagnostics{error("test.broken", "broken")};
        context.put(kMade, 7);
        return Diagnostics{};
    });
    f.agent({"player", "", Scope::ansible, {}, {seen}, {made, seen}}, [](AgentContext& context) {
        int sum = 1;
        for (const auto key : {kMade, kSeen}) {
            for (const auto& [subject, value] : context.upstream(key))
                sum += value != nullptr ? *value : 0;
        }
        context.put(kSeen, sum);
        return Diagnostics{};
    });
    return f;
}

struct Mixed {
    Mixed()
        : f(two_tools()),
          terraform(f.derive({made}, {}, Scope::terraform).value()),
          ansible(f.derive({seen}, {}, Scope::ansible).value()),
          stacks(f.registry) {}

    Board& add(const std::string& id, const std::vector<Node>& nodes,
               std::vector<std::size_t> after = {}) {
        auto& board = stacks.add(id, std::move(after));
        stacks.subjects.back().nodes = &nodes;
        return board;
    }
    WalkResult walk(int jobs = 1) {
        FakeRunner runner;
        return graph::walk(f.registry, {}, stacks.subjects, runner,
                           {.jobs = jobs, .observer = nullptr, .interrupt = nullptr});
    }

    Fixture f;
    std::vector<Node> terraform, ansible;
    Stacks stacks;
};

TEST_CASE("each unit runs the agents of its own tool, after the units it reads") {
    Mixed t;
    const auto& second = t.add("web-2", t.ansible, {1, 2});
    const auto& first = t.add("web-1", t.ansible, {2});
    t.add("main", t.terraform);
    const auto result = t.walk();
    CHECK(lines_of(result) == Lines{"web-2 player ok", "web-1 player ok", "main maker ok"});
    CHECK(*first.get(kSeen) == 8);
    CHECK(*second.get(kSeen) == 16);
}

TEST_CASE("a failure of one tool skips what the other would do with it, and no more") {
    Mixed t;
    t.add("broken", t.terraform);
    t.add("web", t.ansible, {0});
    t.add("behind", t.ansible, {1});
    t.add("apart", t.ansible);
    CHECK(lines_of(t.walk(4)) == Lines{"broken maker failed [test.broken]",
                                       "web player skipped: upstream failed: broken maker",
                                       "behind player skipped: upstream failed: broken maker",
                                       "apart player ok"});
}

TEST_CASE("a unit without nodes of its own takes those of the walk") {
    Mixed t;
    t.stacks.add("main");
    t.add("web", t.ansible, {0});
    FakeRunner runner;
    const auto result = graph::walk(t.f.registry, t.terraform, t.stacks.subjects, runner, {});
    CHECK(lines_of(result) == Lines{"main maker ok", "web player ok"});
    CHECK(*t.stacks.boards[1].get(kSeen) == 8);
}

}  // namespace
}  // namespace agentops::graph::walk_units_test
