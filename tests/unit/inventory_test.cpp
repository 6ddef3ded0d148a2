#include <fmt/core.h>

#include "play_fixture.h"

namespace inventory_test {

using namespace agentops;

namespace {

struct Inventory : Bench {
    Inventory() : input(small_play_input(unit)) {}

    /// The unit that makes the machines was applied.
    void applied(Json addresses) {
        upstream("shop/main")
            .put(slots::actual_outputs, UnitOutputs{{{"web_addresses", addresses}}, {}, {}});
    }
    Diagnostics find() {
        board.put(slots::play_unit, input);
        return run(inventory_agent());
    }
    /// "name address" of each machine.
    Lines hosts() const {
        Lines found;
        for (const auto& host : get(slots::targets).hosts)
            found.push_back(host.name + " " + host.address);
        return found;
    }
    Lines reached() const {
        Lines found;
        for (const auto& host : std::get<run::ReachHosts>(get(slots::reach_step).action).hosts)
            found.push_back(host.name);
        return found;
    }
    /// "step: why it is skipped" of each.
    Lines skipped() const {
        Lines found;
        for (const auto key : {slots::write_step, slots::inventory_step, slots::fetch_step,
                               slots::syntax_step, slots::rehearse_step, slots::reach_step}) {
            const auto& step = get(key);
            if (!step.skip.empty()) found.push_back(step.name + ": " + step.skip);
        }
        return found;
    }

    ansible::Unit unit = small_play();
    PlayInput input;
};

/// Three machines of the intent, of which an interrupted run was done with `finished`.
struct Resumed : Inventory {
    explicit Resumed(std::set<std::string> finished) {
        for (const auto* name : {"web-1", "web-2", "web-3"})
            unit.hosts.push_back(host_of(name, "10.0.0.1"));
        input.finished = std::move(finished);
    }
};

}  // namespace

TEST_CASE("inventory: one machine bears its component's name") {
    Inventory t;
    made_by_terraform(t.unit, 1, false);
    t.unit.source->connection.user = "admin";
    t.applied("203.0.113.7");
    REQUIRE(t.find().empty());
    CHECK(t.hosts() == Lines{"web 203.0.113.7"});
    CHECK(t.get(slots::targets).hosts[0].connection.user == "admin");
    CHECK(t.get(slots::targets).variables ==
          std::map<std::string, Json>{{"agentops_hosts", "203.0.113.7"}});
    CHECK(t.skipped() == Lines{"fetch: nothing is missing"});
}

TEST_CASE("inventory: many machines are named by address, whatever order the cloud has") {
    Inventory t;
    made_by_terraform(t.unit, 3, true);
    t.unit.hosts = {host_of("edge", "edge.example.com")};
    t.applied({"10.0.0.9", "10.0.0.12", "2001:db8::1"});
    REQUIRE(t.find().empty());
    CHECK(t.hosts() == Lines{"edge edge.example.com", "web-10-0-0-12 10.0.0.12",
                             "web-10-0-0-9 10.0.0.9", "web-2001-db8--1 2001:db8::1"});
}

TEST_CASE("inventory: what is no address is refused, each with the line of its component") {
    Inventory t;
    made_by_terraform(t.unit, 4, true);
    t.applied({"-oProxyCommand=id", "10.0.0.1", "{{ x }}", 7, nullptr});
    const auto found = t.find();
    CHECK(messages(found) == Lines{"error: '-oProxyCommand=id' is no address of a machine of web",
                                   "error: '{{ x }}' is no address of a machine of web",
                                   "error: '7' is no address of a machine of web",
                                   "error: 'null' is no address of a machine of web"});
    CHECK(found[0].code == "ansible.address");
    CHECK(found[0].position.line == 7);
    CHECK(t.board.get(slots::targets) == nullptr);
}

TEST_CASE("inventory: one text where a list is due, and the other way round, are refused") {
    Inventory list;
    made_by_terraform(list.unit, 2, true);
    list.applied("10.0.0.1");
    CHECK(messages(list.find()) == Lines{"error: '10.0.0.1' is no address of a machine of web"});
    Inventory text;
    made_by_terraform(text.unit, 1, false);
    text.applied({"10.0.0.1"});
    CHECK(messages(text.find()) ==
          Lines{R"(error: '["10.0.0.1"]' is no address of a machine of web)"});
}

TEST_CASE("inventory: machines that do not exist yet are waited for") {
    Inventory unknown;
    made_by_terraform(unknown.unit, 2, true);
    unknown.upstream("shop/main")
        .put(slots::expected_outputs, UnitOutputs{Json::object(), {"web_addresses"}, {}});
    REQUIRE(unknown.find().empty());
    CHECK(unknown.hosts() == Lines{});
    CHECK(unknown.get(slots::inputs).waits_for == Lines{"shop/main"});
    CHECK(unknown.skipped() == Lines{"fetch: nothing is missing", "rehearse: waits for shop/main"});
}

TEST_CASE("inventory: planned addresses are no addresses yet") {
    Inventory t;
    made_by_terraform(t.unit, 1, false);
    t.upstream("shop/main")
        .put(slots::expected_outputs,
             UnitOutputs{{{"web_addresses", "10.0.0.1"}}, {}, {"web_addresses"}});
    REQUIRE(t.find().empty());
    CHECK(t.hosts() == Lines{});
    CHECK(t.skipped() == Lines{"fetch: nothing is missing", "rehearse: waits for shop/main"});
}

TEST_CASE("inventory: an output that an apply left out names both ends") {
    Inventory t;
    made_by_terraform(t.unit, 1, false);
    t.upstream("shop/main").put(slots::actual_outputs, UnitOutputs{});
    const auto found = t.find();
    CHECK(codes(found) == Lines{"apply.missing-output"});
    CHECK(messages(found) ==
          Lines{"error: shop/main has no output 'web_addresses', which shop/web reads"});
    CHECK(found[0].position.line == 7);
}

TEST_CASE("inventory: roles and collections must be there, unless they may be fetched") {
    using Type = ansible::Requirement::Type;
    Inventory t;
    t.input.missing = {{Type::role, "geerlingguy.nginx", "", play_line(12)},
                       {Type::collection, "community.general", "", play_line(13)}};
    const auto found = t.find();
    CHECK(messages(found) == Lines{"error: role geerlingguy.nginx is not installed",
                                   "error: collection community.general is not installed"});
    CHECK(codes(found) == Lines{"ansible.not-installed", "ansible.not-installed"});
    CHECK(found[1].position.line == 13);

    Inventory fetching;
    fetching.input.missing = t.input.missing;
    fetching.input.context.install = true;
    CHECK(fetching.find().empty());
    CHECK(fetching.skipped() == Lines{});
}

TEST_CASE("inventory: machines that are done stay out of the play, not out of the inventory") {
    Resumed t({"web-1", "web-3"});
    t.input.approved = approved_play("", {"web-2: Write file"});
    t.input.approved->replan = true;
    REQUIRE(t.find().empty());
    CHECK(t.hosts() == Lines{"web-1 10.0.0.1", "web-2 10.0.0.1", "web-3 10.0.0.1"});
    CHECK(t.reached() == Lines{"web-2"});
    CHECK(t.get(slots::play_context).done == std::set<std::string>{"web-1", "web-3"});
    const auto& files = std::get<run::WriteFiles>(t.get(slots::inventory_step).action).files;
    CHECK(files.back().path == "/p/run/limit");
    CHECK(files.back().text == "all\n!web-1\n!web-3\n");
}

TEST_CASE("inventory: when all are done the proof is missing, and that wants every machine") {
    Resumed t({"web-1", "web-2", "web-3"});
    REQUIRE(t.find().empty());
    CHECK(t.reached() == Lines{"web-1", "web-2", "web-3"});
    CHECK(t.get(slots::play_context).done.empty());
}

TEST_CASE("inventory: an approved plan without changes touches nothing") {
    Inventory t;
    t.unit.hosts = {host_of("web", "10.0.0.1")};
    t.input.approved = approved_play("", {});
    REQUIRE(t.find().empty());
    CHECK(t.skipped() == Lines{"write: nothing to do", "inventory: nothing to do",
                               "fetch: nothing to do", "syntax: nothing to do",
                               "rehearse: the approved playbook is used", "reach: nothing to do"});

    Inventory checked;
    checked.unit.hosts = t.unit.hosts;
    checked.unit.checks = {{"home", {"true"}, 60, {}}};
    checked.input.approved = t.input.approved;
    REQUIRE(checked.find().empty());
    CHECK(checked.skipped() ==
          Lines{"fetch: nothing is missing", "rehearse: the approved playbook is used"});
}

TEST_CASE("inventory: a syntax check that passed is not made again") {
    Inventory t;
    t.input.checked = true;
    REQUIRE(t.find().empty());
    CHECK(t.skipped() ==
          Lines{"fetch: nothing is missing", "syntax: nothing changed since it was checked"});
}

TEST_CASE("inventory: the digest is of names, addresses, ports and values") {
    const auto digest = [](const char* address, int port) {
        Inventory t;
        t.unit.hosts = {host_of("web", address)};
        t.unit.hosts[0].connection.port = port;
        REQUIRE(t.find().empty());
        return t.get(slots::inputs).digest;
    };
    CHECK(digest("10.0.0.1", 22) == digest("10.0.0.1", 22));
    CHECK(digest("10.0.0.1", 22) != digest("10.0.0.2", 22));
    CHECK(digest("10.0.0.1", 22) != digest("10.0.0.1", 23));
}

}  // namespace inventory_test
