#include "report/machines.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "base/fs.h"
#include "report/progress.h"
#include "tests/unit/report_fixture.h"

namespace machines_test {

using namespace agentops;
using namespace agentops::report;

namespace {

ChangeReport on(const std::string& machine, Action action, const std::string& task, int line,
                std::vector<AttributeChange> attributes = {}, Trust trust = Trust::proven) {
    auto report = change_of(action, machine + ": " + task,
                            {"web", intent_line(line), "ansible", ""}, std::move(attributes));
    report.change.trust = trust;
    return report;
}

/// The same two tasks on `machines` machines, one that differs, one that cannot be told.
std::vector<ChangeReport> playbook_changes(int machines) {
    std::vector<ChangeReport> changes;
    for (int i = 1; i <= machines; ++i) {
        const auto name = "web-" + std::to_string(i);
        changes.push_back(on(name, Action::create, "Make /etc/shop", 15));
        changes.push_back(on(name, Action::update, "Write /etc/motd", 16,
                             {{"/etc/motd", R"("old\n")", R"("new\n")", false}}));
        changes.push_back(on(name, Action::update, "Install nginx", 17, {}, Trust::reported));
        changes.push_back(on(name, Action::unknown, "Run warm-up", 18, {}, Trust::not_checkable));
    }
    changes.push_back(on("web-1", Action::update, "Write /etc/issue", 19,
                         {{"/etc/issue", R"("a")", R"("b")", false}}));
    changes.push_back(on("web-2", Action::update, "Write /etc/issue", 19,
                         {{"/etc/issue", R"("c")", R"("b")", false}}));
    return changes;
}

Report report_of(UnitReport unit) {
    unit.tool = "ansible";
    Report report;
    report.stacks = {stack_of("shop@dev", unit.status, {std::move(unit)})};
    report.verdict = verdict_of(report.counts());
    return report;
}

std::vector<std::string> addresses(const std::vector<ChangeReport>& changes) {
    std::vector<std::string> found;
    for (const auto& change : shared_changes(changes))
        found.push_back(change.change.address);
    return found;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("what many machines share is one line, what differs stays apart") {
    CHECK(addresses(playbook_changes(3)) ==
          Lines{"Make /etc/shop  (3 machines)", "Write /etc/motd  (3 machines)",
                "Install nginx  (3 machines)", "Run warm-up  (3 machines)",
                "web-1: Write /etc/issue", "web-2: Write /etc/issue"});
    CHECK(addresses({on("web-1", Action::create, "Make it: now", 1)}) ==
          Lines{"web-1: Make it: now"});
    CHECK(addresses({on("a", Action::create, "x", 1), on("b", Action::update, "x", 1)}) ==
          Lines{"a: x", "b: x"});
}

TEST_CASE("a playbook's plan reads as its golden text") {
    auto unit = unit_of("shop@dev/web", "planned", playbook_changes(3));
    unit.unchanged = 21;
    const auto report = report_of(unit);
    check_golden("playbook", to_text(report, {false, 80, 0}));
    check_golden("playbook-verbose", to_text(report, {false, 80, 1}));
}

TEST_CASE("after an apply the machines that did not end well are named") {
    auto unit = unit_of("shop@dev/web", "failed", {});
    unit.hosts = {{"web-1", "ok", 3, "", ""},
                  {"web-2", "failed", 1, "Install nginx", "No package matching 'nginx'"},
                  {"web-3", "unreachable", 0, "Install nginx", "Connection refused\x1b[2J"},
                  {"web-4", "unfinished", 0, "", ""}};
    CHECK(machine_text(unit, {false, 0, 0}) ==
          "    web-2  failed       at 'Install nginx'  No package matching 'nginx'\n"
          "    web-3  unreachable  at 'Install nginx'  Connection refused\\x1b[2J\n"
          "    web-4  unfinished\n");
    check_golden("playbook-failed", to_text(report_of(unit), {false, 60, 0}));
    unit.hosts.resize(1);
    CHECK(machine_text(unit, {}) == "");
}

TEST_CASE("the record of a playbook has its machines, and how far each change can be relied on") {
    auto unit = unit_of("shop@dev/web", "applied", playbook_changes(1));
    unit.hosts = {{"web-1", "failed", 2, "Install nginx", "no such package"}};
    const auto record = to_json(report_of(unit));
    const auto& shown = record["stacks"][0]["units"][0];
    CHECK(shown["hosts"] == Json::array({{{"host", "web-1"},
                                          {"status", "failed"},
                                          {"changed", 2},
                                          {"task", "Install nginx"},
                                          {"message", "no such package"}}}));
    Lines trusts;
    for (const auto& resource : shown["resources"])
        trusts.push_back(resource["trust"]);
    CHECK(trusts == Lines{"proven", "proven", "reported", "not-checkable", "proven", "proven"});
}

TEST_CASE("events of a playbook: the task that runs, and what each machine answers") {
    const auto words = [](const char* text) -> std::string {
        const auto event = read_resource_event(Json::parse(text));
        if (!event) return "nothing";
        static const char* const kPhases[] = {"started", "going on", "completed", "failed"};
        return std::string(kPhases[static_cast<int>(event->phase)]) + " " + event->address + ": " +
               event->words + (event->reads ? " (reads)" : "");
    };
    CHECK(words(R"({"type": "task", "id": "1", "name": "Install nginx"})") ==
          "started task: Install nginx");
    CHECK(words(R"({"type": "result", "host": "web-1", "status": "changed"})") ==
          "completed web-1: changed");
    CHECK(words(R"({"type": "result", "host": "web-1", "status": "ok"})") ==
          "completed web-1: ok (reads)");
    CHECK(words(R"({"type": "result", "host": "web-1", "status": "failed", "msg": "no\nmore"})") ==
          "failed web-1: failed: no");
    CHECK(words(R"({"type": "result", "host": "web-1", "status": "failed", "ignored": true})") ==
          "nothing");
    CHECK(words(R"({"type": "play", "name": "Web"})") == "nothing");
    CHECK(words(R"({"type": "stats", "hosts": {}})") == "nothing");
}

}  // namespace machines_test
