#include <doctest/doctest.h>

#include <cstdlib>

#include "base/fs.h"
#include "base/json.h"
#include "tests/unit/report_fixture.h"

namespace report_json_test {

using namespace agentops;
using namespace agentops::report;

TEST_CASE("a plan's record reads as its golden text") {
    auto report = plan_report();
    report.diagnostics = {
        warning("intent.unused-param", "nothing uses 'domain'", intent_line(5), "remove it"),
        note("plan.note", "no position, no help")};
    report.stacks[0].checks = {{"home", "https://shop.example.com/", "ok", ""}};
    report.extra["durations"] = {{"plan", 1.5}};
    const auto text = dump_json(to_json(report), 2) + "\n";
    const auto file = fs::path(std::getenv("AGENTOPS_SOURCE")) / "tests/golden/report/record.txt";
    if (std::getenv("AGENTOPS_ACCEPT") != nullptr) REQUIRE(write_file(file, text, 0644));
    CHECK(text == read_file(file).value_or("(missing)"));
}

TEST_CASE("the record of nothing has all its lists") {
    Report report;
    report.command = "check";
    CHECK(to_json(report) == Json{{"format_version", 1},
                                  {"command", "check"},
                                  {"run", nullptr},
                                  {"exit", 0},
                                  {"stacks", Json::array()},
                                  {"findings", Json::array()},
                                  {"diagnostics", Json::array()},
                                  {"verdict", ""},
                                  {"next", Json::array()}});
}

TEST_CASE("findings stand in the record as the catalog writes them") {
    Report report;
    report.findings = {
        finding_of("public-database", catalog::Severity::high, "aws_db_instance.db", 21)};
    CHECK(to_json(report)["findings"] == Json::array({catalog::to_json(report.findings[0])}));
}

TEST_CASE("counts add up over units and stacks") {
    Report report;
    auto one = unit_of("a/x", "planned", {change_of(Action::create, "t.a", {})});
    auto two = unit_of("a/y", "planned", {change_of(Action::destroy, "t.b", {})});
    report.stacks = {stack_of("a", "planned", {one, two}), stack_of("b", "planned", {one})};
    CHECK(report.counts() == Counts{2, 0, 0, 1});
    const auto record = to_json(report);
    CHECK(record["stacks"][0]["changes"] ==
          Json{{"create", 1}, {"update", 0}, {"replace", 0}, {"delete", 1}});
}

TEST_CASE("a command cannot overwrite a member of the record") {
    Report report;
    report.extra["exit"] = 0;
    CHECK_THROWS_AS(to_json(report), InternalError);
}

TEST_CASE("bytes that are not UTF-8 do not break the record") {
    Report report;
    report.verdict = "\xff";
    CHECK(dump_json(to_json(report)).find("\xEF\xBF\xBD") != std::string::npos);
}

}  // namespace report_json_test
