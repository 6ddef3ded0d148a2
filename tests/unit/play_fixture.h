#pragma once

// Ansible units for the tests of the agents that plan, run and judge them.

#include "agent_fixture.h"
#include "recordings.h"

namespace agentops {

/// A call with the events of a real run.
inline run::StepResult played(const std::string& name) {
    auto result = done();
    result.events = recorded(name);
    return result;
}

/// As the runner leaves a call that the tool refused.
inline run::StepResult refused(const std::string& words) {
    auto result = done(true, false);
    result.diagnostics = {error("tool.failed", words)};
    return result;
}

inline Position play_line(int line) {
    static const Source kIntent{"shop.intent.yaml", ""};
    return {&kIntent, line, 3};
}

inline ansible::Host host_of(std::string name, std::string address) {
    ansible::Host host;
    host.name = std::move(name);
    host.address = std::move(address);
    return host;
}

/// shop/web: a generated playbook for machines that are not known yet.
inline ansible::Unit small_play() {
    ansible::Unit unit;
    unit.id = "shop/web";
    unit.stack = "shop";
    unit.name = unit.component = unit.group = "web";
    unit.dir = "/p/shop/web";
    unit.playbook = "/p/shop/web/playbook.yml";
    unit.artifact_list = "/p/shop/.web.json";
    unit.digest = "D";
    unit.origins[""] = {"web", play_line(7), "ansible", ""};
    unit.origins["Write file"] = {"web", play_line(9), "ansible", ""};
    return unit;
}

/// The same for what Terraform makes: an output of shop/main.
inline void made_by_terraform(ansible::Unit& unit, int expected, bool many) {
    unit.inputs = {{"agentops_hosts",
                    "shop/main",
                    "web_addresses",
                    {},
                    many ? ValueType::list_of_string : ValueType::string,
                    play_line(7)}};
    unit.source = ansible::HostSource{"web", expected, "agentops_hosts", many, {}, play_line(7)};
}

inline PlayInput small_play_input(const ansible::Unit& unit) {
    PlayInput input;
    input.unit = &unit;
    input.context.tool = {"/bin/ansible-playbook", "2.17.1"};
    input.context.settings.run_dir = "/p/run";
    input.context.settings.home = "/p/cache/ansible";
    input.context.settings.control_dir = "/tmp/ssh";
    input.context.settings.known_hosts = "/p/known_hosts";
    input.context.cache_dir = "/p/cache";
    return input;
}

/// A plan that was approved for these values; `addresses` are what it would change.
inline ApprovedPlan approved_play(std::string inputs_digest, const Lines& addresses) {
    ApprovedPlan approved;
    approved.inputs_digest = std::move(inputs_digest);
    for (const auto& address : addresses)
        approved.plan.changes.push_back(change_of(address, Action::update));
    return approved;
}

inline const Lines& argv_of(const run::Step& step) {
    return std::get<run::ToolCall>(step.action).argv;
}

}  // namespace agentops
