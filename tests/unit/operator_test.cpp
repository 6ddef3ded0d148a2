#include "agent_fixture.h"

namespace operator_test {

using namespace agentops;

namespace {

struct Operator : Bench {
    Operator() {
        review.unit = unit.id;
        input = small_input(unit);
    }
    void change(const std::string& address, Action action, bool is_protected = false) {
        review.plan.changes.push_back(change_of(address, action));
        review.changes.push_back({review.plan.changes.back(), {}, is_protected, Risk::low});
    }
    Diagnostics operate() {
        board.put(slots::unit, input);
        board.put(slots::review, review);
        return run(operator_agent());
    }
    std::string applied_file() const {
        return std::get<run::ToolCall>(get(slots::apply_step).action).argv.back();
    }

    tf::Unit unit = small_unit();
    UnitInput input;
    Review review;
};

}  // namespace

TEST_CASE("what was planned now is applied, after a copy of the state") {
    Operator t;
    t.change("aws_vpc.net", Action::create);
    REQUIRE(t.operate().empty());
    CHECK(std::get<run::ToolCall>(t.get(slots::apply_step).action).argv ==
          Lines{"/bin/terraform", "apply", "-input=false", "-no-color", "-json",
                "-lock-timeout=10s", "/p/run/plan.tfplan"});
    const auto& copy = std::get<run::CopyFile>(t.get(slots::backup_step).action);
    CHECK(copy.from == "/p/shop/main/terraform.tfstate");
    CHECK(copy.to == "/p/run/before.tfstate");
    CHECK(t.get(slots::apply_step).skip == "");
    CHECK(t.get(slots::backup_step).skip == "");
}

TEST_CASE("the approved plan itself is applied when it was used again, else the new one") {
    Operator t;
    t.input.approved = ApprovedPlan{"/p/old/plan.tfplan", "", {}, false};
    t.change("aws_vpc.net", Action::create);
    SUBCASE("reused") {
        t.review.reused = true;
        REQUIRE(t.operate().empty());
        CHECK(t.applied_file() == "/p/old/plan.tfplan");
    }
    SUBCASE("planned again") {
        REQUIRE(t.operate().empty());
        CHECK(t.applied_file() == "/p/run/plan.tfplan");
    }
}

TEST_CASE("an empty plan is not applied; one that only changes an output is") {
    Operator t;
    SUBCASE("empty") {
        REQUIRE(t.operate().empty());
        CHECK(t.get(slots::apply_step).skip == "nothing to do");
        CHECK(t.get(slots::backup_step).skip == "nothing to do");
    }
    SUBCASE("output") {
        OutputChange output;
        output.name = "id";
        output.action = Action::create;
        t.review.plan.outputs = {output};
        REQUIRE(t.operate().empty());
        CHECK(t.get(slots::apply_step).skip == "");
    }
}

TEST_CASE("a plan without real inputs is never applied, not even an empty one") {
    Operator t;
    t.review.waits_for = {"net/main", "dns/main"};
    SUBCASE("preview") {
        t.review.preview = true;
    }
    SUBCASE("not planned at all") {
        t.review.pending = true;
    }
    CHECK(messages(t.operate()) == Lines{"error: shop/main still waits for net/main, dns/main"});
    CHECK(t.board.get(slots::apply_step) == nullptr);
}

TEST_CASE("what this run began to create may be replaced when it goes on; all else may not") {
    Operator t;
    t.input.approved.emplace();
    t.input.approved->plan.changes = {change_of("aws_vpc.net", Action::create),
                                      change_of("aws_vpc.old", Action::update)};
    const auto* excess = "";
    SUBCASE("tainted by this run") {
        t.change("aws_vpc.net", Action::replace);
        t.review.plan.changes.back().reason = "replace_because_tainted";
    }
    SUBCASE("for another reason") {
        t.change("aws_vpc.net", Action::replace);
        excess = "stale.limits";
    }
    SUBCASE("there before it") {
        t.change("aws_vpc.old", Action::replace);
        t.review.plan.changes.back().reason = "replace_because_tainted";
        excess = "stale.limits";
    }
    CHECK(codes(t.operate()) == (*excess == '\0' ? Lines{} : Lines{excess}));
}

TEST_CASE("limits of destroyed and replaced resources are apart") {
    Operator t;
    t.change("aws_vpc.a", Action::destroy);
    t.change("aws_vpc.b", Action::destroy);
    t.change("aws_vpc.c", Action::replace);
    SUBCASE("none allowed") {
        CHECK(messages(t.operate()) ==
              Lines{"error: shop/main would now destroy 2, the approval allows 0",
                    "error: shop/main would now replace 1, the approval allows 0"});
    }
    SUBCASE("too few allowed") {
        t.input.limits = {1, 1};
        CHECK(codes(t.operate()) == Lines{"stale.limits"});
    }
    SUBCASE("enough") {
        t.input.limits = {2, 1};
        CHECK(t.operate().empty());
        CHECK(t.get(slots::apply_step).skip == "");
    }
    CHECK((t.board.get(slots::apply_step) == nullptr) == (t.input.limits.max_destroy < 2));
}

TEST_CASE("a protected component keeps what it has unless that is really meant") {
    Operator t;
    t.input.limits = {9, 9};
    t.change("aws_db_instance.db", Action::replace, true);
    SUBCASE("refused") {
        CHECK(
            messages(t.operate()) ==
            Lines{"error: shop/main would replace aws_db_instance.db, which rules.protect keeps"});
        CHECK(t.board.get(slots::apply_step) == nullptr);
    }
    SUBCASE("meant") {
        t.input.limits.allow_protected = true;
        CHECK(t.operate().empty());
    }
}

}  // namespace operator_test
