#pragma once

// Reports as commands make them, for the golden texts.

#include <doctest/doctest.h>

#include <cstdlib>

#include "base/fs.h"
#include "report/model.h"

namespace agentops::report {

/// The whole text against tests/golden/report/<name>.txt; AGENTOPS_ACCEPT=1 rewrites it.
inline void check_golden(const std::string& name, const std::string& text) {
    const auto file =
        fs::path(std::getenv("AGENTOPS_SOURCE")) / "tests/golden/report" / (name + ".txt");
    if (std::getenv("AGENTOPS_ACCEPT") != nullptr) REQUIRE(write_file(file, text, 0644));
    CAPTURE(name);
    CHECK(text == read_file(file).value_or("(missing)"));
}

inline Position intent_line(int line) {
    static const Source source{"shop.intent.yaml", ""};
    return {&source, line, 3};
}

inline ChangeReport change_of(Action action, std::string address, Origin origin,
                              std::vector<AttributeChange> attributes = {}) {
    ChangeReport report;
    report.change.address = std::move(address);
    report.change.type = report.change.address.substr(0, report.change.address.find('.'));
    report.change.action = action;
    report.change.attributes = std::move(attributes);
    report.origin = std::move(origin);
    report.risk = "low";
    return report;
}

inline UnitReport unit_of(std::string id, std::string status, std::vector<ChangeReport> changes) {
    UnitReport unit;
    unit.id = std::move(id);
    unit.tool = "terraform";
    unit.status = std::move(status);
    for (const auto& change : changes)
        unit.counts.add(change.change.action);
    unit.changes = std::move(changes);
    return unit;
}

inline StackReport stack_of(std::string id, std::string status, std::vector<UnitReport> units) {
    return {std::move(id), std::move(status), "", std::move(units), {}, {}};
}

inline catalog::Finding finding_of(std::string rule, catalog::Severity severity,
                                   std::string address, int line) {
    catalog::Finding finding;
    finding.rule = std::move(rule);
    finding.severity = severity;
    finding.stack = "shop@dev";
    finding.address = std::move(address);
    finding.position = intent_line(line);
    return finding;
}

inline std::vector<ChangeReport> plan_changes() {
    const Origin net{"net", intent_line(9), "engineer", ""};
    const Origin web{"web", intent_line(14), "engineer", ""};
    const Origin db{"db", intent_line(20), "access", "web uses db"};
    auto database = change_of(Action::replace, "aws_db_instance.db", db,
                              {{"arn", R"("arn:aws:rds:1")", "(known after apply)", false},
                               {"engine_version", R"("15")", R"("16")", true},
                               {"id", R"("db-1")", "(known after apply)", false},
                               {"password", "(sensitive)", "(sensitive)", false}});
    database.is_protected = true;
    database.risk = "critical";
    Origin gone;
    gone.agent = "terraform";
    gone.reason = "no longer in the intent";
    auto moved = change_of(Action::no_op, "aws_eip.nat", net);
    moved.change.previous_address = "aws_eip.nat_0";
    auto forgotten = change_of(Action::forget, "aws_key_pair.ops", web);
    auto imported = change_of(Action::update, "aws_iam_role.web", web,
                              {{"description", std::nullopt, R"("web")", false},
                               {"tags.team", R"("ops")", std::nullopt, false}});
    imported.change.importing = true;
    return {change_of(Action::create, "aws_vpc.net", net,
                      {{"cidr_block", std::nullopt, R"("10.20.0.0/16")", false},
                       {"id", std::nullopt, "(known after apply)", false}}),
            change_of(Action::create, "aws_subnet.net_public_0", net),
            change_of(Action::update, "aws_instance.web", web,
                      {{"instance_type", R"("t3.micro")", R"("t3.small")", false}}),
            std::move(imported),
            std::move(database),
            change_of(Action::destroy, "aws_s3_bucket.old", gone),
            std::move(moved),
            std::move(forgotten)};
}

/// A plan of one unit with every action.
inline Report plan_report() {
    auto unit = unit_of("shop@dev/main", "planned", plan_changes());
    unit.unchanged = 12;
    unit.outputs = {{"web_url", Action::create, false, false, nullptr},
                    {"net_id", Action::no_op, false, true, "vpc-1"},
                    {"db_host", Action::update, false, true, "db.internal"}};
    Report report;
    report.command = "plan";
    report.run = "7f3c9a";
    report.exit = ExitCode::approval_needed;
    report.stacks = {stack_of("shop@dev", "planned", {std::move(unit)})};
    report.stacks[0].risk = "critical";
    report.stacks[0].reasons = {"aws_db_instance.db is protected"};
    report.next = {"agentops approve 7f3c9a --as you --max-replace 1 --max-destroy 1",
                   "agentops apply 7f3c9a"};
    report.verdict = verdict_of(report.counts());
    return report;
}

}  // namespace agentops::report
