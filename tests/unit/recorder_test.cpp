#include "play_fixture.h"

namespace recorder_test {

using namespace agentops;

namespace {

struct Recorder : Bench {
    Recorder() : input(small_play_input(unit)) {
        targets.hosts = {host_of("web-1", "10.0.0.1"), host_of("web-2", "10.0.0.2")};
    }
    Diagnostics record(run::StepResult settled, bool ran = true) {
        board.put(slots::play_unit, input);
        board.put(slots::targets, targets);
        board.put(slots::expected_outputs, UnitOutputs{{{"names", {"web-1", "web-2"}}}, {}, {}});
        board.put(slots::play_done, done(ran));
        board.put(slots::settle_done, std::move(settled));
        return run(recorder_agent());
    }

    ansible::Unit unit = small_play();
    PlayInput input;
    ansible::Targets targets;
};

/// A second pass in which all that changed is well.
run::StepResult settled() {
    auto result = played("apply.jsonl");
    for (auto& event : result.events) {
        if (event.value("status", "") == "changed") event["status"] = "ok";
    }
    return result;
}

}  // namespace

TEST_CASE("recorder: a second pass that changes nothing is the proof") {
    Recorder t;
    CHECK(t.record(settled()).empty());
    CHECK(t.get(slots::outcome).applied);
    CHECK(t.get(slots::outcome).converged);
    CHECK(t.get(slots::actual_outputs).values == Json{{"names", {"web-1", "web-2"}}});
}

TEST_CASE("recorder: tasks that never settle are named, with the line of the first that has one") {
    Recorder t;
    const auto found = t.record(played("apply.jsonl"));
    CHECK(codes(found) == Lines{"apply.not-converged"});
    CHECK(messages(found) ==
          Lines{"warning: shop/web was applied, but a second pass changed 2 machines again: 'Make "
                "folder', 'Write file', 'Write many', 'Set a line', 'Made once' and 7 more"});
    CHECK(found[0].position.line == 9);
    CHECK(t.get(slots::outcome).applied);
    CHECK_FALSE(t.get(slots::outcome).converged);
}

TEST_CASE("recorder: one task on one machine") {
    Recorder t;
    auto result = settled();
    for (auto& event : result.events) {
        if (event.value("host", "") == "web-2" && event["type"] == "result") {
            event["status"] = "changed";
            break;
        }
    }
    CHECK(messages(t.record(result)) ==
          Lines{"warning: shop/web was applied, but a second pass changed 1 machine again: 'Make "
                "folder'"});
}

TEST_CASE("recorder: a proof that could not be made is a warning that says why") {
    Recorder t;
    auto result = settled();
    result.events.pop_back();
    const auto found = t.record(result);
    CHECK(messages(found) ==
          Lines{"warning: the playbook of shop/web did not end",
                "warning: shop/web was applied, but a second pass could not prove it"});
    CHECK(codes(found) == Lines{"ansible.unfinished", "apply.not-proven"});
    CHECK_FALSE(t.get(slots::outcome).converged);
}

TEST_CASE("recorder: nothing was to be done, so nothing is to be proven") {
    Recorder t;
    CHECK(t.record(done(false), false).empty());
    CHECK_FALSE(t.get(slots::outcome).applied);
    CHECK(t.get(slots::outcome).converged);
}

}  // namespace recorder_test
