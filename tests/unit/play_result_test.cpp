#include "agents/play_result.h"

#include "play_fixture.h"

namespace play_result_test {

using namespace agentops;

namespace {

const std::vector<ansible::Host> kTwo = {host_of("web-1", "10.0.0.1"),
                                         host_of("web-2", "10.0.0.2")};

Diagnostics judged(const run::StepResult& result, const std::vector<ansible::Host>& hosts = kTwo,
                   ansible::Unit unit = small_play()) {
    return read_play(unit, hosts, result, false).diagnostics;
}

/// Without its closing statistics.
run::StepResult killed(const std::string& name) {
    auto result = played(name);
    result.events.pop_back();
    return result;
}

}  // namespace

TEST_CASE("play result: a good end on every machine") {
    CHECK(judged(played("apply.jsonl")).empty());
    CHECK(read_play(small_play(), kTwo, played("apply.jsonl"), false).events.changed.size() == 24);
}

TEST_CASE("play result: machines that took no part are no success") {
    auto hosts = kTwo;
    hosts.push_back(host_of("web-3", "10.0.0.3"));
    hosts.push_back(host_of("web-4", "10.0.0.4"));
    const auto found = judged(played("apply.jsonl"), hosts);
    CHECK(codes(found) == Lines{"ansible.no-hosts"});
    CHECK(messages(found) == Lines{"error: web-3, web-4 took no part in shop/web"});
    CHECK(found[0].position.line == 7);
}

TEST_CASE("play result: an existing playbook chooses its machines, but there must be one") {
    auto unit = small_play();
    unit.existing = true;
    CHECK(judged(played("apply.jsonl"), {host_of("db", "10.0.0.9")}, unit).empty());
    auto nobody = done();
    nobody.events = {{{"type", "no_hosts"}}, {{"type", "stats"}}};
    CHECK(messages(judged(nobody, {}, unit)) ==
          Lines{"error: the playbook of shop/web matched none of its machines"});
}

TEST_CASE("play result: without the closing statistics it did not end") {
    CHECK(messages(judged(killed("apply.jsonl"))) ==
          Lines{"error: the playbook of shop/web did not end"});
    auto stopped = played("stopped.jsonl");
    stopped.ok = false;
    stopped.diagnostics = {error("tool.interrupted", "it was interrupted")};
    CHECK(codes(judged(stopped)) == Lines{"tool.interrupted"});
}

TEST_CASE("play result: failures are told by cause, not by exit code") {
    auto failed = played("halted.jsonl");
    CHECK(codes(judged(failed)) == Lines{"ansible.failed"});
    failed.ok = false;
    failed.diagnostics = {error("tool.failed", "exit code 2")};
    CHECK(codes(judged(failed)) == Lines{"ansible.failed"});
}

TEST_CASE("play result: what Ansible refuses before any task is read from its own words") {
    CHECK(codes(judged(refused("failed (exit code 1): ERROR! the role 'nginx' was not found in "
                               "/p/roles"))) == Lines{"ansible.role-missing"});
    CHECK(codes(judged(refused("failed (signal 9)"))) == Lines{"ansible.failed"});
}

TEST_CASE("play result: nothing at all is no success") {
    CHECK(codes(judged(done())) == Lines{"ansible.unfinished"});
}

}  // namespace play_result_test
