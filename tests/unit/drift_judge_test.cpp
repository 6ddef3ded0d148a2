#include <doctest/doctest.h>
#include <fmt/core.h>

#include "base/text.h"
#include "drift/judge.h"

namespace drift_judge_test {

using namespace agentops;
using namespace agentops::drift;

namespace {

Json refreshed(const std::string& address) {
    return {{"type", "refresh_complete"}, {"hook", {{"resource", {{"addr", address}}}}}};
}

Json drift_event(const std::string& address, const std::string& action) {
    return {{"type", "resource_drift"},
            {"change",
             {{"resource",
               {{"addr", address}, {"resource_type", address.substr(0, address.find('.'))}}},
              {"action", action}}}};
}

const Json kEnd = {{"type", "change_summary"}, {"changes", Json::object()}};

Json changed(const std::string& address, const Json& actions, const Json& before,
             const Json& after) {
    return {{"address", address},
            {"type", address.substr(0, address.find('.'))},
            {"change", {{"actions", actions}, {"before", before}, {"after", after}}}};
}

Json resource_config(const std::string& address, const Json& expressions) {
    const auto dot = address.find('.');
    return {{"address", address},
            {"mode", "managed"},
            {"type", address.substr(0, dot)},
            {"name", address.substr(dot + 1)},
            {"expressions", expressions}};
}

/// A plan of one resource that drifted, as its JSON has it.
struct Plan {
    Json drift = Json::array(), changes = Json::array(), resources = Json::array();

    Json json() const {
        return {{"format_version", "1.2"},
                {"resource_drift", drift},
                {"resource_changes", changes},
                {"configuration", {{"root_module", {{"resources", resources}}}}}};
    }
};

/// "aws_x.y modified drift: tags.Owner not_equal "a" -> "b""
std::string show(const UnitVerdict& verdict) {
    std::string text;
    for (const auto& one : verdict.resources) {
        text += fmt::format("{} {} {}\n", one.address, to_text(one.status), to_text(one.cause));
        for (const auto& attribute : one.attributes)
            text +=
                fmt::format("  {} {} {} -> {}\n", attribute.path, to_text(attribute.kind),
                            attribute.expected.value_or("none"), attribute.actual.value_or("none"));
        for (const auto& noise : one.noise)
            text += fmt::format("  noise {}\n", noise.path);
    }
    return text;
}

struct Look {
    std::vector<Json> events{refreshed("aws_x.y"), kEnd};
    Plan plan;
    Background background{"shop/main", false, nullptr};

    std::string verdict() const {
        return show(judge(background, read_observation({"aws_x.y"}, events, plan.json())));
    }
};

/// What an earlier check saw of aws_x.y.
Sighting sighted(const char* path, std::optional<std::string> expected, const char* actual) {
    Sighting made;
    made.unit = "shop/main";
    made.address = "aws_x.y";
    made.path = path;
    made.expected = std::move(expected);
    made.actual = actual;
    return made;
}

const ComputedOnly kSchema = ComputedOnly::from_record({{"aws_x", {"etag", "unique_id"}}});

}  // namespace

TEST_CASE("drift: nothing differs, so no plan has to be read") {
    const std::vector<Json> events{refreshed("aws_x.y"), kEnd};
    CHECK_FALSE(differs(events));
    CHECK(show(judge({"u"}, read_observation({"aws_x.y"}, events, Json()))) ==
          "aws_x.y in_sync none\n");
}

TEST_CASE("drift: what makes a plan worth reading") {
    CHECK(differs({drift_event("aws_x.y", "update"), kEnd}));
    CHECK(differs({{{"type", "planned_change"}, {"change", {{"action", "create"}}}}, kEnd}));
    CHECK_FALSE(differs({{{"type", "planned_change"}, {"change", {{"action", "read"}}}}, kEnd}));
    CHECK(differs({{{"type", "outputs"}, {"outputs", {{"o", {{"action", "update"}}}}}}, kEnd}));
    CHECK(differs({refreshed("aws_x.y")}));  // it did not come to its end
}

TEST_CASE("drift: a configured attribute that a plan would restore") {
    Look look;
    look.plan.resources = {resource_config("aws_x.y", {{"size", Json::object()}})};
    look.plan.drift = {changed("aws_x.y", {"update"}, {{"size", 1}}, {{"size", 2}})};
    look.plan.changes = {changed("aws_x.y", {"update"}, {{"size", 2}}, {{"size", 1}})};
    CHECK(look.verdict() == "aws_x.y modified drift\n  size not_equal 1 -> 2\n");
}

TEST_CASE("drift: a configured attribute that a plan leaves alone is noise") {
    Look look;
    look.plan.resources = {resource_config("aws_x.y", {{"policy", Json::object()}})};
    look.plan.drift = {changed("aws_x.y", {"update"}, {{"policy", "{a}"}}, {{"policy", "{ a }"}})};
    look.plan.changes = {
        changed("aws_x.y", {"no-op"}, {{"policy", "{ a }"}}, {{"policy", "{ a }"}})};
    CHECK(look.verdict() == "aws_x.y in_sync noise\n  noise policy\n");
}

TEST_CASE("drift: attributes that nobody configured") {
    Look look;
    const auto drifted = [&](const char* name) {
        look.plan.drift = {changed("aws_x.y", {"update"}, {{name, "1"}}, {{name, "2"}})};
        return look.verdict();
    };
    SUBCASE("without the schema a change counts") {
        CHECK(drifted("etag") == "aws_x.y modified drift\n  etag not_equal \"1\" -> \"2\"\n");
    }
    SUBCASE("computed-only is noise") {
        look.background.computed = &kSchema;
        CHECK(drifted("etag") == "aws_x.y in_sync noise\n  noise etag\n");
    }
    SUBCASE("unless it identifies the object") {
        look.background.computed = &kSchema;
        CHECK(drifted("unique_id") ==
              "aws_x.y modified drift\n  unique_id not_equal \"1\" -> \"2\"\n");
    }
    SUBCASE("what can be set is drift, restorable or not") {
        look.background.computed = &kSchema;
        CHECK(drifted("mode") == "aws_x.y modified drift\n  mode not_equal \"1\" -> \"2\"\n");
    }
}

TEST_CASE("drift: whether the provider's schema is wanted") {
    Look look;
    look.plan.drift = {changed("aws_x.y", {"update"}, {{"etag", "1"}}, {{"etag", "2"}})};
    const auto seen = [&] { return read_observation({"aws_x.y"}, look.events, look.plan.json()); };
    CHECK(wants_schema(seen()));
    look.plan.resources = {resource_config("aws_x.y", {{"etag", Json::object()}})};
    CHECK_FALSE(wants_schema(seen()));
}

TEST_CASE("drift: null and empty that change places are noise; tags_all repeats tags") {
    Look look;
    look.plan.resources = {resource_config("aws_x.y", {{"tags", Json::object()}})};
    look.plan.drift = {
        changed("aws_x.y", {"update"},
                {{"tags", {{"a", "1"}}}, {"tags_all", {{"a", "1"}}}, {"list", nullptr}},
                {{"tags", {{"a", "2"}}}, {"tags_all", {{"a", "2"}}}, {"list", Json::array()}})};
    look.plan.changes = {
        changed("aws_x.y", {"update"}, {{"tags", {{"a", "2"}}}}, {{"tags", {{"a", "1"}}}})};
    CHECK(look.verdict() ==
          "aws_x.y modified drift\n  tags.a not_equal \"1\" -> \"2\"\n  noise list\n");
}

TEST_CASE("drift: gone, and what follows from it") {
    Look look;
    look.events = {refreshed("aws_x.y"), refreshed("aws_z.a"), kEnd};
    look.plan.drift = {changed("aws_x.y", {"delete"}, {{"id", "1"}}, nullptr)};
    look.plan.changes = {changed("aws_x.y", {"create"}, nullptr, {{"id", "1"}}),
                         changed("aws_z.a", {"update"}, {{"x", 1}}, {{"x", 2}})};
    CHECK(look.verdict() == "aws_x.y deleted drift\naws_z.a in_sync follows\n");
}

TEST_CASE("drift: a planned change without drift is the intent's, a data source's, or noise") {
    Look look;
    look.plan.changes = {changed("aws_x.y", {"update"}, {{"x", 1}}, {{"x", 2}})};
    CHECK(look.verdict() == "aws_x.y in_sync noise\n");
    look.plan.resources = {
        resource_config("aws_x.y", {{"x", {{"references", {"data.aws_ami.a.id"}}}}})};
    CHECK(look.verdict() == "aws_x.y in_sync data_source\n");
    look.background.intent_moved = true;
    CHECK(look.verdict() == "aws_x.y in_sync pending_intent\n");
}

TEST_CASE("drift: objects that are to be made are pending, not drift") {
    Look look;
    look.background.intent_moved = true;
    look.plan.changes = {changed("aws_new.a", {"create"}, nullptr, {{"x", 1}})};
    const auto verdict =
        judge(look.background, read_observation({"aws_x.y"}, look.events, look.plan.json()));
    CHECK(show(verdict) == "aws_x.y in_sync none\n");
    CHECK(verdict.pending.create == 1);
}

TEST_CASE("drift: what could not be read is unknown, never in sync") {
    Look look;
    look.events = {refreshed("aws_x.y"),
                   {{"type", "diagnostic"},
                    {"diagnostic", {{"severity", "error"}, {"summary", "no credentials"}}}}};
    const auto verdict =
        judge({"u"}, read_observation({"aws_x.y", "aws_z.a"}, look.events, Json()));
    CHECK(show(verdict) == "aws_x.y unknown none\naws_z.a unknown none\n");
    CHECK_FALSE(verdict.checked);
    CHECK(verdict.note == "no credentials");
}

TEST_CASE("drift: what a whole plan did not read is not checked") {
    const auto verdict = judge({"u"}, read_observation({"aws_x.y"}, {kEnd}, Json()));
    CHECK(show(verdict) == "aws_x.y not_checked none\n");
    CHECK(verdict.checked);
}

TEST_CASE("drift: arguments are found below modules and instance keys") {
    Look look;
    const std::string address = R"(module.a["x.y"].aws_x.y[0])";
    look.events = {refreshed(address), kEnd};
    look.plan.drift = {changed(address, {"update"}, {{"size", 1}}, {{"size", 2}})};
    look.plan.drift[0]["type"] = "aws_x";
    auto plan = look.plan.json();
    plan["configuration"]["root_module"]["module_calls"]["a"]["module"]["resources"] = {
        resource_config("aws_x.y", {{"size", Json::object()}})};
    CHECK(show(judge({"u"}, read_observation({address}, look.events, plan))) ==
          address + " in_sync noise\n  noise size\n");
}

TEST_CASE("drift: computed-only attributes of a provider's schema") {
    const Json schema = Json::parse(R"({"provider_schemas": {"p": {"resource_schemas": {"aws_x": {
        "block": {
            "attributes": {
                "arn": {"computed": true}, "name": {"required": true},
                "mode": {"optional": true, "computed": true},
                "nested": {"computed": true, "nested_type": {"attributes": {"a": {"computed": true}}}}},
            "block_types": {"disk": {"block": {"attributes": {"volume_id": {"computed": true}}}}}}}}}}})");
    const auto table = ComputedOnly::from_record(ComputedOnly::from_schema(schema).to_record());
    CHECK(table.covers("aws_x", "arn"));
    CHECK(table.covers("aws_x", "disk[0].volume_id"));
    CHECK(table.covers("aws_x", "nested.b"));
    CHECK_FALSE(table.covers("aws_x", "mode"));
    CHECK_FALSE(table.covers("aws_x", "name"));
    CHECK_FALSE(table.covers("aws_z", "arn"));
    CHECK(table.knows("aws_x"));
}

TEST_CASE("drift: what a plan only knows after apply is not restored by it") {
    Look look;
    look.background.computed = &kSchema;
    look.plan.resources = {resource_config("aws_x.y", {{"size", Json::object()}})};
    look.plan.drift = {
        changed("aws_x.y", {"update"}, {{"size", 1}, {"etag", "1"}}, {{"size", 2}, {"etag", "2"}})};
    look.plan.changes = {
        changed("aws_x.y", {"update"}, {{"size", 2}, {"etag", "2"}}, {{"size", 1}})};
    look.plan.changes[0]["change"]["after_unknown"] = {{"etag", true}};
    CHECK(look.verdict() == "aws_x.y modified drift\n  size not_equal 1 -> 2\n  noise etag\n");
}

TEST_CASE("drift: what a state took over stays drift until it is in order") {
    Look look;
    auto plan = look.plan.json();
    plan["prior_state"]["values"]["root_module"]["resources"] = {
        {{"address", "aws_x.y"}, {"values", {{"open", true}}}}};
    auto sighting = sighted("open", "false", "true");
    const auto verdict = [&](const Json& json) {
        const auto seen = read_observation({"aws_x.y"}, look.events, json);
        auto judged = judge(look.background, seen);
        keep_absorbed({sighting}, seen, judged);
        return show(judged);
    };
    CHECK(verdict(plan) == "aws_x.y modified drift\n  open not_equal false -> true\n");
    SUBCASE("it is in order again") {
        plan["prior_state"]["values"]["root_module"]["resources"][0]["values"]["open"] = false;
    }
    SUBCASE("the configuration sets it by now") {
        plan["configuration"]["root_module"]["resources"] = {
            resource_config("aws_x.y", {{"open", Json::object()}})};
    }
    CHECK(verdict(plan) == "aws_x.y in_sync none\n");
}

TEST_CASE("drift: an ARN that follows from a path is no new object") {
    const auto schema = ComputedOnly::from_record({{"aws_x", {"arn", "unique_id"}}});
    Look look;
    look.background.computed = &schema;
    Json before = {{"arn", "/a/x"}, {"path", "/a/"}}, after = {{"arn", "/b/x"}, {"path", "/b/"}};
    look.plan.resources = {resource_config("aws_x.y", {{"path", Json::object()}})};
    std::string wanted =
        "aws_x.y modified drift\n  path not_equal \"/a/\" -> \"/b/\"\n  noise arn\n";
    SUBCASE("alone") {}
    SUBCASE("beside an identity that is known to differ") {
        look.background.remembered = {sighted("unique_id", "1", "2")};
        before["unique_id"] = "1", after["unique_id"] = "2";
        wanted =
            "aws_x.y modified drift\n  path not_equal \"/a/\" -> \"/b/\"\n"
            "  unique_id not_equal \"1\" -> \"2\"\n  noise arn\n";
    }
    SUBCASE("but it is where an identity differs too") {
        before["unique_id"] = "1", after["unique_id"] = "2";
        wanted =
            "aws_x.y modified drift\n  arn not_equal \"/a/x\" -> \"/b/x\"\n"
            "  path not_equal \"/a/\" -> \"/b/\"\n  unique_id not_equal \"1\" -> \"2\"\n";
    }
    look.plan.drift = {changed("aws_x.y", {"update"}, before, after)};
    auto planned = after;
    planned["path"] = "/a/";
    look.plan.changes = {changed("aws_x.y", {"update"}, after, planned)};
    CHECK(look.verdict() == wanted);
}

TEST_CASE("drift: what a state took over and somebody undid is as it was") {
    Look look;
    look.plan.drift = {changed("aws_x.y", {"update"}, {{"open", true}}, {{"open", false}})};
    CHECK(look.verdict() == "aws_x.y modified drift\n  open not_equal true -> false\n");
    auto sighting = sighted("open", "false", "true");
    auto wanted = "aws_x.y in_sync noise\n  noise open\n";
    SUBCASE("at the check before") {}
    SUBCASE("and was told of already") {
        sighting.restored = "2026-11-01T00:00:00Z";
    }
    SUBCASE("but by now the configuration wants it") {
        look.plan.resources = {resource_config("aws_x.y", {{"open", Json::object()}})};
        look.plan.changes = {changed("aws_x.y", {"update"}, {{"open", false}}, {{"open", true}})};
        wanted = "aws_x.y modified drift\n  open not_equal true -> false\n";
    }
    look.background.remembered = {sighting};
    CHECK(look.verdict() == wanted);
}

TEST_CASE("drift: an element of a list is in order when another one stands in its place") {
    Look look;
    auto plan = look.plan.json();
    auto& values = plan["prior_state"]["values"]["root_module"]["resources"];
    const std::vector<Sighting> remembered = {sighted("rule[0].port", std::nullopt, "22"),
                                              sighted("rule[0].protocol", std::nullopt, "\"tcp\"")};
    const auto verdict = [&](int port) {
        values = {{{"address", "aws_x.y"},
                   {"values", {{"rule", {{{"port", port}, {"protocol", "tcp"}}}}}}}};
        const auto seen = read_observation({"aws_x.y"}, look.events, plan);
        auto judged = judge(look.background, seen);
        keep_absorbed(remembered, seen, judged);
        return show(judged);
    };
    CHECK(verdict(22) ==
          "aws_x.y modified drift\n  rule[0].port added none -> 22\n"
          "  rule[0].protocol added none -> \"tcp\"\n");
    CHECK(verdict(443) == "aws_x.y in_sync none\n");
}

TEST_CASE("drift: a machine that was stopped tells people something, computed or not") {
    const auto schema = ComputedOnly::from_record({{"aws_x", {"instance_state"}}});
    Look look;
    look.background.computed = &schema;
    look.plan.drift = {changed("aws_x.y", {"update"}, {{"instance_state", "running"}},
                               {{"instance_state", "stopped"}})};
    CHECK(look.verdict() ==
          "aws_x.y modified drift\n  instance_state not_equal \"running\" -> \"stopped\"\n");
}

TEST_CASE("drift: a group shows the rules that others manage, and the one that nobody does") {
    Look look;
    look.events = {refreshed("aws_security_group.g"),
                   refreshed("aws_vpc_security_group_ingress_rule.r"), kEnd};
    const Json managed = {{"cidr_blocks", {"10.0.0.0/8"}}, {"from_port", 80}};
    const Json rogue = {{"cidr_blocks", {"0.0.0.0/0"}}, {"from_port", 22}};
    const auto verdict = [&](const Json& rules) {
        look.plan.drift = {changed("aws_security_group.g", {"update"},
                                   {{"id", "sg-1"}, {"ingress", Json::array()}},
                                   {{"id", "sg-1"}, {"ingress", rules}})};
        auto plan = look.plan.json();
        plan["prior_state"]["values"]["root_module"]["resources"] = {
            {{"address", "aws_vpc_security_group_ingress_rule.r"},
             {"values", {{"security_group_id", "sg-1"}}}}};
        const auto judged = judge(look.background, read_observation({}, look.events, plan));
        return judged.resources.front().status;
    };
    CHECK(verdict(Json::array({managed})) == drift::Status::in_sync);
    CHECK(verdict(Json::array({managed, rogue})) == drift::Status::modified);
}

TEST_CASE("drift: a bucket's setting that its own resource manages is told there") {
    Look look;
    look.events = {refreshed("aws_s3_bucket.b"), refreshed("aws_s3_bucket_versioning.b"), kEnd};
    look.plan.drift = {
        changed("aws_s3_bucket.b", {"update"},
                {{"bucket", "b1"}, {"versioning", {{{"enabled", true}}}}},
                {{"bucket", "b1"}, {"versioning", {{{"enabled", false}}}}}),
        changed("aws_s3_bucket_versioning.b", {"update"}, {{"bucket", "b1"}, {"status", "Enabled"}},
                {{"bucket", "b1"}, {"status", "Suspended"}})};
    const auto seen = read_observation({}, look.events, look.plan.json());
    CHECK(show(judge(look.background, seen)) ==
          "aws_s3_bucket.b in_sync noise\n  noise versioning[0].enabled\n"
          "aws_s3_bucket_versioning.b modified drift\n"
          "  status not_equal \"Enabled\" -> \"Suspended\"\n");
}

TEST_CASE("drift: a difference that could not be read leaves nothing in sync") {
    const std::vector<Json> events{refreshed("aws_x.y"), drift_event("aws_x.y", "update"), kEnd};
    CHECK(show(judge({"u"}, read_observation({"aws_x.y"}, events, Json()))) ==
          "aws_x.y unknown none\n");
}

}  // namespace drift_judge_test
