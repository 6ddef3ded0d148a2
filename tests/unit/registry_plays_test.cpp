// The agents of both tools in one walk, with a runner that answers from recordings.

#include <doctest/doctest.h>

#include "agents/registry.h"
#include "graph_fixture.h"
#include "play_fixture.h"

namespace registry_plays_test {

using namespace agentops;
using graph::Scope;

namespace {

const std::vector<graph::SlotId> kPlan{slots::review.id};
const std::vector<graph::SlotId> kApply{slots::outcome.id, slots::actual_outputs.id};

/// shop/main makes a machine; shop/web configures it.
struct Shop {
    Shop() {
        main.id = "shop/main";
        made_by_terraform(web, 2, true);
        stacks.add("shop/main");
        stacks.add("shop/web", {0});
    }

    graph::WalkResult walk(const std::vector<graph::SlotId>& goals) {
        const auto terraform =
            graph::derive(registry(), Scope::terraform, goals, {slots::unit.id, slots::built.id});
        const auto ansible =
            graph::derive(registry(), Scope::ansible, goals, {slots::play_unit.id});
        stacks.subjects[0].nodes = &terraform.value();
        stacks.subjects[1].nodes = &ansible.value();
        auto input = small_input(main);
        stacks.boards[0].put(slots::unit, input);
        stacks.boards[0].put(slots::built, catalog::BuiltStack{});
        auto play = small_play_input(web);
        play.approved = approved;
        stacks.boards[1].put(slots::play_unit, play);
        graph::FakeRunner runner([this](const std::string& unit, const run::Step& step) {
            ran.push_back(unit + " " + step.name);
            return answer(unit, step);
        });
        return graph::walk(registry(), {}, stacks.subjects, runner, {});
    }

    /// The recordings' web-1 and web-2 as machines that Terraform made.
    static run::StepResult played_by_address(const std::string& name) {
        auto result = played(name);
        for (auto& event : result.events) {
            auto text = event.dump();
            for (const auto* number : {"1", "2"}) {
                const auto from = std::string("web-") + number;
                for (auto at = text.find(from); at != text.npos; at = text.find(from, at + 12))
                    text.replace(at, from.size(), std::string("web-10-0-0-") + number);
            }
            event = Json::parse(text);
        }
        return result;
    }

    run::StepResult answer(const std::string& unit, const run::Step& step) const {
        auto result = done();
        if (unit + " " + step.name == failing)
            return step.name == "apply" ? refused("quota") : played_by_address("halted.jsonl");
        if (step.name == "validate") result.json = json(R"({"valid": true, "diagnostics": []})");
        if (step.name == "show") result.json = json(kPlanOfMain);
        if (step.name == "apply") result.events = {Json::parse(kOutputsOfMain)};
        if (step.name == "prove") result.events = {{{"type", "change_summary"}}};
        if (step.name == "play") return played_by_address("apply.jsonl");
        if (step.name == "settle") {
            result = played_by_address("apply.jsonl");
            for (auto& event : result.events) {
                if (event.value("status", "") == "changed") event["status"] = "ok";
            }
        }
        return result;
    }
    static std::shared_ptr<const Json> json(const char* text) {
        return std::make_shared<const Json>(Json::parse(text));
    }
    template <class T>
    const T* of_web(graph::Key<T> key) const {
        return stacks.boards[1].get(key);
    }

    static constexpr const char* kPlanOfMain = R"({"format_version": "1.2",
        "resource_changes": [{"address": "aws_instance.web", "type": "aws_instance",
                              "change": {"actions": ["create"]}}],
        "output_changes": {"web_addresses": {"actions": ["create"], "before": null,
                                             "after_unknown": true}}})";
    static constexpr const char* kOutputsOfMain = R"({"type": "outputs",
        "outputs": {"web_addresses": {"value": ["10.0.0.2", "10.0.0.1"]}}})";

    tf::Unit main = small_unit();
    ansible::Unit web = small_play();
    std::optional<ApprovedPlan> approved;
    std::string failing;
    Lines ran;
    graph::Stacks stacks{registry()};
};

/// What was approved before the machines were there.
ApprovedPlan approved_pending() {
    ApprovedPlan approved;
    approved.replan = true;
    return approved;
}

}  // namespace

TEST_CASE("apply of a playbook, whole") {
    const auto nodes =
        graph::derive(registry(), Scope::ansible, kApply, {slots::play_unit.id}).value();
    CHECK("\n" + graph::to_text(registry(), nodes) == R"(
agent             reads                                                             -> writes
inventory         play_unit, expected_outputs (upstream), actual_outputs (upstream) -> inputs, targets, play_context, write_step, inventory_step, fetch_step, syntax_step, rehearse_step, reach_step
write (step)      write_step                                                        -> write_done
inventory (step)  inventory_step, write_done                                        -> inventory_done
fetch (step)      fetch_step, inventory_done                                        -> fetch_done
syntax (step)     syntax_step, fetch_done                                           -> syntax_done
rehearse (step)   rehearse_step, syntax_done                                        -> rehearse_done
rehearser         play_unit, inputs, targets, syntax_done, rehearse_done            -> review, expected_outputs
reach (step)      reach_step                                                        -> reach_done
conductor         play_unit, inputs, review, play_context, reach_done               -> play_step
play (step)       play_step, syntax_done                                            -> play_done
settler           play_unit, targets, play_context, play_done                       -> settle_step
settle (step)     settle_step, play_done                                            -> settle_done
recorder          play_unit, targets, expected_outputs, play_done, settle_done      -> outcome, actual_outputs
)");
}

TEST_CASE("planning a playbook touches no machine but in check mode") {
    std::string names;
    const auto nodes =
        graph::derive(registry(), Scope::ansible, kPlan, {slots::play_unit.id}).value();
    for (const auto& node : nodes)
        names += node.name + " ";
    CHECK(names == "inventory write inventory fetch syntax rehearse rehearser ");
}

TEST_CASE("a plan of machines and their playbook: the playbook waits for its machines") {
    Shop t;
    REQUIRE(t.walk(kPlan).not_ok.empty());
    CHECK(t.of_web(slots::review)->pending);
    CHECK(t.of_web(slots::review)->pending_hosts == 2);
    CHECK(t.of_web(slots::review)->waits_for == Lines{"shop/main"});
    CHECK(t.ran == Lines{"shop/main write", "shop/main lock", "shop/main init",
                         "shop/main validate", "shop/main plan", "shop/main show", "shop/web write",
                         "shop/web inventory", "shop/web syntax"});
}

TEST_CASE("an apply hands the addresses over, configures the machines and proves it") {
    Shop t;
    t.approved = approved_pending();
    REQUIRE(t.walk(kApply).not_ok.empty());
    Lines hosts;
    for (const auto& host : t.of_web(slots::targets)->hosts)
        hosts.push_back(host.name + " " + host.address);
    CHECK(hosts == Lines{"web-10-0-0-1 10.0.0.1", "web-10-0-0-2 10.0.0.2"});
    CHECK(t.of_web(slots::outcome)->applied);
    CHECK(t.of_web(slots::outcome)->converged);
    const auto played = std::find(t.ran.begin(), t.ran.end(), "shop/web play");
    CHECK(std::find(t.ran.begin(), played, "shop/main apply") != played);
    CHECK(t.ran.back() == "shop/web settle");
}

TEST_CASE("machines that could not be made are not configured") {
    Shop t;
    t.approved = approved_pending();
    t.failing = "shop/main apply";
    CHECK(t.walk(kApply).not_ok == std::set<std::string>{"shop/main", "shop/web"});
    CHECK(t.of_web(slots::targets) == nullptr);
    for (const auto& step : t.ran)
        CHECK_FALSE(starts_with(step, "shop/web"));
}

TEST_CASE("a playbook that fails is an error, and no second pass is made") {
    Shop t;
    t.approved = approved_pending();
    t.failing = "shop/web play";
    const auto result = t.walk(kApply);
    REQUIRE(result.failures().size() == 1);
    CHECK(graph::line_of(*result.failures()[0]) == "shop/web settler failed [ansible.failed]");
    CHECK(t.of_web(slots::settle_done) == nullptr);
}

}  // namespace registry_plays_test
