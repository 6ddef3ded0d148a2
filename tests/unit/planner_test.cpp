#include <doctest/doctest.h>

#include "agent_fixture.h"
#include "base/digest.h"

namespace planner_test {

using namespace agentops;

namespace {

using Names = std::set<std::string>;

/// A unit that reads outputs of net/main.
struct Planner : Bench {
    Planner() {
        want("net_id", "id");
        input = small_input(unit);
    }
    void want(std::string variable, std::string output, std::vector<std::string> path = {},
              ValueType type = ValueType::string) {
        Input wanted;
        wanted.variable = std::move(variable);
        wanted.from = "net/main";
        wanted.output = std::move(output);
        wanted.path = std::move(path);
        wanted.type = type;
        unit.inputs.push_back(std::move(wanted));
    }
    void know(Json outputs) { input.known_outputs["net/main"] = std::move(outputs); }
    void approve(const Json& values, bool replan = false) {
        input.approved = ApprovedPlan{"/p/old/plan.tfplan", sha256(values), {}, replan};
    }
    Diagnostics plan() {
        built.main.inputs = unit.inputs;
        board.put(slots::built, built);
        board.put(slots::unit, input);
        return run(planner_agent());
    }
    UnitInputs inputs() const { return get(slots::inputs); }
    /// Why each step up to the plan is skipped.
    Lines skips() const {
        return {get(slots::write_step).skip, get(slots::lock_step).skip,
                get(slots::init_step).skip,  get(slots::validate_step).skip,
                get(slots::plan_step).skip,  get(slots::show_step).skip};
    }
    Json preview_file(std::string_view name) const {
        for (const auto& file : std::get<run::WriteFiles>(get(slots::write_step).action).files) {
            if (file.path == fs::path("/p/run/preview") / name) return Json::parse(file.text);
        }
        return {};
    }

    tf::Unit unit = small_unit();
    UnitInput input;
    catalog::BuiltStack built;
};

UnitOutputs outputs(Json values, Names changing = {}, Names unknown = {}) {
    return {std::move(values), std::move(unknown), std::move(changing)};
}

std::string flat(const std::vector<std::string>& argv) {
    std::string text;
    for (const auto& word : argv)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

}  // namespace

TEST_CASE("actual outputs beat expected ones, which beat those known before") {
    Planner t;
    t.know({{"id", "old"}});
    SUBCASE("known") {
        REQUIRE(t.plan().empty());
        CHECK(t.inputs().values == Json{{"net_id", "old"}});
        CHECK_FALSE(t.inputs().preview());
        CHECK(t.inputs().waits_for.empty());
    }
    SUBCASE("expected and settled") {
        t.upstream("net/main").put(slots::expected_outputs, outputs({{"id", "same"}}));
        REQUIRE(t.plan().empty());
        CHECK(t.inputs().values == Json{{"net_id", "same"}});
        CHECK_FALSE(t.inputs().preview());
    }
    SUBCASE("expected and changing") {
        t.upstream("net/main").put(slots::expected_outputs, outputs({{"id", "next"}}, {"id"}));
        REQUIRE(t.plan().empty());
        CHECK(t.inputs().values == Json{{"net_id", "next"}});
        CHECK(t.inputs().planned == Names{"net_id"});
        CHECK(t.inputs().unknown.empty());
        CHECK(t.inputs().waits_for == Lines{"net/main"});
    }
    SUBCASE("expected, but not known before apply") {
        t.upstream("net/main").put(slots::expected_outputs, outputs(Json::object(), {}, {"id"}));
        REQUIRE(t.plan().empty());
        CHECK(t.inputs().values == Json::object());
        CHECK(t.inputs().unknown == Names{"net_id"});
        CHECK(t.inputs().waits_for == Lines{"net/main"});
    }
    SUBCASE("actual") {
        auto& net = t.upstream("net/main");
        net.put(slots::expected_outputs, outputs({{"id", "next"}}, {"id"}));
        net.put(slots::actual_outputs, outputs({{"id", "new"}}));
        REQUIRE(t.plan().empty());
        CHECK(t.inputs().values == Json{{"net_id", "new"}});
        CHECK_FALSE(t.inputs().preview());
    }
    SUBCASE("another unit's outputs do not count") {
        t.upstream("other/main").put(slots::actual_outputs, outputs({{"id", "wrong"}}));
        REQUIRE(t.plan().empty());
        CHECK(t.inputs().values == Json{{"net_id", "old"}});
    }
}

TEST_CASE("the digest tells other values apart") {
    Planner a, b;
    a.know({{"id", "x"}});
    b.know({{"id", "y"}});
    REQUIRE(a.plan().empty());
    REQUIRE(b.plan().empty());
    CHECK(a.inputs().digest == sha256(Json{{"net_id", "x"}}));
    CHECK(b.inputs().digest != a.inputs().digest);
}

TEST_CASE("a path leads through maps and lists") {
    Planner t;
    t.unit.inputs.clear();
    t.want("first", "zones", {"1", "name"});
    t.want("key", "tags", {"a-b"});
    t.know({{"zones", {{{"name", "a"}}, {{"name", "b"}}}}, {"tags", {{"a-b", 7}}}});
    REQUIRE(t.plan().empty());
    CHECK(t.inputs().values == Json{{"first", "b"}, {"key", 7}});
}

TEST_CASE("a path that leads nowhere is an error, however odd") {
    const std::vector<std::vector<std::string>> paths = {
        {"2"}, {"x"}, {"0", "y"}, {"-1"}, {""}, {"99999999999999999999999999"}};
    for (const auto& path : paths) {
        CAPTURE(path.front());
        Planner t;
        t.unit.inputs.clear();
        t.want("zone", "zones", path);
        t.know({{"zones", {"a", "b"}}});
        CHECK(codes(t.plan()) == Lines{"apply.missing-output"});
    }
}

TEST_CASE("a destroy plan needs no values, only their types") {
    Planner t;
    t.unit.inputs.clear();
    t.input.destroy = true;
    t.want("text", "a");
    t.want("number", "b", {}, ValueType::number);
    t.want("flag", "c", {}, ValueType::boolean);
    t.want("list", "d", {}, ValueType::list_of_string);
    t.want("map", "e", {}, ValueType::map_of_string);
    t.want("any", "f", {}, ValueType::any);
    t.want("real", "g");
    t.want("gone", "g", {"x"}, ValueType::number);
    t.know({{"g", "value"}});
    // What comes before a unit in a destroy are its readers: their outputs are none of ours.
    t.upstream("net/main").put(slots::expected_outputs, outputs({{"a", "wrong"}}));
    REQUIRE(t.plan().empty());
    CHECK(t.inputs().values == Json{{"text", ""},
                                    {"number", 0},
                                    {"flag", false},
                                    {"list", Json::array()},
                                    {"map", Json::object()},
                                    {"any", ""},
                                    {"real", "value"},
                                    {"gone", 0}});
    CHECK_FALSE(t.inputs().preview());
    CHECK(flat(std::get<run::ToolCall>(t.get(slots::plan_step).action).argv) ==
          "/bin/terraform plan -input=false -no-color -json -lock-timeout=10s "
          "-var-file=/p/run/values.tfvars.json -out=/p/run/plan.tfplan -destroy");
}

TEST_CASE("the approved plan is used only while its inputs are the same") {
    const std::string used = "the approved plan is used";
    Planner t;
    t.know({{"id", "x"}});
    SUBCASE("same, and nothing to do") {
        t.approve({{"net_id", "x"}});
        REQUIRE(t.plan().empty());
        CHECK(t.skips() == Lines{used, used, used, used, used, used});
    }
    SUBCASE("same, and nothing to do but to read secret outputs again") {
        t.approve({{"net_id", "x"}});
        t.input.approved->plan.outputs = {{"pw", Action::no_op, true, true, nullptr}};
        REQUIRE(t.plan().empty());
        CHECK(t.skips() == Lines{"", "", "", used, used, used});
    }
    SUBCASE("same, and something to apply") {
        t.approve({{"net_id", "x"}});
        t.input.approved->plan.changes = {change_of("aws_vpc.net", Action::create)};
        REQUIRE(t.plan().empty());
        CHECK(t.skips() == Lines{"", "", "", used, used, used});
    }
    SUBCASE("other") {
        t.approve({{"net_id", "y"}});
        REQUIRE(t.plan().empty());
        CHECK(t.skips() == Lines{"", "", "", "", "", ""});
    }
    SUBCASE("to be planned again") {
        t.approve({{"net_id", "x"}}, true);
        REQUIRE(t.plan().empty());
        CHECK(t.skips() == Lines{"", "", "", "", "", ""});
    }
}

TEST_CASE("a preview is planned beside the unit, with typed unknowns") {
    Planner t;
    t.want("cidr", "cidr");
    t.upstream("net/main")
        .put(slots::expected_outputs, outputs({{"cidr", "10.0.0.0/16"}}, {"cidr"}, {"id"}));
    REQUIRE(t.plan().empty());
    CHECK(t.inputs().waits_for == Lines{"net/main"});
    const auto& plan = std::get<run::ToolCall>(t.get(slots::plan_step).action);
    CHECK(plan.cwd == "/p/run/preview");
    CHECK(flat(plan.argv) ==
          "/bin/terraform plan -input=false -no-color -json -lock=false "
          "-var-file=/p/run/values.tfvars.json -out=/p/run/plan.tfplan");
    CHECK(t.preview_file("terraform.tf.json")["terraform"] ==
          Json{{"backend", {{"local", {{"path", "/p/shop/main/terraform.tfstate"}}}}}});
    const auto variables = t.preview_file("variables.tf.json");
    CHECK(variables["locals"] == Json{{"cidr", "${var.cidr}"},
                                      {"net_id", "${terraform_data.agentops_unknown_net_id.id}"}});
}

TEST_CASE("a preview reads the state of the unit itself, wherever it lies") {
    Planner t;
    t.unit.backend = "s3";
    t.unit.local_state.clear();
    t.built.main.backend = "s3";
    t.built.main.backend_config = {{"bucket", "acme"}};
    const Json own = {{"backend", {{"s3", {{"bucket", "acme"}, {"key", "shop/main.tfstate"}}}}}};
    t.unit.files = {{"terraform.tf.json", dump_json({{"terraform", own}})}};
    REQUIRE(t.plan().empty());
    CHECK(t.preview_file("terraform.tf.json")["terraform"] == own);
}

TEST_CASE("planned values alone make no other files: the unit is planned where it is") {
    Planner t;
    t.upstream("net/main").put(slots::expected_outputs, outputs({{"id", "next"}}, {"id"}));
    REQUIRE(t.plan().empty());
    CHECK(t.inputs().preview());
    CHECK(std::get<run::ToolCall>(t.get(slots::plan_step).action).cwd == "/p/shop/main");
}

TEST_CASE("an existing root waits until its inputs are real") {
    const std::string waits = "waits for net/main";
    Planner t;
    t.unit.existing = true;
    t.unit.variables = {{"plain", tf::Map{{"${key}", tf::List{"${inert} %{if}", 1, true}}}}};
    SUBCASE("unknown") {
        REQUIRE(t.plan().empty());
        CHECK(t.skips() == Lines{waits, waits, waits, waits, waits, waits});
    }
    SUBCASE("known") {
        t.know({{"id", "x"}});
        REQUIRE(t.plan().empty());
        CHECK(t.skips() == Lines{"", "", "", "", "", ""});
        // Nothing in a values file is a template: an escape would be part of the value.
        CHECK(t.inputs().values ==
              Json{{"net_id", "x"},
                   {"plain", {{"${key}", Json::array({"${inert} %{if}", 1, true})}}}});
    }
}

TEST_CASE("steps that nothing calls for are skipped") {
    Planner t;
    t.know({{"id", "x"}});
    t.input.facts.initialised = t.input.facts.validated = true;
    REQUIRE(t.plan().empty());
    CHECK(t.skips() == Lines{"", "", "nothing it depends on changed since the last init",
                             "the same files were found valid before", "", ""});
}

}  // namespace planner_test
