#include "terraform/plan.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cstdlib>

#include "base/fs.h"

namespace plan_test {

using namespace agentops;
using namespace agentops::tf;

namespace {

fs::path golden(const std::string& name) {
    return fs::path(std::getenv("AGENTOPS_SOURCE")) / "tests/golden/terraform" / name;
}

Plan recorded(const std::string& name) {
    return read_plan(Json::parse(read_file(golden(name)).value())).value();
}

std::string show(const std::vector<Change>& changes) {
    std::string text;
    for (const auto& change : changes) {
        text += fmt::format("{} {} {}\n", sign(change.action), change.address, change.reason);
        for (const auto& a : change.attributes) {
            text +=
                fmt::format("    {}: {} -> {}{}\n", a.path, a.before.value_or("none"),
                            a.after.value_or("none"), a.forces_replacement ? " (replaces)" : "");
        }
    }
    return text;
}

std::string show(const Plan& plan) {
    std::string text = show(plan.changes) + "drift\n" + show(plan.drift) + "outputs\n";
    for (const auto& o : plan.outputs) {
        text += fmt::format("{} {} sensitive={} known={} {}\n", sign(o.action), o.name, o.sensitive,
                            o.known, dump_json(o.after));
    }
    return text + dump_json(to_json(plan.counts())) + "\n";
}

void check_golden(const std::string& text, const std::string& name) {
    if (std::getenv("AGENTOPS_ACCEPT") != nullptr) REQUIRE(write_file(golden(name), text, 0644));
    CHECK(text == read_file(golden(name)).value_or("(no golden file)"));
}

/// A plan with one resource, whose change record is given.
Json plan_of(const Json& change) {
    return {{"format_version", "1.2"},
            {"resource_changes", {{{"address", "a.b"}, {"type", "a"}, {"change", change}}}}};
}

std::string attributes(const char* change) {
    return show(read_plan(plan_of(Json::parse(change))).value().changes);
}

std::string mistake(const Json& json) {
    const auto plan = read_plan(json);
    if (plan) return "";
    CHECK(plan.error().front().code == "terraform.plan-format");
    return plan.error().front().message;
}

}  // namespace

TEST_CASE("recorded plans of the aws provider") {
    check_golden(show(recorded("plan-create.json")), "plan-create.txt");
    check_golden(show(recorded("plan-update.json")), "plan-update.txt");
    const auto plan = recorded("plan-update.json");
    CHECK(plan.terraform_version == "1.11.4");
    CHECK(plan.complete);
    CHECK_FALSE(plan.errored);
    CHECK_FALSE(plan.empty());
    CHECK(plan.counts() == Counts{0, 2, 2, 1});
    CHECK(plan.prior_outputs["zones"] ==
          Json::parse(R"({"value": ["a", "b"], "sensitive": false})"));
    CHECK(plan.prior_outputs["pw"]["sensitive"] == true);
}

TEST_CASE("either side's mark masks both values, deep inside too") {
    CHECK(attributes(R"({"actions": ["update"],
        "before": {"s": "old", "n": {"k": "x", "o": 1}},
        "after": {"s": "new", "n": {"k": "y", "o": 2}},
        "before_sensitive": {"s": true}, "after_sensitive": {"n": {"k": true}}})") ==
          "~ a.b \n"
          "    n.k: (sensitive) -> (sensitive)\n"
          "    n.o: 1 -> 2\n"
          "    s: (sensitive) -> (sensitive)\n");
}

TEST_CASE("lists of blocks are compared block by block, lists of scalars as a whole") {
    CHECK(attributes(R"({"actions": ["delete", "create"],
        "before": {"b": [{"p": 80, "c": ["x"]}], "odd.key": 1},
        "after": {"b": [{"p": 80, "c": ["x", "y"]}, {"p": 443, "c": []}], "odd.key": 2},
        "after_unknown": {"id": true}, "replace_paths": [["b", 0, "c", 1]]})") ==
          "-/+ a.b \n"
          "    b[0].c: [\"x\"] -> [\"x\",\"y\"] (replaces)\n"
          "    b[1].p: none -> 443\n"
          "    id: none -> (known after apply)\n"
          "    [\"odd.key\"]: 1 -> 2\n");
}

TEST_CASE("a created resource lists what is set; a destroyed one nothing") {
    CHECK(attributes(R"({"actions": ["create"], "before": null, "after_unknown": {"id": true},
        "after": {"a": "x", "none": null, "empty": [], "t": {"k": false}}})") ==
          "+ a.b \n    a: none -> \"x\"\n    t.k: none -> false\n");
    CHECK(attributes(R"({"actions": ["delete"], "before": {"a": "x"}, "after": null})") ==
          "- a.b \n");
}

TEST_CASE("long values are cut between characters") {
    const Json change = {{"actions", {"update"}},
                         {"before", {{"a", "x"}}},
                         {"after", {{"a", std::string(998, 'y') + "\xc3\xa9 and more"}}}};
    const auto text = *read_plan(plan_of(change)).value().changes.at(0).attributes.at(0).after;
    CHECK(text == "\"" + std::string(998, 'y') + "... (1011 bytes, sha256 dbdf67bcf65c932b)");
}

TEST_CASE("what does not count as a change, and what does") {
    const auto empty = [](const Json& change) {
        return read_plan(plan_of(change)).value().empty();
    };
    CHECK(empty({{"actions", {"no-op"}}}));
    CHECK(empty({{"actions", {"read"}}}));
    CHECK_FALSE(empty({{"actions", {"forget"}}}));
    CHECK_FALSE(empty({{"actions", {"no-op"}}, {"importing", {{"id", "x"}}}}));
    auto moved = plan_of({{"actions", {"no-op"}}});
    CHECK(read_plan(moved).value().unchanged == 1);
    moved["resource_changes"][0]["previous_address"] = "a.old";
    CHECK_FALSE(read_plan(moved).value().empty());
    CHECK(read_plan(moved).value().counts().total() == 0);
}

TEST_CASE("anything else than a plan is refused, never a crash") {
    CHECK(mistake(nullptr) == "the plan's JSON has no format version");
    CHECK(mistake({1, "x"}) == "the plan's JSON has no format version");
    CHECK(mistake({{"format_version", "2.0"}}) == "the plan's JSON has format version 2.0");
    CHECK(mistake({{"format_version", "1.0"}, {"resource_changes", 5}}) ==
          "'resource_changes' of the plan is not a list");
    CHECK(mistake({{"format_version", "1.0"}, {"output_changes", "x"}}) ==
          "'output_changes' of the plan is not a map");
    CHECK(mistake({{"format_version", "1.0"}, {"resource_changes", {7}}}) ==
          "the plan has a resource without address");
    CHECK(mistake(plan_of({{"actions", {"explode"}}})) ==
          "the plan has unknown actions [\"explode\"] for a.b");
    CHECK(mistake(plan_of("x")) == "the plan has unknown actions null for a.b");
    CHECK(attributes(R"({"actions": ["update"], "before": 5, "after": ["x", {"y": 1}],
        "before_sensitive": "x", "after_unknown": 3, "replace_paths": [[{}], 5, "x"]})") ==
          "~ a.b \n    : 5 -> [\"x\",{\"y\":1}] (replaces)\n");
}

}  // namespace plan_test
