#include "play_fixture.h"

namespace conductor_test {

using namespace agentops;

namespace {

struct Conductor : Bench {
    Conductor() : input(small_play_input(unit)) {
        review.unit = unit.id;
        review.plan.changes = {change_of("web-1: Write file", Action::update)};
        inputs.digest = "I";
        context = input.context;
    }
    Diagnostics conduct() {
        board.put(slots::play_unit, input);
        board.put(slots::inputs, inputs);
        board.put(slots::review, review);
        board.put(slots::play_context, context);
        board.put(slots::reach_done, reached);
        return run(conductor_agent());
    }
    void approve(std::string digest, bool replan = false) {
        input.approved = approved_play(std::move(digest), {"web-1: Write file"});
        input.approved->replan = replan;
    }
    const run::Step& play() const { return get(slots::play_step); }

    ansible::Unit unit = small_play();
    PlayInput input;
    UnitInputs inputs;
    Review review;
    ansible::StepContext context;
    run::StepResult reached = done();
};

}  // namespace

TEST_CASE("conductor: the playbook runs as approved") {
    Conductor t;
    t.approve("I");
    REQUIRE(t.conduct().empty());
    CHECK(t.play().skip == "");
    CHECK(t.play().judged);
    CHECK(argv_of(t.play()) == Lines{"/bin/ansible-playbook", "--inventory", "/p/run/inventory.yml",
                                     "--extra-vars", "@/p/run/variables.json", "--diff", "--",
                                     "/p/shop/web/playbook.yml"});
}

TEST_CASE("conductor: machines that are done are left out") {
    Conductor t;
    t.approve("I", true);
    t.context.done = {"web-1"};
    REQUIRE(t.conduct().empty());
    CHECK(join(argv_of(t.play()), " ").find(" --limit @/p/run/limit ") != std::string::npos);
}

TEST_CASE("conductor: other machines than those approved are refused") {
    Conductor t;
    t.approve("of other machines");
    const auto found = t.conduct();
    CHECK(codes(found) == Lines{"stale.hosts"});
    CHECK(messages(found) == Lines{"error: shop/web was approved for other machines or values"});
    CHECK(t.board.get(slots::play_step) == nullptr);
}

TEST_CASE("conductor: a preview that was approved runs with the machines there are now") {
    Conductor t;
    t.approve("of no machines", true);
    t.review.plan.changes.clear();
    REQUIRE(t.conduct().empty());
    CHECK(t.play().skip == "");
}

TEST_CASE("conductor: what still waits for its machines is refused") {
    Conductor t;
    t.review.pending = true;
    t.review.waits_for = {"net/main", "shop/main"};
    const auto found = t.conduct();
    CHECK(codes(found) == Lines{"stale.preview"});
    CHECK(messages(found) == Lines{"error: shop/web still waits for net/main, shop/main"});
}

TEST_CASE("conductor: nothing to change is nothing to run") {
    Conductor t;
    t.approve("I");
    t.review.plan.changes.clear();
    REQUIRE(t.conduct().empty());
    CHECK(t.play().skip == "nothing to do");
}

TEST_CASE("conductor: what check mode cannot tell is something to do") {
    Conductor t;
    t.approve("I");
    t.review.plan.changes = {change_of("web-1: Run a command", Action::unknown)};
    REQUIRE(t.conduct().empty());
    CHECK(t.play().skip == "");
}

TEST_CASE("conductor: machines that did not answer are named, and left to Ansible to judge") {
    Conductor t;
    t.approve("I");
    t.reached.json = std::make_shared<const Json>(
        Json{{"web-1", ""}, {"web-2", "ssh://10.0.0.2:22 did not answer in time"}});
    const auto found = t.conduct();
    CHECK(codes(found) == Lines{"ansible.no-answer"});
    CHECK(messages(found) ==
          Lines{"warning: web-2 of shop/web: ssh://10.0.0.2:22 did not answer in time"});
    CHECK(t.play().skip == "");
}

}  // namespace conductor_test
