#include <fmt/core.h>

#include "base/json.h"
#include "report/model.h"

namespace agentops::report {

namespace {

constexpr int kFormatVersion = 1;

Json or_null(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

template <class List, class Record>
Json list_of(const List& list, Record record) {
    Json all = Json::array();
    for (const auto& item : list)
        all.push_back(record(item));
    return all;
}

/// As `changes` and the tools' own records have it.
std::string_view action_text(Action action) {
    return action == Action::destroy ? "delete" : to_text(action);
}

Json attribute_record(const AttributeChange& attribute) {
    return {{"path", attribute.path},
            {"before", or_null(attribute.before)},
            {"after", or_null(attribute.after)},
            {"forces_replacement", attribute.forces_replacement}};
}

Json resource_record(const ChangeReport& report) {
    const auto& [change, origin, is_protected, risk] = report;
    return {{"address", change.address},
            {"previous_address", or_null(change.previous_address)},
            {"action", action_text(change.action)},
            {"importing", change.importing},
            {"trust", to_text(change.trust)},
            {"component", or_null(origin.component)},
            {"position", to_json(origin.position)},
            {"agent", origin.agent},
            {"reason", or_null(origin.reason)},
            {"tool_reason", or_null(change.reason)},
            {"protected", is_protected},
            {"risk", or_null(risk)},
            {"attributes", list_of(change.attributes, attribute_record)}};
}

Json output_record(const OutputChange& output) {
    return {{"name", output.name},
            {"action", action_text(output.action)},
            {"sensitive", output.sensitive},
            {"known", output.known},
            {"after", output.after}};
}

Json host_record(const HostReport& host) {
    return {{"host", host.name},
            {"status", host.status},
            {"changed", host.changed},
            {"task", or_null(host.task)},
            {"message", or_null(host.message)}};
}

Json difference_record(const DifferenceReport& difference) {
    const auto& [drift, seen, runs_between, accepted, expired] = difference;
    Json record = {{"path", or_null(drift.path)},
                   {"kind", drift::to_text(drift.kind)},
                   {"expected", or_null(drift.expected)},
                   {"actual", or_null(drift.actual)},
                   {"reference", seen ? Json(drift::reference_of(*seen)) : Json()},
                   {"first_seen", seen ? Json(seen->first) : Json()},
                   {"last_seen", seen ? Json(seen->last) : Json()},
                   {"times_seen", seen ? seen->times : 0},
                   {"runs_between", runs_between},
                   {"new", seen && seen->is_new},
                   {"actor", seen ? or_null(seen->actor) : Json()},
                   {"accepted", nullptr},
                   {"expired", or_null(expired)}};
    if (accepted)
        record["accepted"] = {{"mode", accepted->mode},
                              {"reason", accepted->reason},
                              {"owner", accepted->owner},
                              {"until", accepted->until}};
    return record;
}

Json noise_record(const drift::Noise& noise) {
    return {{"path", noise.path}, {"reason", noise.reason}};
}

/// An object of a drift check; one that is gone has no attributes, only a memory.
Json drift_record(const std::string& stack, const ResourceReport& report) {
    const auto& verdict = report.verdict;
    const bool gone = verdict.status == drift::Status::deleted;
    const bool noted = !report.differences.empty();
    const auto none = std::vector<DifferenceReport>();
    const bool whole = noted && report.differences.front().drift.path.empty();
    return {{"stack", stack},
            {"unit", verdict.unit},
            {"address", verdict.address},
            {"type", or_null(verdict.type)},
            {"status", drift::to_text(verdict.status)},
            {"class",
             verdict.cause == drift::Cause::none ? Json() : Json(drift::to_text(verdict.cause))},
            {"reason", or_null(verdict.reason)},
            {"trust", to_text(verdict.trust)},
            {"planned", action_text(verdict.planned)},
            {"component", or_null(verdict.origin.component)},
            {"position", to_json(verdict.origin.position)},
            {"accepted", report.accepted()},
            {"seen", gone || whole ? difference_record(report.differences.front()) : Json()},
            {"attributes", list_of(whole ? none : report.differences, difference_record)},
            {"noise", list_of(verdict.noise, noise_record)}};
}

Json artifact_record(const drift::ArtifactVerdict& artifact) {
    return {{"file", artifact.file}, {"status", drift::to_text(artifact.status)}};
}

Json unit_record(const UnitReport& unit) {
    return {{"unit", unit.id},
            {"tool", unit.tool},
            {"status", unit.status},
            {"note", or_null(unit.note)},
            {"changes", to_json(unit.counts)},
            {"unchanged", unit.unchanged},
            {"resources", list_of(unit.changes, resource_record)},
            {"outputs", list_of(unit.outputs, output_record)},
            {"hosts", list_of(unit.hosts, host_record)},
            {"cost", or_null(unit.cost)},
            {"unpriced", unit.unpriced},
            {"artifacts", list_of(unit.artifacts, artifact_record)}};
}

Json check_record(const CheckReport& check) {
    return {{"name", check.name},
            {"target", check.target},
            {"status", check.status},
            {"note", or_null(check.note)}};
}

Json stack_record(const StackReport& stack) {
    Json record = {{"stack", stack.id},
                   {"status", stack.status},
                   {"risk", or_null(stack.risk)},
                   {"units", list_of(stack.units, unit_record)},
                   {"changes", to_json(stack.counts())},
                   {"checks", list_of(stack.checks, check_record)},
                   {"reasons", stack.reasons}};
    if (stack.resources) {
        record["resources"] = Json::array();
        for (const auto& resource : *stack.resources)
            record["resources"].push_back(drift_record(stack.id, resource));
    }
    return record;
}

Json diagnostic_record(const Diagnostic& diagnostic) {
    auto record = to_json(diagnostic);
    record["help"] = or_null(diagnostic.help);
    return record;
}

}  // namespace

Json to_json(const Report& report) {
    Json record = {
        {"format_version", kFormatVersion},
        {"command", report.command},
        {"run", or_null(report.run)},
        {"exit", static_cast<int>(report.exit)},
        {"stacks", list_of(report.stacks, stack_record)},
        {"findings", list_of(report.findings, [](const auto& f) { return catalog::to_json(f); })},
        {"diagnostics", list_of(report.diagnostics, diagnostic_record)},
        {"verdict", report.verdict},
        {"next", report.next}};
    for (const auto& [name, value] : report.extra.items()) {
        if (record.contains(name))
            throw InternalError(
                fmt::format("the record of '{}' has '{}' twice", report.command, name));
        record[name] = value;
    }
    return record;
}

}  // namespace agentops::report
