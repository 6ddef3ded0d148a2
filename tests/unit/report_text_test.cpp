#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "base/fs.h"
#include "base/text.h"
#include "report/table.h"
#include "tests/unit/report_fixture.h"

namespace report_text_test {

using namespace agentops;
using namespace agentops::report;

namespace {

int widest(const std::string& text) {
    int width = 0;
    for (const auto& line : split(text, '\n'))
        width = std::max(width, display_width(line));
    return width;
}

UnitReport noted(UnitReport unit, std::string note) {
    unit.note = std::move(note);
    return unit;
}

}  // namespace

TEST_CASE("a plan reads as its golden text") {
    const auto report = plan_report();
    check_golden("plan-80", to_text(report, {false, 80, 0}));
    check_golden("plan-160", to_text(report, {false, 160, 0}));
    check_golden("plan-narrow", to_text(report, {false, 44, 0}));
    check_golden("plan-verbose", to_text(report, {false, 80, 1}));
    check_golden("plan-quiet", to_text(report, {false, 80, -1}));
    check_golden("plan-colour", to_text(report, {true, 80, 0}));
    CHECK(widest(to_text(report, {false, 80, 0})) <= 80);
}

TEST_CASE("colour adds nothing but colour") {
    auto coloured = to_text(plan_report(), {true, 80, 0});
    while (coloured.find('\x1b') != std::string::npos) {
        const auto start = coloured.find('\x1b');
        coloured.erase(start, coloured.find('m', start) + 1 - start);
    }
    CHECK(coloured == to_text(plan_report(), {false, 80, 0}));
}

TEST_CASE("an empty report is its verdict") {
    Report report;
    report.verdict = "nothing selected";
    CHECK(to_text(report, {}) == "nothing selected\n");
    CHECK(to_text(report, {false, 80, -1}) == "nothing selected\n");
}

TEST_CASE("stacks without changes are a line each") {
    Report report;
    for (const auto* id : {"a@dev", "b@dev"}) {
        auto unit = unit_of(std::string(id) + "/main", "no-changes", {});
        unit.unchanged = 12;
        report.stacks.push_back(stack_of(id, "no-changes", {unit}));
    }
    report.verdict = verdict_of(report.counts());
    CHECK(to_text(report, {}) ==
          "a@dev  no changes (12 unchanged)\n"
          "b@dev  no changes (12 unchanged)\n"
          "\n"
          "no changes\n");
}

TEST_CASE("previews and what waits say so") {
    Report report;
    const Origin web{"web", intent_line(14), "engineer", ""};
    const auto create = change_of(Action::create, "aws_instance.web", web);
    const auto destroy = change_of(Action::destroy, "aws_instance.web", web);
    report.stacks = {
        stack_of("net", "planned", {unit_of("net/main", "planned", {create})}),
        stack_of(
            "shop@dev", "planned",
            {noted(unit_of("shop@dev/main", "preview", {create, destroy}), "waits for net/main"),
             noted(unit_of("shop@dev/legacy", "pending", {}), "waits for shop@dev/main")})};
    report.verdict = verdict_of(report.counts());
    check_golden("preview", to_text(report, {}));
}

TEST_CASE("an apply that failed half way") {
    Report report;
    const Origin web{"web", intent_line(14), "engineer", ""};
    auto shop = stack_of(
        "shop@dev", "failed",
        {noted(unit_of("shop@dev/net", "applied", {change_of(Action::create, "aws_vpc.net", web)}),
               ""),
         noted(unit_of("shop@dev/main", "failed", {}), "quota exceeded"),
         noted(unit_of("shop@dev/legacy", "skipped", {}), "upstream failed: shop@dev/main apply")});
    shop.checks = {{"home", "https://shop.example.com/", "ok", ""},
                   {"metrics", "tcp://127.0.0.1:9100", "failed", "connection refused"}};
    report.stacks = {shop};
    report.next = {"agentops apply --resume 7f3c9a"};
    report.verdict = "1 of 3 units applied";
    check_golden("apply-failed", to_text(report, {}));
}

TEST_CASE("findings say what is wrong, where, and what to do") {
    Report report;
    auto open = finding_of("public-database", catalog::Severity::high, "aws_db_instance.db", 21);
    open.message =
        "the database has a public address, so whoever knows its name may try passwords on it";
    open.remediation = "remove `public: true`; machines reach it through `uses: [db]`";
    open.blocks = true;
    auto waived =
        finding_of("unencrypted-storage", catalog::Severity::medium, "aws_s3_bucket.assets", 25);
    waived.message = "not shown";
    waived.waived = true;
    waived.waiver = "accepted by ann until 2027-01-31: migration";
    report.findings = {open, waived};
    report.stacks = {stack_of("shop@dev", "blocked", {})};
    report.verdict = "blocked by 1 finding";
    check_golden("findings", to_text(report, {}));
}

TEST_CASE("hostile text is inert and stays in its line") {
    const Origin evil{"w\x1b[2Jeb", intent_line(9), "agent\n", "re\rason"};
    auto unit = unit_of("shop@dev/main", "failed",
                        {change_of(Action::update, "aws_instance.\x1b[31mweb[\"\n\"]", evil,
                                   {{"tags\x07",
                                     "\"\xE2\x80\xAE"
                                     "a\"",
                                     "\"\x9B"
                                     "1A\"",
                                     false}})});
    unit.note = "line one\nline two\x1b]0;title\x07";
    Report report;
    report.stacks = {stack_of("shop@dev", "failed", {unit})};
    report.stacks[0].reasons = {"because\x1b[A"};
    report.stacks[0].checks = {{"home\n", "http://\x1b[0m", "failed", "\x7f"}};
    report.next = {"agentops\napply"};
    report.verdict = "1 fai\x1bled";
    const auto text = to_text(report, {});
    CHECK(std::all_of(text.begin(), text.end(),
                      [](unsigned char c) { return c == '\n' || (c >= 0x20 && c != 0x7F); }));
    check_golden("hostile", text);
}

TEST_CASE("many alike changes are all listed") {
    std::vector<ChangeReport> changes;
    for (int i = 0; i < 50; ++i)
        changes.push_back(change_of(Action::create, fmt::format("aws_subnet.net[{}]", i), {}));
    Report report;
    report.stacks = {stack_of("net", "planned", {unit_of("net/main", "planned", changes)})};
    const auto text = to_text(report, {});
    for (int i = 0; i < 50; ++i)
        CHECK(text.find(fmt::format("    + aws_subnet.net[{}]\n", i)) != std::string::npos);
}

TEST_CASE("long values are cut where they do not differ") {
    const std::string start =
        R"({"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Resource":)";
    Report report;
    const auto change = change_of(
        Action::update, "aws_iam_policy.web", {},
        {{"policy", start + R"("arn:aws:s3:::old"}]})", start + R"("arn:aws:s3:::new"}]})", false},
         {"short", "1", "\"" + std::string(200, 'x') + "\"", false},
         {"bytes", std::string(1000, 'y') + "... (2000 bytes)",
          std::string(1000, 'y') + "... (2000 bytes)", false}});
    report.stacks = {stack_of("net", "planned", {unit_of("net/main", "planned", {change})})};
    check_golden("long-values", to_text(report, {}));
    const auto whole = to_text(report, {false, 0, 0});
    CHECK(whole.find(start + R"("arn:aws:s3:::old"}]} -> )" + start) != std::string::npos);
}

TEST_CASE("the verdict shouts what cannot be undone") {
    CHECK(verdict_of({}) == "no changes");
    CHECK(verdict_of({2, 1, 0, 0}) == "2 to create, 1 to update, 0 to replace, 0 to destroy");
    CHECK(verdict_of({0, 0, 1, 3}) == "0 to create, 0 to update, 1 to REPLACE, 3 to DESTROY");
}

TEST_CASE("tables align, leave empty columns out and give way from the last column") {
    const Rows rows = {{"RUN", "", "STATUS"}, {"7f3c9a", "", "applied\n"}};
    CHECK(table(rows) == "RUN     STATUS\n7f3c9a  applied\\n\n");
    CHECK(table({}) == "");
    const Rows wide = {{"aws_instance.web_server", "some/folder/shop.intent.yaml:14", "component"}};
    const std::vector<Column> columns = {{20}, {10, true}, {0}};
    CHECK(table(wide, columns, 64) ==
          "aws_instance.web_server  some/folder/shop.intent.yaml:14  compo…\n");
    CHECK(table(wide, columns, 45) == "aws_instance.web_server  …shop.intent.yaml:14\n");
    CHECK(table(wide, columns, 10) == "aws_instance.web_se…  …t.yaml:14\n");
}

TEST_CASE("cutting counts columns, not bytes") {
    CHECK(cut("héllo", 5) == "héllo");
    CHECK(cut("héllo", 4) == "hél…");
    CHECK(cut("日本語", 5) == "日本…");
    CHECK(cut("日本語", 4) == "日…");
    CHECK(cut("日本語", 4, true) == "…語");
    CHECK(cut("x", 0) == "");
    CHECK(pad("日", 4) == "日  ");
}

TEST_CASE("wrapping breaks between words only") {
    CHECK(wrap("one two three", 8) == std::vector<std::string>{"one two", "three"});
    CHECK(wrap("one two three", 0) == std::vector<std::string>{"one two three"});
    CHECK(wrap("unbreakable it", 4) == std::vector<std::string>{"unbreakable", "it"});
    CHECK(wrap("", 10) == std::vector<std::string>{""});
}

}  // namespace report_text_test
