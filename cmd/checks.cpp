#include "cmd/checks.h"

#include <fmt/core.h>

#include "agents/keys.h"
#include "agents/registry.h"
#include "base/text.h"
#include "catalog/names.h"

namespace agentops::cmd {

namespace {

/// The value of a reference among the outputs; nothing when it is not there.
std::optional<std::string> lookup(const intent::Stack& stack, const intent::Reference& reference,
                                  const std::map<std::string, Json>& outputs) {
    const auto name = catalog::output_name(reference.component, reference.name);
    for (const auto& [unit, values] : outputs) {
        const bool own = unit == catalog::unit_id(stack, reference.component);
        const auto wanted = own ? reference.name : name;
        if (!values.contains(wanted)) continue;
        const auto& value = values.at(wanted);
        return value.is_string() ? value.get<std::string>() : dump_json(value);
    }
    return std::nullopt;
}

/// The address with its references filled in; nothing, and `missing`, when one has no value.
std::optional<std::string> fill(const intent::Stack& stack, const intent::Template& text,
                                const std::map<std::string, Json>& outputs, std::string& missing) {
    std::string filled;
    for (const auto& part : text.parts) {
        if (const auto* data = std::get_if<std::string>(&part)) {
            filled += *data;
            continue;
        }
        const auto& reference = std::get<intent::Reference>(part);
        const auto value = lookup(stack, reference, outputs);
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

}  // namespace

std::vector<report::CheckReport> run_checks(Session& session, const intent::Stack& stack,
                                            const std::map<std::string, Json>& outputs,
                                            run::Runner& runner, report::Live* live) {
    std::vector<report::CheckReport> reports;
    std::deque<graph::Board> boards;
    std::vector<graph::Subject> subjects;
    std::vector<std::size_t> report_of;
    for (const auto& [name, check] : stack.checks) {
        if (!check.command.empty()) continue;  // runs with the playbook of its machines
        std::string missing;
        const auto address = fill(stack, check.http ? *check.http : *check.tcp, outputs, missing);
        reports.push_back({name, address.value_or(""), "failed", ""});
        if (!address) {
            reports.back().note = missing + " has no value";
            continue;
        }
        auto& board = boards.emplace_back(registry().slots.size());
        board.put(slots::probe_step, probe_of(check, *address));
        report_of.push_back(reports.size() - 1);
        subjects.push_back({fmt::format("{}/checks/{}", stack.id, name), &board, {}});
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
        const auto* done = boards[i].get(slots::probe_done);
        auto& report = reports[report_of[i]];
        report.status = done != nullptr && done->ok ? "ok" : "failed";
        if (done != nullptr && !done->diagnostics.empty())
            report.note = done->diagnostics.front().message;
    }
    return reports;
}

}  // namespace agentops::cmd
