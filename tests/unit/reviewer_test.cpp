#include <doctest/doctest.h>
#include <fmt/format.h>

#include "agent_fixture.h"

namespace reviewer_test {

using namespace agentops;

namespace {

constexpr const char* kPlan = R"({"format_version": "1.2", "resource_changes": []})";

struct Reviewer : Bench {
    Reviewer() {
        origin("aws_vpc.net", "net");
        origin("aws_db_instance.db", "db");
        origin("module.cdn", "cdn");
        unit.protected_components = {"db", "web-front"};
        input = small_input(unit);
        plan = Json::parse(kPlan);
    }
    void origin(const std::string& address, const std::string& component) {
        unit.origins[address].component = component;
    }
    /// `address` may be that of a resource in a module.
    Json& change(const std::string& address, const Json& actions) {
        const auto last = address.rfind('.', address.find('[') - 1);
        const auto dot = address.rfind('.', last - 1);
        const auto start = dot == std::string::npos ? 0 : dot + 1;
        plan["resource_changes"].push_back({{"address", address},
                                            {"type", address.substr(start, last - start)},
                                            {"change", {{"actions", actions}}}});
        return plan["resource_changes"].back();
    }
    Diagnostics judge(run::StepResult shown) {
        board.put(slots::unit, input);
        board.put(slots::inputs, inputs);
        board.put(slots::validated, true);
        board.put(slots::show_done, std::move(shown));
        return run(reviewer_agent());
    }
    Review review() {
        auto shown = done();
        shown.json = std::make_shared<const Json>(plan);
        REQUIRE(judge(std::move(shown)).empty());
        return get(slots::review);
    }

    tf::Unit unit = small_unit();
    UnitInput input;
    UnitInputs inputs;
    Json plan;
};

std::string line_of(const ReviewedChange& change) {
    const auto& component = change.origin.component;
    return fmt::format("{} {} by {} {}{}", sign(change.change.action), change.change.address,
                       component.empty() ? change.origin.reason : component, to_text(change.risk),
                       change.is_protected ? " protected" : "");
}

Lines lines_of(const Review& review) {
    Lines lines;
    for (const auto& change : review.changes)
        lines.push_back(line_of(change));
    return lines;
}

Risk risk(const std::string& address, const Json& actions) {
    Reviewer t;
    t.change(address, actions);
    return t.review().risk;
}

const Json kReplace = {"delete", "create"};

}  // namespace

TEST_CASE("every change names its component: indexes, modules, moved and deposed objects too") {
    Reviewer t;
    t.change("aws_vpc.net", {"create"});
    t.change("aws_vpc.net[\"a.b\"]", {"update"});
    t.change("module.cdn.aws_s3_bucket.this[0]", {"update"});
    t.change("module.cdn[0].module.inner.aws_s3_bucket.this", {"update"});
    t.change("aws_vpc.old", {"update"});
    t.change("aws_vpc.gone", {"no-op"})["previous_address"] = "aws_vpc.net";
    t.change("aws_vpc.older", {"update"})["previous_address"] = "aws_vpc.net[0]";
    t.change("aws_vpc.net", {"delete"})["deposed"] = "1f2e3d4c";
    CHECK(lines_of(t.review()) ==
          Lines{"  aws_vpc.gone by net low", "+ aws_vpc.net by net low",
                "- aws_vpc.net (deposed 1f2e3d4c) by net high", "~ aws_vpc.net[\"a.b\"] by net low",
                "~ aws_vpc.old by no longer in the intent low", "~ aws_vpc.older by net low",
                "~ module.cdn.aws_s3_bucket.this[0] by cdn low",
                "~ module.cdn[0].module.inner.aws_s3_bucket.this by cdn low"});
}

TEST_CASE("everything in an existing root is its component's") {
    Reviewer t;
    t.unit.origins.clear();
    t.origin("", "legacy");
    t.unit.protected_components = {"legacy"};
    t.change("module.a.aws_vpc.b", {"delete"});
    CHECK(lines_of(t.review()) == Lines{"- module.a.aws_vpc.b by legacy high protected"});
}

TEST_CASE("protected components are not to be destroyed or replaced") {
    Reviewer t;
    t.change("aws_db_instance.db", {"delete"});
    t.change("aws_db_instance.db[1]", kReplace);
    t.change("aws_db_instance.db[2]", {"update"});
    t.change("aws_db_instance.db[3]", {"forget"});
    t.change("aws_vpc.net", {"delete"});
    t.change("aws_db_instance.db", {"delete"})["deposed"] = "1f2e3d4c";
    CHECK(lines_of(t.review()) ==
          Lines{"- aws_db_instance.db by db critical protected",
                "- aws_db_instance.db (deposed 1f2e3d4c) by db critical protected",
                "-/+ aws_db_instance.db[1] by db critical protected",
                "~ aws_db_instance.db[2] by db low", ". aws_db_instance.db[3] by db low",
                "- aws_vpc.net by net high"});
}

TEST_CASE("a protected component that left the intent is known by its name") {
    Reviewer t;
    t.change("aws_lb.web_front", {"delete"});
    t.change("aws_lb.web_front_lb[0]", {"delete"});
    t.change("aws_lb.web_frontier", {"delete"});
    t.change("aws_db_subnet_group.db", {"delete"});
    t.change("module.web_front.aws_lb.x", {"delete"});
    CHECK(lines_of(t.review()) ==
          Lines{"- aws_db_subnet_group.db by db critical protected",
                "- aws_lb.web_front by no longer in the intent high protected",
                "- aws_lb.web_front_lb[0] by no longer in the intent high protected",
                "- aws_lb.web_frontier by no longer in the intent high",
                "- module.web_front.aws_lb.x by no longer in the intent high protected"});
}

TEST_CASE("an object that leaves protection by moving away is still protected") {
    Reviewer t;
    t.change("aws_db_instance.main", {"delete"})["previous_address"] = "aws_db_instance.db";
    CHECK(lines_of(t.review()) == Lines{"- aws_db_instance.main by db critical protected"});
}

TEST_CASE("risk") {
    CHECK(risk("aws_vpc.net", {"no-op"}) == Risk::low);
    CHECK(risk("aws_iam_role.web", {"create"}) == Risk::low);
    CHECK(risk("aws_vpc.net", {"update"}) == Risk::low);
    CHECK(risk("aws_vpc.net", {"forget"}) == Risk::low);
    CHECK(risk("aws_security_group.web", {"update"}) == Risk::medium);
    CHECK(risk("aws_iam_role.web", {"update"}) == Risk::medium);
    CHECK(risk("aws_s3_bucket_policy.a", {"update"}) == Risk::medium);
    CHECK(risk("aws_instance.web", kReplace) == Risk::medium);
    CHECK(risk("aws_instance.web", {"create", "delete"}) == Risk::medium);
    CHECK(risk("aws_instance.web", {"delete"}) == Risk::high);
    CHECK(risk("aws_s3_bucket_versioning.a", {"delete"}) == Risk::high);
    CHECK(risk("aws_s3_bucket.a", {"delete"}) == Risk::critical);
    CHECK(risk("aws_db_instance.db", {"create"}) == Risk::low);
    CHECK(risk("aws_db_instance.db", kReplace) == Risk::critical);
    CHECK(risk("module.x.aws_kms_key.this", {"delete"}) == Risk::critical);
}

TEST_CASE("the review's risk is that of its worst change; reads and no-ops are none") {
    Reviewer t;
    t.change("aws_instance.web", kReplace);
    t.change("aws_db_instance.db", {"create"});
    t.change("data.aws_ami.web", {"read"});
    t.change("aws_vpc.net", {"no-op"});
    const auto review = t.review();
    CHECK(review.risk == Risk::medium);
    CHECK(lines_of(review) == Lines{"+ aws_db_instance.db by db low",
                                    "-/+ aws_instance.web by no longer in the intent medium"});
    CHECK(review.plan.counts() == Counts{1, 0, 1, 0});
}

TEST_CASE("what a preview adds is not shown") {
    Reviewer t;
    t.inputs.unknown = {"net_id"};
    t.inputs.waits_for = {"net/main"};
    t.change("terraform_data.agentops_unknown_net_id", {"create"});
    t.change("aws_vpc.net", {"create"});
    const auto review = t.review();
    CHECK(review.preview);
    CHECK(review.waits_for == Lines{"net/main"});
    CHECK(lines_of(review) == Lines{"+ aws_vpc.net by net low"});
    CHECK(review.plan.counts() == Counts{1, 0, 0, 0});
}

TEST_CASE("planned inputs make a preview too, but not when destroying") {
    Reviewer t;
    t.inputs.planned = {"net_id"};
    SUBCASE("plan") {
        CHECK(t.review().preview);
    }
    SUBCASE("destroy") {
        t.input.destroy = true;
        CHECK_FALSE(t.review().preview);
    }
}

TEST_CASE("expected outputs: kept, changed, gone, unknown, secret") {
    Reviewer t;
    t.plan["output_changes"] = Json::parse(R"({
        "kept": {"actions": ["no-op"], "before": "k", "after": "k"},
        "made": {"actions": ["create"], "before": null, "after": ["m"], "after_unknown": false},
        "changed": {"actions": ["update"], "before": "old", "after": "new", "after_unknown": false},
        "open": {"actions": ["update"], "before": "old", "after_unknown": true},
        "gone": {"actions": ["delete"], "before": "old", "after": null},
        "pw_kept": {"actions": ["no-op"], "before": "s", "after": "s",
                    "before_sensitive": true, "after_sensitive": true},
        "pw_made": {"actions": ["create"], "before": null, "after": "s", "after_unknown": false,
                    "before_sensitive": false, "after_sensitive": true}})");
    t.review();
    const auto& outputs = t.get(slots::expected_outputs);
    CHECK(outputs.values ==
          Json{{"kept", "k"}, {"made", {"m"}}, {"changed", "new"}, {"pw_kept", "s"}});
    CHECK(outputs.changing == std::set<std::string>{"changed", "made"});
    CHECK(outputs.unknown == std::set<std::string>{"open", "pw_made"});
}

TEST_CASE("the approved plan stands when nothing was planned again") {
    Reviewer t;
    t.inputs.digest = "d1";
    t.input.approved.emplace();
    t.input.approved->plan.changes = {change_of("aws_vpc.net", Action::create)};
    REQUIRE(t.judge(done(false)).empty());
    const auto& review = t.get(slots::review);
    CHECK(review.unit == "shop/main");
    CHECK(review.inputs_digest == "d1");
    CHECK(review.reused);
    CHECK_FALSE(review.pending);
    CHECK(lines_of(review) == Lines{"+ aws_vpc.net by net low"});
}

TEST_CASE("a new plan takes the place of the approved one") {
    Reviewer t;
    t.input.approved.emplace();
    t.input.approved->plan.changes = {change_of("aws_vpc.net", Action::create)};
    t.change("aws_vpc.net", {"delete"});
    const auto review = t.review();
    CHECK_FALSE(review.reused);
    CHECK(lines_of(review) == Lines{"- aws_vpc.net by net high"});
}

TEST_CASE("a root that waits was not planned, and promises nothing") {
    Reviewer t;
    t.inputs.unknown = {"net_id"};
    REQUIRE(t.judge(done(false)).empty());
    CHECK(t.get(slots::review).pending);
    CHECK(t.get(slots::review).preview);
    CHECK(t.get(slots::expected_outputs).values == Json::object());
}

TEST_CASE("garbage in place of a plan is an error") {
    SUBCASE("nothing") {
        Reviewer t;
        CHECK(codes(t.judge(done())) == Lines{"terraform.plan-format"});
    }
    SUBCASE("something else") {
        Reviewer t;
        auto shown = done();
        shown.json = std::make_shared<const Json>(Json::parse(R"({"format_version": "9.0"})"));
        CHECK(codes(t.judge(shown)) == Lines{"terraform.plan-format"});
    }
}

}  // namespace reviewer_test
