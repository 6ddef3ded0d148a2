#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <random>

#include "graph_fixture.h"

namespace agentops::graph::walk_property_test {
namespace {

/// A random graph of agents: agent i writes key i and adds i to the list, and reads some keys below
/// (and, upstream, some of all). It checks that it sees each of them, complete.
struct RandomGraph {
    static constexpr std::size_t kAgents = 24;
    static constexpr List<std::size_t> kAdded{kAgents};
    static constexpr Key<std::size_t> kCount{kAgents + 1};

    explicit RandomGraph(unsigned seed) : random(seed), f({}) {
        for (SlotId slot = 0; slot < kAgents + 2; ++slot)
            f.registry.slots.push_back(
                {slot, slot == kAdded.id ? SlotKind::list : SlotKind::key, "slot", ""});
        // Registered in any order, so that the order must be found.
        std::vector<SlotId> keys(kAgents);
        for (SlotId slot = 0; slot < kAgents; ++slot)
            keys[slot] = slot;
        std::shuffle(keys.begin(), keys.end(), random);
        for (const SlotId key : keys)
            add_agent(key);
        f.agent({"count", "", Scope::stack, {kAdded.id}, {kCount.id}}, [](AgentContext& context) {
            context.put(kCount, context.all(kAdded).size());
            return Diagnostics{};
        });
    }

    void add_agent(SlotId key) {
        AgentInfo info{"agent", "", Scope::stack, {}, {key, kAdded.id}, {}};
        for (SlotId other = 0; other < key; ++other)
            if (random() % 4 == 0) info.reads.push_back(other);
        info.upstream.push_back(static_cast<SlotId>(random() % kAgents));
        const bool broken = random() % 16 == 0;
        f.agent(info, [this, info, key, broken](AgentContext& context) {
            for (const SlotId slot : info.reads)
                if (context.get(Key<std::size_t>{slot}) != slot) ++wrong;
            for (const auto& [subject, value] :
                 context.upstream(Key<std::size_t>{info.upstream[0]}))
                if (value == nullptr || *value != info.upstream[0]) ++wrong;
            context.put(Key<std::size_t>{key}, std::size_t{key});
            context.add(kAdded, std::size_t{key});
            if (!broken || context.subject() != "s3") return Diagnostics{};
            return Diagnostics{error("test.broken", "broken")};
        });
    }

    /// Reports and lists of a walk over subjects that come after random earlier ones.
    Lines walk_with(int jobs, unsigned seed) {
        std::mt19937 shape(seed);
        Stacks stacks(f.registry);
        for (std::size_t i = 0; i < 8; ++i) {
            std::vector<std::size_t> after;
            for (std::size_t before = 0; before < i; ++before)
                if (shape() % 3 == 0) after.push_back(before);
            stacks.add(fmt::format("s{}", i), after);
        }
        Lines lines = lines_of(walk_all(f, {kCount.id}, stacks, FakeRunner(),
                                        {.jobs = jobs, .observer = nullptr, .interrupt = nullptr}));
        for (const Board& board : stacks.boards) {
            std::string list;
            for (const std::size_t* item : board.all(kAdded))
                list += fmt::format("{} ", *item);
            lines.push_back(list);
        }
        return lines;
    }

    std::mt19937 random;
    Fixture f;
    std::atomic<int> wrong{0};
};

TEST_CASE("random graphs: every agent sees all its inputs; jobs and timing change nothing") {
    for (unsigned seed = 0; seed < 30; ++seed) {
        CAPTURE(seed);
        RandomGraph graph(seed);
        const Lines alone = graph.walk_with(1, seed);
        CHECK(graph.walk_with(8, seed) == alone);
        CHECK(graph.wrong == 0);
    }
}

}  // namespace
}  // namespace agentops::graph::walk_property_test
