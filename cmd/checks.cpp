#include "cmd/checks.h"

#include <fmt/core.h>

#include <algorithm>

#include "agents/inputs.h"
#include "agents/keys.h"
#include "agents/registry.h"
#include "ansible/events.h"
#include "base/text.h"
#include "catalog/names.h"

namespace agentops::cmd {

namespace {

/// The value of a reference among the outputs; nothing when it is not there.
std::optional<std::string> lookup(const CheckedStack& of, const intent::Reference& reference) {
    const auto name = catalog::output_name(reference.component, reference.name);
    for (const auto& [unit, values] : of.outputs) {
        const bool own = unit == catalog::unit_id(of.stack, reference.component);
        const auto wanted = own ? reference.name : name;
        if (!values.contains(wanted)) continue;
        const auto* value = descend(&values.at(wanted), reference.path);
        if (value == nullptr) continue;
        return value->is_string() ? value->get<std::string>() : dump_json(*value);
    }
    return std::nullopt;
}

/// The address with its references filled in; nothing, and `missing`, when one has no value.
std::optional<std::string> fill(const CheckedStack& of, const intent::Template& text,
                                std::string& missing) {
    std::string filled;
    for (const auto& part : text.parts) {
        if (const auto* data = std::get_if<std::string>(&part)) {
            filled += *data;
            continue;
        }
        const auto& reference = std::get<intent::Reference>(part);
        const auto value = lookup(of, reference);
        if (!value) {
            missing = reference.text();
            return std::nullopt;
        }
        filled += *value;
    }
    return filled;
}

run::Step probe_of(const intent::Check& check, const std::string& address) {
    run::Probe probe;
    probe.url = check.tcp ? "tcp://" + address : address;
    probe.status = check.status ? static_cast<int>(check.status->value) : 200;
    probe.within = check.within.value.value;
    return {"probe", check.tcp ? "tcp" : "http", std::move(probe), true, ""};
}

/// A command check as its unit has it; null when the unit took no part in this run.
std::optional<run::Step> command_step(const CheckedStack& of, const std::string& name,
                                      const intent::Check& check) {
    const auto id = catalog::unit_id(of.stack, check.on->value.value);
    for (const auto& job : of.units.jobs) {
        const auto* playbook = job.ansible();
        if (playbook == nullptr || job.id() != id) continue;
        for (const auto& known : playbook->unit.checks) {
            if (known.name == name)
                return ansible::check_step(playbook->unit, known, playbook->context);
        }
    }
    return std::nullopt;
}

/// The step of a check; nothing, and why in the report, when it cannot be made.
std::optional<run::Step> step_of(const CheckedStack& of, const std::string& name,
                                 const intent::Check& check, report::CheckReport& report) {
    if (check.on) {
        report.target =
            fmt::format("{} on {}", check.command.front().plain(), check.on->value.value);
        auto step = command_step(of, name, check);
        if (!step) report.note = check.on->value.value + " took no part in this run";
        return step;
    }
    std::string missing;
    const auto address = fill(of, check.http ? *check.http : *check.tcp, missing);
    report.target = address.value_or("");
    if (address) return probe_of(check, *address);
    report.note = missing + " has no value";
    return std::nullopt;
}

/// A probe says itself how it went; a playbook's events do.
void conclude(const run::StepResult* done, bool command, report::CheckReport& report) {
    if (done == nullptr) return;
    bool ok = done->ok;
    if (command) {
        const auto events = ansible::read_events(done->events, false);
        ok = ok && events.complete && !events.hosts.empty();
        for (const auto& [name, host] : events.hosts) {
            if (host.end == ansible::HostEnd::ok) continue;
            ok = false;
            report.note = fmt::format("{}: {}", name, host.message);
        }
    }
    report.status = ok ? "ok" : "failed";
    if (!ok && report.note.empty() && !done->diagnostics.empty())
        report.note = done->diagnostics.front().message;
}

}  // namespace

std::vector<report::CheckReport> run_checks(Session& session, const CheckedStack& of,
                                            run::Runner& runner, report::Live* live) {
    std::vector<report::CheckReport> reports;
    std::deque<graph::Board> boards;
    std::vector<graph::Subject> subjects;
    std::vector<std::size_t> report_of;
    for (const auto& [name, check] : of.stack.checks) {
        auto& report = reports.emplace_back(report::CheckReport{name, "", "failed", ""});
        auto step = step_of(of, name, check, report);
        if (!step) continue;
        auto& board = boards.emplace_back(registry().slots.size());
        board.put(slots::probe_step, *std::move(step));
        report_of.push_back(reports.size() - 1);
        subjects.push_back({fmt::format("{}/checks/{}", of.stack.id, name), &board, {}});
    }
    auto nodes = graph::derive(registry(), graph::Scope::terraform, {slots::probe_done.id},
                               {slots::probe_step.id});
    if (!nodes) throw InternalError("the checks' graph is not sound");
    graph::WalkOptions options;
    options.jobs = session.jobs();
    options.observer = live;
    options.interrupt = &session.interrupt();
    graph::walk(registry(), *nodes, subjects, runner, options);
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        auto& report = reports[report_of[i]];
        const bool command = of.stack.checks[report_of[i]].second.on.has_value();
        conclude(boards[i].get(slots::probe_done), command, report);
    }
    return reports;
}

}  // namespace agentops::cmd
