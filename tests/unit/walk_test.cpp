#include <doctest/doctest.h>
#include <atomic>
#include <csignal>
#include <thread>

#include "graph_fixture.h"

namespace agentops::graph::walk_test {
namespace {

template <class T>
FakeAgent::Body puts(Key<T> key, T value) {
    return [=](AgentContext& context) {
        context.put(key, value);
        return Diagnostics{};
    };
}

FakeAgent::Body fails(std::string subject) {
    return [=](AgentContext& context) {
        if (context.subject() != subject) return Diagnostics{};
        return Diagnostics{error("test.broken", "broken")};
    };
}

// ---- agents ----

enum Slot : SlotId { a, b, c, d, numbers };
constexpr Key<int> kA{a}, kB{b}, kC{c};
constexpr List<int> kNumbers{numbers};

Fixture five_slots() {
    return Fixture({{"a", SlotKind::key},
                    {"b", SlotKind::key},
                    {"c", SlotKind::key},
                    {"d", SlotKind::key},
                    {"numbers", SlotKind::list}});
}

TEST_CASE("agents see what earlier agents wrote") {
    Fixture f = five_slots();
    f.agent({"double", "", Scope::stack, {a}, {b}}, [](AgentContext& context) {
        context.put(kB, 2 * context.get(kA));
        return Diagnostics{note("test.doubled", "doubled")};
    });
    f.agent({"start", "", Scope::stack, {}, {a}}, puts(kA, 21));
    Stacks stacks(f.registry);
    const Board& board = stacks.add("shop@dev");
    const WalkResult result = walk_all(f, {b}, stacks);
    CHECK(*board.get(kB) == 42);
    CHECK(lines_of(result) == Lines{"shop@dev start ok", "shop@dev double ok [test.doubled]"});
    CHECK(result.ok("shop@dev"));
    CHECK(result.failures().empty());
}

TEST_CASE("a failure skips what depends on it, and only the first cause is named") {
    Fixture f = five_slots();
    f.agent({"first", "", Scope::stack, {}, {a}}, fails("shop"));
    f.agent({"second", "", Scope::stack, {a}, {b}}, fails("shop"));
    f.agent({"third", "", Scope::stack, {b}, {c}});
    f.agent({"apart", "", Scope::stack, {}, {d}});
    Stacks stacks(f.registry);
    stacks.add("shop");
    stacks.add("blog");
    const WalkResult result = walk_all(f, {c, d}, stacks);
    CHECK(lines_of(result) == Lines{"shop first failed [test.broken]",
                                    "shop second skipped: upstream failed: shop first",
                                    "shop third skipped: upstream failed: shop first",
                                    "shop apart ok", "blog first ok", "blog second ok",
                                    "blog third ok", "blog apart ok"});
    CHECK_FALSE(result.ok("shop"));
    CHECK(result.ok("blog"));
    REQUIRE(result.failures().size() == 1);
    CHECK(result.failures().front() == &result.reports.front());
}

TEST_CASE("upstream slots are read from the subjects before, which come first") {
    Fixture f = five_slots();
    f.agent({"link", "", Scope::stack, {}, {b}, {a}}, [](AgentContext& context) {
        int sum = 0;
        for (const auto& [subject, value] : context.upstream(kA))
            sum += *value;
        context.put(kB, sum);
        return Diagnostics{};
    });
    f.agent({"export", "", Scope::stack, {b}, {a}}, [](AgentContext& context) {
        context.put(kA, context.get(kB) + 1);
        return Diagnostics{};
    });
    Stacks stacks(f.registry);
    const Board& last = stacks.add("last", {1, 2});
    stacks.add("left", {3});
    stacks.add("right", {3});
    stacks.add("base");
    CHECK(walk_all(f, {a}, stacks).ok("last"));
    CHECK(*last.get(kA) == 5);
}

TEST_CASE("a failure reaches later subjects through upstream slots alone") {
    Fixture f = five_slots();
    f.agent({"export", "", Scope::stack, {}, {a}}, fails("net"));
    f.agent({"link", "", Scope::stack, {}, {b}, {a}});
    Stacks stacks(f.registry);
    stacks.add("net");
    stacks.add("shop", {0});
    stacks.add("blog", {1});
    CHECK(lines_of(walk_all(f, {a, b}, stacks)) ==
          Lines{"net export failed [test.broken]", "net link ok", "shop export ok",
                "shop link skipped: upstream failed: net export", "blog export ok",
                "blog link ok"});
}

TEST_CASE("a list is in agent order, whoever wrote first") {
    Fixture f = five_slots();
    std::atomic<bool> written{false};
    f.agent({"slow", "", Scope::stack, {}, {numbers}}, [&](AgentContext& context) {
        while (!written)
            std::this_thread::yield();
        context.add(kNumbers, 1);
        return Diagnostics{};
    });
    f.agent({"fast", "", Scope::stack, {}, {numbers}}, [&](AgentContext& context) {
        context.add(kNumbers, 2);
        written = true;
        return Diagnostics{};
    });
    f.agent({"reader", "", Scope::stack, {numbers}, {a}}, [](AgentContext& context) {
        int digits = 0;
        for (const int* number : context.all(kNumbers))
            digits = 10 * digits + *number;
        context.put(kA, digits);
        return Diagnostics{};
    });
    Stacks stacks(f.registry);
    const Board& board = stacks.add("shop");
    walk_all(f, {a}, stacks, FakeRunner(), {.jobs = 2, .observer = nullptr, .interrupt = nullptr});
    CHECK(*board.get(kA) == 12);
}

TEST_CASE("bugs pass through: undeclared access, a slot that its writer left empty") {
    Fixture f = five_slots();
    f.agent({"sneak", "", Scope::stack, {}, {a}}, puts(kB, 1));
    f.agent({"idle", "", Scope::stack, {}, {c}});
    f.agent({"reader", "", Scope::stack, {c}, {d}}, [](AgentContext& context) {
        context.get(kC);
        return Diagnostics{};
    });
    Stacks stacks(f.registry);
    stacks.add("shop");
    CHECK_THROWS_WITH_AS(walk_all(f, {a}, stacks),
                         "agent 'sneak' writes slot 1 without declaring it", InternalError);
    CHECK_THROWS_WITH_AS(walk_all(f, {d}, stacks),
                         "agent 'reader' reads slot 2 of 'shop', which nothing wrote",
                         InternalError);
}

TEST_CASE("a cycle among subjects is a bug of the caller") {
    Fixture f = five_slots();
    f.agent({"relay", "", Scope::stack, {}, {a}, {a}});
    Stacks stacks(f.registry);
    stacks.add("shop", {1});
    stacks.add("blog", {0});
    CHECK_THROWS_AS(walk_all(f, {a}, stacks), InternalError);
}

TEST_CASE("nothing to do") {
    Fixture f = five_slots();
    Stacks stacks(f.registry);
    CHECK(walk_all(f, {}, stacks).reports.empty());
    stacks.add("shop");
    CHECK(walk_all(f, {}, stacks).reports.empty());
}

// ---- steps ----

enum StepSlots : SlotId { init_step, init_done, plan_step, plan_done, verdict };
constexpr Key<run::Step> kInitStep{init_step}, kPlanStep{plan_step};
constexpr Key<run::StepResult> kInitDone{init_done}, kPlanDone{plan_done};
constexpr Key<std::string> kVerdict{verdict};

run::Step step_of(std::string name, bool judged = false, std::string skip = "") {
    run::Step step;
    step.name = std::move(name);
    step.judged = judged;
    step.skip = std::move(skip);
    return step;
}

/// init, then plan, then a judge of init that says whether it was ok and ran.
Fixture terraform(run::Step init) {
    Fixture f({{"init_step", SlotKind::key},
               {"init_done", SlotKind::key},
               {"plan_step", SlotKind::key},
               {"plan_done", SlotKind::key},
               {"verdict", SlotKind::key}});
    f.agent({"initer", "", Scope::stack, {}, {init_step}}, puts(kInitStep, std::move(init)));
    f.agent({"planner", "", Scope::stack, {}, {plan_step}}, puts(kPlanStep, step_of("plan")));
    f.agent({"judge", "", Scope::stack, {init_done}, {verdict}}, [](AgentContext& context) {
        const run::StepResult& init_result = context.get(kInitDone);
        context.put(kVerdict, fmt::format("{} ok={} ran={}", init_result.name, init_result.ok,
                                          init_result.ran));
        return Diagnostics{};
    });
    f.registry.steps.push_back({"init", kInitStep, kInitDone});
    f.registry.steps.push_back({"plan", kPlanStep, kPlanDone, {init_done}});
    return f;
}

/// Every step ends with `ok`, says so, and is logged.
FakeRunner ending(bool ok, Lines& log) {
    return FakeRunner([ok, &log](const std::string& subject, const run::Step& step) {
        log.push_back(subject + " " + step.name);
        run::StepResult result;
        result.name = step.name;
        result.ran = true;
        result.ok = ok;
        result.diagnostics = {ok ? note("test.done", "done") : error("test.exit", "exit 1")};
        return result;
    });
}

const std::vector<SlotId> kPlanAndVerdict{plan_done, verdict};

TEST_CASE("the runner answers a step, and its diagnostics are reported") {
    Fixture f = terraform(step_of("init"));
    Stacks stacks(f.registry);
    const Board& board = stacks.add("shop");
    Lines log;
    const auto result = walk_all(f, kPlanAndVerdict, stacks, ending(true, log));
    CHECK(log == Lines{"shop init", "shop plan"});
    CHECK(lines_of(result) == Lines{"shop initer ok", "shop planner ok", "shop init ok [test.done]",
                                    "shop judge ok", "shop plan ok [test.done]"});
    CHECK(*board.get(kVerdict) == "init ok=true ran=true");
    CHECK(board.get(kPlanDone)->ran);
}

TEST_CASE("a step to skip does not reach the runner and is ok") {
    Fixture f = terraform(step_of("init", false, "nothing changed since last init"));
    Stacks stacks(f.registry);
    const Board& board = stacks.add("shop");
    Lines log;
    const auto result = walk_all(f, kPlanAndVerdict, stacks, ending(true, log));
    CHECK(log == Lines{"shop plan"});
    CHECK(line_of(result.reports[2]) == "shop init ok: nothing changed since last init");
    CHECK(*board.get(kVerdict) == "init ok=true ran=false");
    CHECK(result.ok("shop"));
}

TEST_CASE("a step that is not ok fails its node") {
    Fixture f = terraform(step_of("init"));
    Stacks stacks(f.registry);
    stacks.add("shop");
    Lines log;
    const auto result = walk_all(f, kPlanAndVerdict, stacks, ending(false, log));
    CHECK(log == Lines{"shop init"});
    CHECK(lines_of(result) == Lines{"shop initer ok", "shop planner ok",
                                    "shop init failed [test.exit]",
                                    "shop judge skipped: upstream failed: shop init",
                                    "shop plan skipped: upstream failed: shop init"});
}

TEST_CASE("a judged step that is not ok is for agents to judge; steps after it do not run") {
    Fixture f = terraform(step_of("init", true));
    Stacks stacks(f.registry);
    const Board& board = stacks.add("shop");
    Lines log;
    const auto result = walk_all(f, kPlanAndVerdict, stacks, ending(false, log));
    CHECK(log == Lines{"shop init"});
    CHECK(lines_of(result) == Lines{"shop initer ok", "shop planner ok", "shop init ok",
                                    "shop judge ok",
                                    "shop plan skipped: upstream failed: shop init"});
    CHECK(*board.get(kVerdict) == "init ok=false ran=true");
    CHECK(board.get(kInitDone)->diagnostics.size() == 1);
    CHECK_FALSE(result.ok("shop"));
}

TEST_CASE("a step that no agent wrote is a bug") {
    Fixture f({{"request", SlotKind::key}, {"result", SlotKind::key}});
    f.agent({"idle", "", Scope::stack, {}, {0}});
    f.registry.steps.push_back({"plan", {0}, {1}});
    Stacks stacks(f.registry);
    stacks.add("shop");
    CHECK_THROWS_WITH_AS(walk_all(f, {1}, stacks),
                         "step 'plan' reads slot 0 of 'shop', which nothing wrote", InternalError);
}

// ---- the walk as a whole ----

TEST_CASE("once interrupted, nothing new starts; failures keep their cause") {
    Fixture f = five_slots();
    run::Interrupt interrupt;
    f.agent({"first", "", Scope::stack, {}, {a}}, [&](AgentContext&) {
        interrupt.request(SIGINT);
        return Diagnostics{error("test.broken", "broken")};
    });
    f.agent({"second", "", Scope::stack, {a}, {b}});
    f.agent({"apart", "", Scope::stack, {}, {c}});
    f.agent({"behind", "", Scope::stack, {c}, {d}});
    Stacks stacks(f.registry);
    stacks.add("shop");
    const auto result = walk_all(f, {b, d}, stacks, FakeRunner(),
                                 {.jobs = 1, .observer = nullptr, .interrupt = &interrupt});
    CHECK(lines_of(result) == Lines{"shop first failed [test.broken]",
                                    "shop second skipped: upstream failed: shop first",
                                    "shop apart skipped: interrupted",
                                    "shop behind skipped: interrupted"});
    CHECK_FALSE(result.ok("shop"));
}

struct Log final : Observer {
    void started(const std::string& subject, const Node& node) override {
        lines.push_back(fmt::format("start {} {}", subject, node.name));
    }
    void finished(const NodeReport& report, const Node& node) override {
        CHECK(report.node == node.name);
        lines.push_back(line_of(report));
    }
    Lines lines;
};

TEST_CASE("the observer hears each node once; a skipped one never starts") {
    Fixture f = five_slots();
    f.agent({"first", "", Scope::stack, {}, {a}}, fails("shop"));
    f.agent({"second", "", Scope::stack, {a}, {b}});
    Stacks stacks(f.registry);
    stacks.add("shop");
    Log log;
    walk_all(f, {b}, stacks, FakeRunner(), {.jobs = 1, .observer = &log, .interrupt = nullptr});
    CHECK(log.lines == Lines{"start shop first", "shop first failed [test.broken]",
                             "shop second skipped: upstream failed: shop first"});
}

}  // namespace
}  // namespace agentops::graph::walk_test
