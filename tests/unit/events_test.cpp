#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cstdlib>

#include "base/fs.h"
#include "base/text.h"
#include "terraform/messages.h"
#include "terraform/plan.h"

namespace events_test {

using namespace agentops;
using namespace agentops::tf;

namespace {

std::vector<Json> recorded(const std::string& name) {
    const auto path = fs::path(std::getenv("AGENTOPS_SOURCE")) / "tests/golden/terraform" / name;
    std::vector<Json> events;
    for (const auto& line : split(read_file(path).value(), '\n')) {
        if (!line.empty()) events.push_back(Json::parse(line));
    }
    return events;
}

std::string show(const ApplyEvents& events) {
    std::string text;
    for (const auto& o : events.objects) {
        text += fmt::format("{} {}{}\n", sign(o.action), o.address,
                            o.completed ? " done" : (o.errored ? " failed" : " open"));
    }
    return text;
}

Json failure(const char* summary, const char* detail) {
    return {{"type", "diagnostic"},
            {"diagnostic", {{"severity", "error"}, {"summary", summary}, {"detail", detail}}}};
}

}  // namespace

TEST_CASE("an apply that failed halfway") {
    const auto events = read_events(recorded("apply-errored.jsonl"));
    CHECK(show(events) ==
          "+ terraform_data.x done\n+ terraform_data.slow done\n+ terraform_data.bad failed\n");
    CHECK(events.objects[0].id.size() == 36);
    CHECK(events.errors == std::vector<std::string>{"local-exec provisioner error"});
    CHECK_FALSE(events.lock_held);
    CHECK_FALSE(events.emergency_state.has_value());
}

TEST_CASE("a replacement is a destroy and a create") {
    const auto events = read_events(recorded("apply-replace.jsonl"));
    CHECK(show(events) == "- terraform_data.x done\n+ terraform_data.x done\n");
    CHECK(events.saw_summary);
    CHECK(events.outputs["sec"] == Json::parse(R"({"sensitive": true, "type": "string"})"));
    CHECK(events.outputs["o"]["value"] == events.objects[1].id);
}

TEST_CASE("a plan's events count what it would do") {
    const auto events = read_events(recorded("plan-replace.jsonl"));
    CHECK(events.planned == Counts{0, 0, 1, 0});
    CHECK(events.planned_outputs == 1);
    CHECK(events.saw_summary);
    const auto proof = read_events(recorded("plan-empty.jsonl"));
    CHECK(proof.planned == Counts{});
    CHECK(proof.planned_outputs == 0);
    CHECK(proof.saw_summary);
}

TEST_CASE("an apply that was killed leaves its objects open") {
    auto events = recorded("apply-replace.jsonl");
    events.resize(3);
    CHECK(show(read_events(events)) == "- terraform_data.x open\n");
    CHECK_FALSE(read_events(events).saw_summary);
}

TEST_CASE("a held lock is told from a damaged state") {
    const char* summary = "Error acquiring the state lock";
    CHECK(read_events({failure(summary,
                               "Error message: resource temporarily unavailable\n"
                               "Lock Info:\n  ID: 1")})
              .lock_held);
    CHECK_FALSE(read_events({failure(summary, "Unsupported state file format")}).lock_held);
}

TEST_CASE("the emergency dump of a state is kept") {
    const auto events = read_events({Json::parse(
        R"({"type": "log", "@message": "Emergency state dump", "state": {"version": 4}})")});
    CHECK(events.emergency_state == Json::parse(R"({"version": 4})"));
}

TEST_CASE("moves, imports and forgotten objects are counted apart") {
    std::vector<Json> events;
    for (const char* action : {"move", "import", "remove", "noop", "hologram"})
        events.push_back({{"type", "planned_change"}, {"change", {{"action", action}}}});
    CHECK(read_events(events).planned == Counts{});
    CHECK(read_events(events).planned_other == 3);
}

TEST_CASE("events of any shape are passed over") {
    const auto events = read_events({nullptr,
                                     5,
                                     "x",
                                     Json::array(),
                                     {{"type", 7}},
                                     {{"type", "apply_complete"}, {"hook", "x"}},
                                     {{"type", "outputs"}, {"outputs", {1}}},
                                     {{"type", "diagnostic"}},
                                     {{"type", "unparsed"}, {"text", "?"}}});
    CHECK(show(events) ==
          "  "
          " done\n");
    CHECK(events.outputs.is_null());
}

TEST_CASE("Terraform's words get the intent line behind them") {
    const Source source{"shop.intent.yaml", "a\nb\n"};
    tf::Unit unit;
    unit.origins["aws_vpc.net"] = {"net", {&source, 2, 1}, "architect", ""};
    unit.origins["data.aws_ami.web"] = {"web", {&source, 1, 1}, "architect", ""};
    unit.origins["module.m"] = {"m", {&source, 1, 1}, "architect", ""};
    const auto read = [&](const char* text) { return read_message(Json::parse(text), unit); };

    CHECK(read(R"({"severity": "error", "summary": "Bad", "detail": "It is\n\n  bad.",
                   "address": "aws_vpc.net[0]", "snippet": {"code": "secret"},
                   "range": {"filename": "net.tf.json", "start": {"line": 7}}})") ==
          error("terraform.error", "Bad: It is bad. (net.tf.json:7)", {&source, 2, 1}));
    CHECK(read(R"({"severity": "warning", "summary": "Old",
                   "snippet": {"context": "resource.aws_vpc.net.tags"}})") ==
          warning("terraform.warning", "Old", {&source, 2, 1}));
    CHECK(read(R"({"address": "data.aws_ami.web"})").position.line == 1);
    CHECK(read(R"({"address": "module.m.aws_x.y"})").position.known());
    CHECK_FALSE(read(R"({"address": 5})").position.known());
    CHECK(read(R"({"severity": "error", "summary": "Saved plan is stale"})").code ==
          "terraform.stale-plan");
    CHECK(read_messages({failure("Error acquiring the state lock", "Lock Info:")}, unit)[0].code ==
          "terraform.locked");
}

TEST_CASE("an answer of validate") {
    const auto codes = [](const char* text) {
        std::string found;
        for (const auto& d : read_validation(Json::parse(text), tf::Unit{}))
            found += d.code + " ";
        return found;
    };
    CHECK(codes(R"({"valid": true, "diagnostics": []})") == "");
    CHECK(codes(R"({"valid": false, "diagnostics": [{"severity": "error", "summary": "x"}]})") ==
          "terraform.error ");
    CHECK(codes("null") == "terraform.validate-format ");
    CHECK(codes(R"({"diagnostics": []})") == "terraform.validate-format ");
}

}  // namespace events_test
