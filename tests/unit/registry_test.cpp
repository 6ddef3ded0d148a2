#include "agents/registry.h"

#include <doctest/doctest.h>

#include "agents/keys.h"
#include "graph_fixture.h"

namespace registry_test {

using namespace agentops;
using graph::Scope;
using graph::SlotId;

namespace {

std::string graph_of(Scope scope, const std::vector<SlotId>& goals,
                     const std::vector<SlotId>& given) {
    const auto nodes = graph::derive(registry(), scope, goals, given);
    if (!nodes) return render(nodes.error());
    return "\n" + graph::to_text(registry(), *nodes);
}

/// The names of the nodes in order, as the given slots of a unit's walk let them be.
std::string order_of_unit(const std::vector<SlotId>& goals) {
    const auto nodes =
        graph::derive(registry(), Scope::terraform, goals, {slots::unit.id, slots::built.id});
    if (!nodes) return render(nodes.error());
    std::string names;
    for (const auto& node : *nodes)
        names += (names.empty() ? "" : " ") + node.name;
    return names;
}

}  // namespace

TEST_CASE("check") {
    CHECK(graph_of(Scope::stack, {slots::findings.id, slots::units.id}, {slots::stack.id}) == R"(
agent        reads                     -> writes
resolver     stack                     -> parts
broker       stack, parts              -> lots
capacity     stack, lots               -> opinions
cost         stack, lots               -> opinions
reliability  stack, lots               -> opinions
warden       lots                      -> opinions
envoy        stack, lots               -> opinions
arbiter      stack, lots, opinions     -> award
architect    stack, parts, lots, award -> design
engineer     design                    -> built
security     stack, built              -> findings
terraform    stack, built              -> units
)");
}

TEST_CASE("the gate's word") {
    CHECK(graph_of(Scope::stack, {slots::verdict.id},
                   {slots::stack.id, slots::findings.id, slots::reviews.id}) == R"(
agent  reads                    -> writes
gate   stack, findings, reviews -> verdict
)");
}

TEST_CASE("apply, whole") {
    CHECK(graph_of(Scope::terraform, {slots::outcome.id, slots::actual_outputs.id},
                   {slots::unit.id, slots::built.id}) == R"(
agent            reads                                                               -> writes
planner          built, unit, expected_outputs (upstream), actual_outputs (upstream) -> inputs, write_step, lock_step, init_step, validate_step, plan_step, show_step, outputs_step
write (step)     write_step                                                          -> write_done
lock (step)      lock_step, write_done                                               -> lock_done
init (step)      init_step, lock_done                                                -> init_done
validate (step)  validate_step, init_done                                            -> validate_done
validator        unit, validate_done                                                 -> validated
plan (step)      plan_step, validate_done                                            -> plan_done
examiner         unit, plan_done                                                     -> plannable
show (step)      show_step, plan_done                                                -> show_done
reviewer         unit, inputs, validated, plannable, show_done                       -> review, expected_outputs
operator         unit, review                                                        -> backup_step, apply_step
backup (step)    backup_step, init_done                                              -> backup_done
apply (step)     apply_step, backup_done                                             -> apply_done
verifier         unit, review, apply_done                                            -> prove_step, reread_step
reread (step)    reread_step, apply_done                                             -> reread_done
handoff          unit, expected_outputs, apply_done, reread_done                     -> actual_outputs
prove (step)     prove_step, apply_done                                              -> prove_done
keeper           unit, prove_done                                                    -> refresh_step
refresh (step)   refresh_step, apply_done                                            -> refresh_done
curator          unit, apply_done, prove_done, refresh_done                          -> outcome
)");
}

TEST_CASE("a drift check writes to nothing but the unit's folder") {
    CHECK(order_of_unit({slots::standing.id}) ==
          "planner write lock init validate plan lookout look surveyor schema assessor");
}

TEST_CASE("plan ends with the review: nothing that writes to the world is in it") {
    CHECK(order_of_unit({slots::review.id}) ==
          "planner write lock init validate validator plan examiner show reviewer");
}

TEST_CASE("outputs are read without a plan") {
    CHECK(order_of_unit({slots::outputs_done.id}) == "planner write lock init outputs");
}

TEST_CASE("the order of agents is that of their table") {
    CHECK(agent_order("resolver") == 0);
    CHECK(agent_order("inspector") == registry().agents.size() - 1);
    CHECK(agent_order("nobody") == registry().agents.size());
}

TEST_CASE("every slot has one id, a doc, and its place in the table") {
    SlotId next = 0;
    for (const auto& slot : registry().slots) {
        CAPTURE(slot.name);
        CHECK(slot.id == next++);
        CHECK_FALSE(slot.doc.empty());
    }
    CHECK(next == slots::id(slots::Id::count));
}

TEST_CASE("every agent says what it is for, and writes something") {
    for (const auto* agent : registry().agents) {
        CAPTURE(agent->info().name);
        CHECK_FALSE(agent->info().summary.empty());
        CHECK_FALSE(agent->info().writes.empty());
    }
}

namespace {

/// Plans and applies net/main and, after it, shop/main, which reads net's output `id`.
struct TwoUnits {
    TwoUnits() {
        auto& net = units[0];
        net.id = "net/main";
        auto& shop = units[1];
        shop.id = "shop/main";
        shop.backend = "local";
        Input input;
        input.variable = "net_id";
        input.from = "net/main";
        input.output = "id";
        input.type = ValueType::string;
        shop.inputs = {input};
        built.main.inputs = shop.inputs;
    }

    graph::WalkResult walk(const std::vector<SlotId>& goals) {
        const auto nodes =
            graph::derive(registry(), Scope::terraform, goals, {slots::unit.id, slots::built.id});
        for (const auto& unit : units) {
            auto& board = stacks.add(unit.id, stacks.boards.empty() ? std::vector<std::size_t>{}
                                                                    : std::vector<std::size_t>{0});
            UnitInput input;
            input.unit = &unit;
            input.context.run_dir = fs::path("/run") / unit.id;
            board.put(slots::unit, input);
            board.put(slots::built, built);
        }
        graph::FakeRunner runner(
            [this](const std::string& unit, const run::Step& step) { return play(unit, step); });
        return graph::walk(registry(), nodes.value(), stacks.subjects, runner, {});
    }

    /// Every tool call succeeds; net's plan makes an id that is known only after apply.
    run::StepResult play(const std::string& unit, const run::Step& step) const {
        run::StepResult result;
        result.ran = true;
        result.ok = unit + " " + step.name != failing;
        if (!result.ok) result.diagnostics = {error("tool.failed", step.name + " failed")};
        if (step.name == "validate") result.json = json(kValid);
        if (step.name == "show") result.json = json(unit == "net/main" ? kNetPlan : kShopPlan);
        if (step.name == "apply" && unit == "net/main")
            result.events = {Json::parse(R"({"type": "outputs",
                                             "outputs": {"id": {"value": "vpc-1"}}})")};
        if (step.name == "prove") result.events = {{{"type", "change_summary"}}};
        return result;
    }

    static std::shared_ptr<const Json> json(const char* text) {
        return std::make_shared<const Json>(Json::parse(text));
    }
    template <class T>
    const T* of_shop(graph::Key<T> key) const {
        return stacks.boards[1].get(key);
    }

    static constexpr const char* kValid =
        R"({"format_version": "1.0", "valid": true, "diagnostics": []})";
    static constexpr const char* kNetPlan = R"({"format_version": "1.2",
        "resource_changes": [{"address": "aws_vpc.net", "type": "aws_vpc",
                              "change": {"actions": ["create"]}}],
        "output_changes": {"id": {"actions": ["create"], "before": null,
                                  "after_unknown": true}}})";
    static constexpr const char* kShopPlan = R"({"format_version": "1.2",
        "resource_changes": [{"address": "aws_subnet.a", "type": "aws_subnet",
                              "change": {"actions": ["create"]}}]})";

    tf::Unit units[2];
    catalog::BuiltStack built;
    std::string failing;
    graph::Stacks stacks{registry()};
};

}  // namespace

TEST_CASE("a plan of two units: the later one is a preview") {
    TwoUnits t;
    const auto result = t.walk({slots::review.id});
    REQUIRE(result.not_ok.empty());
    const auto& review = *t.of_shop(slots::review);
    CHECK(review.preview);
    CHECK(review.waits_for == graph::Lines{"net/main"});
    CHECK(t.of_shop(slots::inputs)->values == Json::object());
}

TEST_CASE("an apply of two units: the later one is planned with what the first one made") {
    TwoUnits t;
    const auto result = t.walk({slots::outcome.id, slots::actual_outputs.id});
    REQUIRE(result.not_ok.empty());
    CHECK_FALSE(t.of_shop(slots::review)->preview);
    CHECK(t.of_shop(slots::inputs)->values == Json{{"net_id", "vpc-1"}});
    CHECK(t.of_shop(slots::outcome)->applied);
    CHECK(t.of_shop(slots::outcome)->converged);
}

TEST_CASE("an apply that fails leaves what comes after it alone") {
    TwoUnits t;
    t.failing = "net/main apply";
    const auto result = t.walk({slots::outcome.id, slots::actual_outputs.id});
    const auto failures = result.failures();
    REQUIRE(failures.size() == 1);
    CHECK(graph::line_of(*failures[0]) == "net/main verifier failed [tool.failed]");
    CHECK(result.not_ok == std::set<std::string>{"net/main", "shop/main"});
    CHECK(t.of_shop(slots::inputs) == nullptr);
    CHECK(t.of_shop(slots::apply_done) == nullptr);
}

}  // namespace registry_test
