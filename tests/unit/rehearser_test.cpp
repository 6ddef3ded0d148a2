#include <fmt/core.h>

#include "play_fixture.h"

namespace rehearser_test {

using namespace agentops;

namespace {

struct Rehearser : Bench {
    Rehearser() : input(small_play_input(unit)) {
        targets.hosts = {host_of("web-1", "10.0.0.1"), host_of("web-2", "10.0.0.2")};
        inputs.digest = "I";
    }
    Diagnostics judge(run::StepResult rehearsed, run::StepResult syntax = done()) {
        board.put(slots::play_unit, input);
        board.put(slots::inputs, inputs);
        board.put(slots::targets, targets);
        board.put(slots::syntax_done, std::move(syntax));
        board.put(slots::rehearse_done, std::move(rehearsed));
        return run(rehearser_agent());
    }
    /// "line risk sign address trust" of each change.
    Lines shown() const {
        Lines lines;
        for (const auto& [change, origin, is_protected, risk] : get(slots::review).changes)
            lines.push_back(fmt::format("{} {} {} {} {}", origin.position.line, to_text(risk),
                                        sign(change.action), change.address,
                                        to_text(change.trust)));
        return lines;
    }

    ansible::Unit unit = small_play();
    PlayInput input;
    UnitInputs inputs;
    ansible::Targets targets;
};

}  // namespace

TEST_CASE("rehearser: what check mode says, with the intent line behind each task") {
    Rehearser t;
    REQUIRE(t.judge(played("check-stopped.jsonl")).size() == 2);
    CHECK(t.shown() == Lines{"7 low + web-1: Make folder proven",
                             "7 low + web-2: Make folder proven",
                             "9 low + web-1: Write file proven", "9 low + web-2: Write file proven",
                             "7 low + web-1: Write many proven", "7 low + web-2: Write many proven",
                             "7 medium ? web-1: Set a line not-checkable",
                             "7 medium ? web-2: Set a line not-checkable"});
    const auto& review = t.get(slots::review);
    CHECK(review.unit == "shop/web");
    CHECK(review.inputs_digest == "I");
    CHECK(review.risk == Risk::medium);
    CHECK_FALSE(review.pending);
    CHECK_FALSE(review.reused);
}

TEST_CASE("rehearser: where check mode cannot go on is told, and is no failure") {
    Rehearser t;
    const auto found = t.judge(played("check-stopped.jsonl"));
    CHECK(codes(found) == Lines{"ansible.check-stopped", "ansible.check-stopped"});
    CHECK(messages(found)[0] ==
          "warning: shop/web: check mode stops at 'Set a line' on web-1, which needs what an "
          "earlier task would make; what comes after it was not looked at");
    CHECK(found[0].position.line == 7);
}

TEST_CASE("rehearser: what stays as it is is counted") {
    Rehearser t;
    CHECK(codes(t.judge(played("check.jsonl"))) == Lines{"ansible.check-stopped"});
    CHECK(t.get(slots::review).plan.unchanged == 10);
}

TEST_CASE("rehearser: machines that are to be created make it pending") {
    Rehearser t;
    made_by_terraform(t.unit, 3, true);
    t.inputs.unknown = {"agentops_hosts"};
    t.inputs.waits_for = {"shop/main"};
    REQUIRE(t.judge(done(false)).empty());
    const auto& review = t.get(slots::review);
    CHECK(review.pending);
    CHECK(review.pending_hosts == 3);
    CHECK(review.waits_for == Lines{"shop/main"});
    CHECK(review.changes.empty());
}

TEST_CASE("rehearser: another value that is missing makes no machine pending") {
    Rehearser t;
    made_by_terraform(t.unit, 3, true);
    t.inputs.planned = {"agentops_db_host"};
    REQUIRE(t.judge(done(false)).empty());
    CHECK(t.get(slots::review).pending);
    CHECK(t.get(slots::review).pending_hosts == 0);
}

TEST_CASE("rehearser: what was approved is shown as it was reviewed") {
    Rehearser t;
    t.input.approved = approved_play("I", {"web-1: Write file"});
    REQUIRE(t.judge(done(false)).empty());
    CHECK(t.get(slots::review).reused);
    CHECK(t.shown() == Lines{"9 low ~ web-1: Write file proven"});
}

TEST_CASE("rehearser: a playbook that Ansible refuses is no plan") {
    Rehearser t;
    const auto found = t.judge(
        done(false), refused("ansible-playbook syntax of shop/web failed (exit code 4): ERROR! "
                             "'tsaks' is not a valid attribute for a Play"));
    CHECK(codes(found) == Lines{"ansible.syntax"});
    CHECK(messages(found)[0] ==
          "error: shop/web: it is no playbook that Ansible understands: 'tsaks' is not a valid "
          "attribute for a Play");
    CHECK(found[0].position.line == 7);
    CHECK(t.board.get(slots::review) == nullptr);
}

TEST_CASE("rehearser: a machine that cannot be looked at is no plan") {
    Rehearser t;
    t.targets.hosts.clear();
    CHECK(has_errors(t.judge(played("reach.jsonl"))));
    CHECK(t.board.get(slots::review) == nullptr);
}

TEST_CASE("rehearser: other units may read the machines of the intent") {
    Rehearser t;
    t.unit.hosts = t.targets.hosts;
    REQUIRE_FALSE(has_errors(t.judge(played("check.jsonl"))));
    CHECK(t.get(slots::expected_outputs).values ==
          Json{{"addresses", {"10.0.0.1", "10.0.0.2"}}, {"names", {"web-1", "web-2"}}});
}

}  // namespace rehearser_test
