#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cstdlib>

#include "ansible/artifacts.h"
#include "ansible/events.h"
#include "base/fs.h"
#include "base/text.h"
#include "recordings.h"

namespace ansible_events_test {

using namespace agentops;
using namespace agentops::ansible;

namespace {

std::string show(const std::vector<Change>& changes, const std::string& host) {
    std::string text;
    for (const auto& c : changes) {
        if (!starts_with(c.address, host)) continue;
        text += fmt::format("{} {} {}", sign(c.action), c.address, to_text(c.trust));
        for (const auto& a : c.attributes)
            text += fmt::format("\n    {}: {} -> {}", a.path, a.before.value_or("none"),
                                a.after.value_or("none"));
        text += "\n";
    }
    return text;
}

std::string show(const PlayEvents& events) {
    std::string text;
    for (const auto& [name, host] : events.hosts) {
        text += fmt::format("{} {} {}/{}/{}/{}", name, to_text(host.end), host.ok, host.changed,
                            host.failed, host.skipped);
        if (!host.task.empty()) text += fmt::format(" {}: {}", host.task, host.message);
        for (const auto& handler : host.owed)
            text += " owes " + handler;
        text += "\n";
    }
    return text;
}

Json task(const char* id, const char* name, const char* path) {
    return {{"type", "task"}, {"id", id}, {"name", name}, {"module", "copy"}, {"path", path}};
}

Json changed(const char* id, Json diff) {
    return {{"type", "result"},
            {"task", id},
            {"host", "a"},
            {"status", "changed"},
            {"diff", {std::move(diff)}}};
}

}  // namespace

TEST_CASE("a run that went well") {
    const auto events = read_events(recorded("apply.jsonl"), false);
    CHECK(events.complete);
    CHECK_FALSE(events.stopped);
    CHECK(show(events) == "web-1 ok 14/12/0/1\nweb-2 ok 14/12/0/1\n");
    CHECK(events.changed.size() == 24);
    CHECK(events.changed[0].host == "web-1");
    CHECK(events.changed[1].host == "web-2");
    CHECK(events.changed[23].task == "Restart it");
    CHECK(events.changed[23].path == "site.yml:43");
    CHECK(events.changed[23].handler);
}

TEST_CASE("what changed, attribute by attribute") {
    const auto events = read_events(recorded("apply.jsonl"), false);
    CHECK(show(events.changes, "web-1") ==
          R"(+ web-1: Make folder proven
    /tmp/agentops-site/web-1 state: "absent" -> "directory"
+ web-1: Write file proven
    /tmp/agentops-site/web-1/a.conf: none -> "a\nb\n"
+ web-1: Write many proven
    /tmp/agentops-site/web-1/x.conf: none -> "x\n"
    /tmp/agentops-site/web-1/y.conf: none -> "y\n"
~ web-1: Set a line proven
    /tmp/agentops-site/web-1/a.conf: "a\nb\n" -> "a\nb\nc\n"
~ web-1: Made once proven
~ web-1: Loop of commands proven
~ web-1: Secret proven
~ web-1: No diff proven
+ web-1: Link proven
    /tmp/agentops-site/web-1/link state: "absent" -> "link"
~ web-1: Raw proven
- web-1: Remove proven
    /tmp/agentops-site/web-1/x.conf state: "file" -> "absent"
~ web-1: Restart it proven
)");
}

TEST_CASE("check mode says what it knows and what it does not") {
    const auto events = read_events(recorded("check.jsonl"), true);
    CHECK(show(events.changes, "web-2") ==
          R"(~ web-2: Write file proven
    /tmp/agentops-site/web-2/a.conf: "a\nb\nc\n" -> "a\nb\n"
+ web-2: Write many proven
    content: none -> "x\n"
? web-2: Run a command not-checkable
? web-2: Loop of commands not-checkable
~ web-2: No diff proven
? web-2: Ignored not-checkable
+ web-2: Link proven
    /tmp/agentops-site/web-2/link state: "absent" -> "link"
? web-2: Raw not-checkable
? web-2: Restart it not-checkable
)");
    CHECK(events.handlers.count("web-2: Restart it") == 1);
    CHECK(events.handlers.count("web-2: Raw") == 0);
    CHECK(show(events.changes, "web-1").find("? web-1: Set a line not-checkable\n") !=
          std::string::npos);  // it failed, and that is ignored
}

TEST_CASE("check mode that stops after a would-be change has not failed") {
    const auto events = read_events(recorded("check-stopped.jsonl"), true);
    CHECK(events.complete);
    CHECK(events.check_stopped.size() == 2);
    CHECK(events.check_stopped[0].host == "web-1");
    CHECK(events.check_stopped[0].task == "Set a line");
    CHECK(events.check_stopped[0].path == "site.yml:14");
    CHECK(events.hosts.at("web-1").end == HostEnd::unfinished);
    CHECK(show(events.changes, "web-1").find("? web-1: Set a line not-checkable\n") !=
          std::string::npos);
    CHECK(read_events(recorded("check-stopped.jsonl"), false).hosts.at("web-1").end ==
          HostEnd::failed);
}

TEST_CASE("a run that was asked to stop owes its handlers") {
    const auto events = read_events(recorded("stopped.jsonl"), false);
    CHECK(events.stopped);
    CHECK_FALSE(events.complete);
    CHECK(show(events) ==
          "web-1 unfinished 2/2/0/0 owes Restart\nweb-2 unfinished 2/2/0/0 owes Restart\n"
          "web-3 unfinished 2/2/0/0 owes Restart\n");
}

TEST_CASE("a batch that never came is not finished, and a rescued host is well") {
    const auto recording = recorded("batches.jsonl");
    CHECK(show(read_events(recording, false)) ==
          "web-1 ok 3/3/0/1\n"
          "web-2 failed 1/1/1/0 One fails: non-zero return code owes Restart\n"
          "web-3 unfinished 0/0/0/0\n");
    const std::vector<Json> killed(recording.begin(), recording.end() - 1);
    // Nobody said that web-1 was rescued: it may only have cleaned up.
    CHECK(read_events(killed, false).hosts.at("web-1").end == HostEnd::unfinished);
}

TEST_CASE("without the closing statistics a finished batch is still finished") {
    auto recording = recorded("batches.jsonl");
    std::vector<Json> killed;
    for (const auto& event : recording) {
        const bool failure = event.value("status", "") == "failed";
        if (event["type"] != "stats" && !failure) killed.push_back(event);
    }
    const auto events = read_events(killed, false);
    CHECK(events.hosts.at("web-1").end == HostEnd::ok);
    CHECK(events.hosts.at("web-2").end == HostEnd::unfinished);
    CHECK_FALSE(events.complete);
}

TEST_CASE("one host's failure can end the play for all") {
    CHECK(show(read_events(recorded("halted.jsonl"), false)) ==
          "web-1 failed 1/1/1/0 Once fails: non-zero return code\n"
          "web-2 unfinished 1/1/0/0\nweb-3 unfinished 1/1/0/0\n");
}

TEST_CASE("tasks of one name are told apart, and a task that is included twice is one") {
    const Json diff = {{"header", "/f"}, {"before", "x"}, {"after", "y"}, {"line", 7}};
    const auto events =
        read_events({task("1", "Copy", "a.yml:1"), changed("1", diff), task("2", "Copy", "b.yml:5"),
                     changed("2", diff), task("3", "Copy", "a.yml:1"), changed("3", diff)},
                    true);
    CHECK(show(events.changes, "a") ==
          R"(~ a: Copy proven
    /f:7: "x" -> "y"
    /f:7[1]: "x" -> "y"
~ a: Copy #2 proven
    /f:7: "x" -> "y"
)");
}

TEST_CASE("long texts are cut and other diffs kept as they are") {
    const auto events =
        read_events({task("1", "Copy", "a.yml:1"),
                     changed("1", {{"before", nullptr}, {"after", std::string(2000, 'x')}}),
                     task("2", "Install", "a.yml:2"), changed("2", {{"prepared", "+nginx"}})},
                    false);
    CHECK(events.changes[0].attributes[0].after ==
          "\"" + std::string(999, 'x') + "... (2002 bytes, sha256 94bfe6f3d049c2f7)");
    CHECK(show(events.changes, "a: Install") ==
          "~ a: Install proven\n    diff: none -> \"+nginx\"\n");
}

TEST_CASE("events that make no sense do no harm") {
    const auto events = read_events({Json(),
                                     Json::array(),
                                     {{"type", 3}},
                                     {{"type", "result"}},
                                     {{"type", "stats"}},
                                     {{"type", "play"}, {"hosts", 7}},
                                     {{"type", "task"}},
                                     {{"type", "problem"}}},
                                    true);
    CHECK_FALSE(events.complete);
    CHECK(events.refused.empty());
    CHECK(read_events({{{"type", "no_hosts"}}, {{"type", "stats"}}}, false).no_hosts);
}

TEST_CASE("a playbook that was refused says why") {
    CHECK(read_events({{{"type", "unparsed"}, {"text", "Using /x as config file"}},
                       {{"type", "unparsed"}, {"text", "ERROR! no such"}},
                       {{"type", "unparsed"}, {"text", "  role"}}},
                      false)
              .refused == "ERROR! no such role");
}

TEST_CASE("how far check mode of a module can be relied on") {
    CHECK(trust_of("ansible.builtin.copy") == Trust::proven);
    CHECK(trust_of("copy") == Trust::proven);
    CHECK(trust_of("ansible.legacy.copy") == Trust::proven);
    CHECK(trust_of("ansible.builtin.service") == Trust::reported);
    CHECK(trust_of("ansible.builtin.unarchive") == Trust::reported);
    CHECK(trust_of("ansible.builtin.shell") == Trust::not_checkable);
    CHECK(trust_of("ansible.builtin.uri") == Trust::not_checkable);
    CHECK(trust_of("ansible.posix.sysctl") == Trust::reported);
    CHECK(trust_of("community.general.copy") == Trust::reported);
}

TEST_CASE("the plugin is what is in the repository") {
    const auto path = fs::path(std::getenv("AGENTOPS_SOURCE")) / "lib/ansible/callback.py";
    CHECK(trim(callback_source()) == trim(read_file(path).value()));
    CHECK(callback_source().find(fmt::format("CALLBACK_NAME = \"{}\"", kCallbackName)) !=
          std::string_view::npos);
}

}  // namespace ansible_events_test
