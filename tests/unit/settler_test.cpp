#include "play_fixture.h"

namespace settler_test {

using namespace agentops;

namespace {

struct Settler : Bench {
    Settler() : input(small_play_input(unit)), context(input.context) {
        targets.hosts = {host_of("web-1", "10.0.0.1"), host_of("web-2", "10.0.0.2")};
    }
    Diagnostics judge(run::StepResult played) {
        board.put(slots::play_unit, input);
        board.put(slots::targets, targets);
        board.put(slots::play_context, context);
        board.put(slots::play_done, std::move(played));
        return run(settler_agent());
    }

    ansible::Unit unit = small_play();
    PlayInput input;
    ansible::Targets targets;
    ansible::StepContext context;
};

/// Recorded events that tell nothing of one machine.
run::StepResult without(const std::string& host, const std::string& name) {
    auto result = played(name);
    std::erase_if(result.events,
                  [&](const Json& event) { return event.value("host", "") == host; });
    for (auto& event : result.events) {
        for (const auto* list : {"hosts", "batch"}) {
            if (!event.contains(list)) continue;
            if (event[list].is_object()) event[list].erase(host);
            if (event[list].is_array())
                event[list].erase(std::find(event[list].begin(), event[list].end(), host));
        }
    }
    return result;
}

}  // namespace

TEST_CASE("settler: after a good play everything runs once more, on every machine") {
    Settler t;
    t.context.done = {"web-1"};
    REQUIRE(t.judge(without("web-1", "apply.jsonl")).empty());
    const auto& settle = t.get(slots::settle_step);
    CHECK(settle.skip == "");
    CHECK(argv_of(settle) == Lines{"/bin/ansible-playbook", "--inventory", "/p/run/inventory.yml",
                                   "--extra-vars", "@/p/run/variables.json", "--extra-vars",
                                   R"({"agentops_owed": []})", "--", "/p/shop/web/playbook.yml"});
}

TEST_CASE("settler: a repair asks only of the machines it is aimed at") {
    Settler t;
    t.input.context.only = t.context.only = {"web-2"};
    REQUIRE(t.judge(without("web-1", "apply.jsonl")).empty());
    const auto argv = argv_of(t.get(slots::settle_step));
    CHECK(std::find(argv.begin(), argv.end(), "@/p/run/limit") != argv.end());
}

TEST_CASE("settler: a machine that was to be done and took no part is an error") {
    Settler t;
    CHECK(messages(t.judge(without("web-2", "apply.jsonl"))) ==
          Lines{"error: web-2 took no part in shop/web"});
    CHECK(t.board.get(slots::settle_step) == nullptr);
}

TEST_CASE("settler: a play that failed is not proven") {
    Settler t;
    const auto found = t.judge(played("halted.jsonl"));
    CHECK(messages(found) == Lines{"error: web-1: failed at 'Once fails': non-zero return code"});
    CHECK(t.board.get(slots::settle_step) == nullptr);
}

TEST_CASE("settler: what was not run needs no proof") {
    Settler t;
    REQUIRE(t.judge(done(false)).empty());
    CHECK(t.get(slots::settle_step).skip == "nothing was run");
}

TEST_CASE("settler: a play that could not start is an error") {
    Settler t;
    auto interrupted = done(false, false);
    interrupted.diagnostics = {error("tool.interrupted", "play was not started: interrupted")};
    CHECK(has_errors(t.judge(interrupted)));
}

}  // namespace settler_test
