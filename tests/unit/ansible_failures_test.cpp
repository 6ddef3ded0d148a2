#include <doctest/doctest.h>
#include <fmt/core.h>

#include "ansible/events.h"
#include "recordings.h"

namespace ansible_failures_test {

using namespace agentops;
using namespace agentops::ansible;

namespace {

ansible::Unit unit_of() {
    static const Source kIntent{"shop.intent.yaml", ""};
    ansible::Unit unit;
    unit.id = "shop@dev/web";
    unit.origins[""] = {"web", {&kIntent, 3, 1}, "ansible", ""};
    unit.origins["Fill in"] = {"web", {&kIntent, 8, 5}, "ansible", ""};
    return unit;
}

std::string show(const PlayEvents& events) {
    std::string text;
    for (const auto& d : explain_failures(events, unit_of()))
        text += fmt::format("{} {} {}\n", d.position.line, d.code, d.message);
    return text;
}

/// The code for one host that ended with these words.
std::string code_of(HostEnd end, const char* words, bool handler = false) {
    PlayEvents events;
    auto& host = events.hosts["web-1"];
    host.end = end;
    host.task = "Some task";
    host.message = words;
    host.handler = handler;
    return explain_failures(events, unit_of()).at(0).code;
}

std::string refused(const char* words) {
    PlayEvents events;
    events.refused = words;
    return explain_failures(events, unit_of()).at(0).code;
}

}  // namespace

TEST_CASE("machines that cannot be worked on, by cause") {
    CHECK(
        show(read_events(recorded("reach.jsonl"), false)) ==
        "3 ansible.unreachable web-1, web-2: the connection was refused at 'First task': Failed "
        "to connect to the host via ssh: ssh: connect to host 127.0.0.1 port 1: Connection "
        "refused\n"
        "3 ansible.host-key web-3: the host key is another than the known one at 'First task': "
        "The fingerprint for the ED25519 key sent by the remote host is "
        "SHA256:GjTD0GS1+xUxaJLMuEE5n4JVBvsjJleSakZVhu/QXtY.\n"
        "3 ansible.login web-4: the login was refused at 'First task': Failed to connect to the "
        "host via ssh: nosuchuser@127.0.0.1: Permission denied (publickey,keyboard-interactive).\n"
        "3 ansible.unreachable web-5: no answer in time at 'First task': Failed to connect to "
        "the host via ssh: Connection timed out during banner exchange Connection to "
        "10.255.255.1 port 24622 timed out\n"
        "3 ansible.unreachable web-6: no address behind the name at 'First task': Failed to "
        "connect to the host via ssh: ssh: Could not resolve hostname web-6.invalid: Name or "
        "service not known\n"
        "3 ansible.python web-7: no Python at 'First task': The module failed to execute "
        "correctly, you probably need to set the interpreter. See stdout/stderr for the exact "
        "error Shared connection to 127.0.0.1 closed. /bin/sh: 1: /usr/bin/python9: not found\n");
}

TEST_CASE("tasks that failed, with the intent line behind them") {
    const auto found = explain_failures(read_events(recorded("fail.jsonl"), false), unit_of());
    REQUIRE(found.size() == 3);
    CHECK(found[0].code == "ansible.template");
    CHECK(found[0].position.line == 8);
    CHECK(found[1].code == "ansible.disk-full");
    CHECK(found[1].position.line == 3);
    CHECK(found[2].code == "ansible.handler");
    CHECK(found[2].message ==
          "web-3: a handler failed at 'Restart': non-zero return code /bin/ls: cannot access "
          "'/nonexistent': No such file or directory");
}

TEST_CASE("hosts that failed alike are one diagnostic") {
    PlayEvents events;
    for (int i = 1; i <= 9; ++i) {
        const auto name = fmt::format("web-{}", i);
        auto& host = events.hosts[name];
        host.end = HostEnd::failed;
        host.task = "Install";
        host.message = fmt::format("{} is busy for {} s", name, i * 7);
    }
    events.hosts["web-9"].message = "no such package";
    events.hosts["web-8"].end = HostEnd::unfinished;
    CHECK(show(events) ==
          "3 ansible.failed web-1, web-2, web-3 and 4 more: failed at 'Install': web-1 is busy "
          "for 7 s\n"
          "3 ansible.failed web-9: failed at 'Install': no such package\n");
}

TEST_CASE("why a machine is unreachable") {  // texts of ssh 9.2 and ansible-core 2.14
    const auto code = [](const char* words) { return code_of(HostEnd::unreachable, words); };
    CHECK(code("No ED25519 host key is known for [127.0.0.1]:24622 and you have requested strict "
               "checking. Host key verification failed.") == "ansible.host-key");
    CHECK(code("ssh: connect to host 192.0.2.1 port 22: No route to host") ==
          "ansible.unreachable");
    CHECK(code("Failed to create temporary directory. In some cases, you may have been able to "
               "authenticate and did not have permissions on the target directory.") ==
          "ansible.unreachable");
    CHECK(code("mkdir: cannot create directory '/home/admin/.ansible': No space left on device") ==
          "ansible.disk-full");
    CHECK(code("[Errno 32] Broken pipe. [Errno 32] Broken pipe") == "ansible.unreachable");
    CHECK(code("") == "ansible.unreachable");
}

TEST_CASE("why a task failed") {
    const auto code = [](const char* words) { return code_of(HostEnd::failed, words); };
    CHECK(code("MODULE FAILURE See stdout/stderr for the exact error sudo: a password is "
               "required") == "ansible.sudo");
    CHECK(code("Missing sudo password") == "ansible.sudo");
    CHECK(code("Timeout (12s) waiting for privilege escalation prompt: ") == "ansible.unreachable");
    CHECK(code("Failed to connect to the host via ssh: ssh: connect to host 192.0.2.1 port 22: "
               "Connection timed out") == "ansible.unreachable");
    CHECK(code("The conditional check 'nosuch.x == 1' failed. The error was: error while "
               "evaluating conditional (nosuch.x == 1): 'nosuch' is undefined.") ==
          "ansible.template");
    CHECK(code("No package matching 'nosuchpackage' is available") == "ansible.failed");
    CHECK(code("Permission denied (by the application)") == "ansible.failed");
    CHECK(code_of(HostEnd::failed, "sudo: a password is required", true) == "ansible.sudo");
    CHECK(code_of(HostEnd::failed, "boom", true) == "ansible.handler");
}

TEST_CASE("why a playbook was refused") {
    CHECK(refused("ERROR! the role 'nosuch' was not found in /srv/roles:/etc/ansible/roles") ==
          "ansible.role-missing");
    CHECK(refused("ERROR! couldn't resolve module/action 'community.nosuch.thing'. This often "
                  "indicates a misspelling, missing collection, or incorrect module path.") ==
          "ansible.role-missing");
    CHECK(refused("ERROR! The requested handler 'x' was not found in either the main handlers "
                  "list nor in the listening handlers list") == "ansible.handler");
    CHECK(refused("ERROR! conflicting action statements: command, nosuch") == "ansible.syntax");
    CHECK(refused("ERROR! 'x' is undefined") == "ansible.template");
    CHECK(refused("ERROR! something new") == "ansible.failed");
}

TEST_CASE("what a refusal quotes from the playbook is left out") {
    PlayEvents events;
    events.refused =
        "exit 4: ERROR! We were unable to read either as JSON nor YAML, these are the errors: "
        "Syntax Error while loading YAML. mapping values are not allowed in this context The error "
        "appears to be in 'site.yml': line 9, column 31. The offending line appears to be: "
        "password: hunter2";
    CHECK(show(events) ==
          "3 ansible.syntax shop@dev/web: it is no playbook that Ansible understands: We were "
          "unable to read either as JSON nor YAML, these are the errors: Syntax Error while "
          "loading YAML. mapping values are not allowed in this context The error appears to be "
          "in 'site.yml': line 9, column 31.\n");
}

TEST_CASE("a host of any name is explained: the empty one, and the one that stands for names") {
    for (const auto* name : {"", "@"}) {
        PlayEvents events;
        events.hosts[name].end = HostEnd::failed;
        events.hosts[name].message = "@ said no";
        CHECK(explain_failures(events, unit_of()).size() == 1);
    }
}

}  // namespace ansible_failures_test
