// Finds the machines of a playbook, with their addresses from the units that make them, and writes
// the steps up to check mode.

#include <fmt/core.h>

#include <algorithm>

#include "agents/inputs.h"
#include "agents/keys.h"
#include "agents/registry.h"
#include "base/digest.h"
#include "base/text.h"

namespace agentops {

namespace {

Diagnostic not_an_address(const ansible::HostSource& source, const Json& value) {
    return error("ansible.address",
                 fmt::format("'{}' is no address of a machine of {}",
                             escape_terminal(value.is_string() ? value.get<std::string>()
                                                               : dump_json(value)),
                             source.name),
                 source.position, "look at the outputs of the unit that makes the machine");
}

Diagnostic not_installed(const ansible::Requirement& wanted) {
    const bool role = wanted.type == ansible::Requirement::Type::role;
    return error("ansible.not-installed",
                 fmt::format("{} {} is not installed", role ? "role" : "collection", wanted.name),
                 wanted.position,
                 fmt::format("ansible-galaxy {} install {}, or let agentops do it with `ansible: "
                             "{{install: true}}` in agentops.yaml",
                             role ? "role" : "collection", wanted.name));
}

/// "web-10-20-1-5": named by its address, a machine keeps its name when others come and go.
std::string machine_name(const std::string& component, std::string address) {
    std::replace_if(
        address.begin(), address.end(), [](char c) { return c == '.' || c == ':'; }, '-');
    return fmt::format("{}-{}", component, address);
}

/// The addresses of one source, sorted: the cloud's order is none.
std::vector<std::string> addresses(const ansible::HostSource& source, const Json& value,
                                   Diagnostics& out) {
    std::vector<std::string> found;
    const auto take = [&](const Json& one) {
        if (one.is_string() && ansible::is_address(one.get<std::string>()))
            found.push_back(one.get<std::string>());
        else
            out.push_back(not_an_address(source, one));
    };
    if (!source.many)
        take(value);
    else if (value.is_array())
        std::for_each(value.begin(), value.end(), take);
    else
        out.push_back(not_an_address(source, value));
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<ansible::Host> machines(const ansible::HostSource& source, const Json& value,
                                    Diagnostics& out) {
    std::vector<ansible::Host> hosts;
    for (const auto& address : addresses(source, value, out)) {
        ansible::Host host;
        host.name = source.many ? machine_name(source.name, address) : source.name;
        host.address = address;
        host.connection = source.connection;
        host.position = source.position;
        hosts.push_back(std::move(host));
    }
    return hosts;
}

class Inventory final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "inventory",
            .summary = "finds the machines and writes the steps up to check mode",
            .scope = graph::Scope::ansible,
            .reads = {slots::play_unit.id},
            .writes = {slots::inputs.id, slots::targets.id, slots::play_context.id,
                       slots::write_step.id, slots::inventory_step.id, slots::fetch_step.id,
                       slots::syntax_step.id, slots::rehearse_step.id, slots::reach_step.id},
            .upstream = {slots::expected_outputs.id, slots::actual_outputs.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::play_unit);
        Diagnostics diagnostics;
        auto inputs = gather_inputs(*input.unit, upstream_units(context, input.known_outputs),
                                    false, diagnostics);
        auto targets = find_targets(*input.unit, inputs, diagnostics);
        if (!input.context.install) {
            for (const auto& wanted : input.missing)
                diagnostics.push_back(not_installed(wanted));
        }
        if (has_errors(diagnostics)) return diagnostics;
        write_steps(context, input, inputs, targets);
        inputs.digest = digest_of(targets);
        context.put(slots::inputs, std::move(inputs));
        context.put(slots::targets, std::move(targets));
        return diagnostics;
    }

private:
    static ansible::Targets find_targets(const ansible::Unit& unit, const UnitInputs& inputs,
                                         Diagnostics& diagnostics) {
        ansible::Targets targets;
        targets.hosts = unit.hosts;
        for (const auto& [name, value] : inputs.values.items())
            targets.variables[name] = value;
        if (!unit.source) return targets;
        const auto& source = *unit.source;
        if (inputs.values.contains(source.variable) && inputs.planned.count(source.variable) == 0) {
            for (auto& host : machines(source, inputs.values.at(source.variable), diagnostics))
                targets.hosts.push_back(std::move(host));
        }
        return targets;
    }

    /// What was reviewed was reviewed for these machines and values.
    static std::string digest_of(const ansible::Targets& targets) {
        Json all = {{"variables", targets.variables}, {"hosts", Json::object()}};
        for (const auto& host : targets.hosts)
            all["hosts"][host.name] = fmt::format("{}:{}", host.address, host.connection.port);
        return sha256(all);
    }

    /// Leaves out the machines that are done, unless all are: then only the proof is missing, and
    /// that wants every machine.
    static ansible::StepContext limited(const PlayInput& input, const ansible::Targets& targets) {
        auto limited = input.context;
        limited.done = input.finished;
        const bool all =
            std::none_of(targets.hosts.begin(), targets.hosts.end(),
                         [&](const auto& host) { return takes_part(limited, host.name); });
        if (all) limited.done.clear();
        return limited;
    }

    static void write_steps(graph::AgentContext& context, const PlayInput& input,
                            const UnitInputs& inputs, const ansible::Targets& targets) {
        const auto& unit = *input.unit;
        const auto limits = limited(input, targets);
        auto write = ansible::write_step(unit);
        auto inventory = ansible::write_run_step(unit, targets, limits);
        auto fetch = ansible::fetch_step(unit, input.missing, input.context);
        auto syntax = ansible::syntax_step(unit, input.checked, input.context);
        auto rehearse = ansible::rehearse_step(unit, input.context);
        auto reach = ansible::reach_step(targets.hosts, limits);
        if (inputs.preview())
            rehearse.skip = fmt::format("waits for {}", join(inputs.waits_for, ", "));
        else if (input.approved)
            rehearse.skip = "the approved playbook is used";
        if (input.aim && input.aim->targets.empty()) {
            for (auto* step : {&write, &inventory, &fetch, &syntax, &rehearse, &reach})
                step->skip = "nothing drifted";
        }
        // An approved plan without changes touches nothing; checks ask the machines all the same.
        if (input.approved && !input.approved->replan && input.approved->plan.empty() &&
            unit.checks.empty()) {
            for (auto* step : {&write, &inventory, &fetch, &syntax, &reach})
                step->skip = "nothing to do";
        }
        context.put(slots::play_context, limits);
        context.put(slots::write_step, std::move(write));
        context.put(slots::inventory_step, std::move(inventory));
        context.put(slots::fetch_step, std::move(fetch));
        context.put(slots::syntax_step, std::move(syntax));
        context.put(slots::rehearse_step, std::move(rehearse));
        context.put(slots::reach_step, std::move(reach));
    }
};

}  // namespace

graph::Agent& inventory_agent() {
    static Inventory agent;
    return agent;
}

}  // namespace agentops
