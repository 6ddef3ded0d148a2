#include "report/document.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "base/instant.h"
#include "base/json_access.h"
#include "base/text.h"

namespace agentops::report {

namespace {

constexpr int kKnownVersion = 1;

int number_of(const Json& json, std::string_view key) {
    const auto& value = member(json, key);
    return value.is_number_integer() ? value.get<int>() : 0;
}

Place place_of(const Json& json) {
    return {text_of(json, "file"), number_of(json, "line"), number_of(json, "column")};
}

Counts counts_of(const Json& json) {
    return {number_of(json, "create"), number_of(json, "update"), number_of(json, "replace"),
            number_of(json, "delete")};
}

std::vector<AttributeChange> attributes_of(const Json& json, const char* before,
                                           const char* after) {
    std::vector<AttributeChange> all;
    for (const auto& one : member(json, "attributes"))
        all.push_back({text_of(one, "path"), maybe_text(one, before), maybe_text(one, after),
                       is_true(member(one, "forces_replacement"))});
    return all;
}

DocumentChange change_of(const Json& json, const std::string& unit) {
    return {.unit = unit,
            .address = text_of(json, "address"),
            .action = text_of(json, "action"),
            .component = text_of(json, "component"),
            .agent = text_of(json, "agent"),
            .reason = text_of(json, "reason"),
            .risk = text_of(json, "risk"),
            .is_protected = is_true(member(json, "protected")),
            .place = place_of(member(json, "position")),
            .attributes = attributes_of(json, "before", "after")};
}

DocumentUnit unit_of(const Json& json) {
    DocumentUnit unit;
    unit.id = text_of(json, "unit");
    unit.tool = text_of(json, "tool");
    unit.status = text_of(json, "status");
    unit.note = text_of(json, "note");
    unit.cost = text_of(json, "cost");
    unit.counts = counts_of(member(json, "changes"));
    unit.unchanged = static_cast<std::size_t>(std::max(0, number_of(json, "unchanged")));
    for (const auto& change : member(json, "resources"))
        unit.changes.push_back(change_of(change, unit.id));
    return unit;
}

DocumentDrift drift_of(const Json& json) {
    return {.unit = text_of(json, "unit"),
            .address = text_of(json, "address"),
            .status = text_of(json, "status"),
            .cause = text_of(json, "class"),
            .component = text_of(json, "component"),
            .accepted = is_true(member(json, "accepted")),
            .place = place_of(member(json, "position")),
            .attributes = attributes_of(json, "expected", "actual")};
}

DocumentStack stack_of(const Json& json) {
    DocumentStack stack;
    stack.id = text_of(json, "stack");
    stack.status = text_of(json, "status");
    stack.risk = text_of(json, "risk");
    stack.counts = counts_of(member(json, "changes"));
    for (const auto& reason : member(json, "reasons"))
        stack.reasons.push_back(text_of(reason));
    for (const auto& unit : member(json, "units"))
        stack.units.push_back(unit_of(unit));
    for (const auto& check : member(json, "checks"))
        stack.checks.push_back({text_of(check, "name"), text_of(check, "target"),
                                text_of(check, "status"), text_of(check, "note")});
    stack.looked_for_drift = member(json, "resources").is_array();
    for (const auto& resource : member(json, "resources"))
        stack.drift.push_back(drift_of(resource));
    return stack;
}

DocumentRemark finding_of(const Json& json) {
    return {.rule = text_of(json, "rule"),
            .severity = text_of(json, "severity"),
            .stack = text_of(json, "stack"),
            .address = text_of(json, "address"),
            .message = text_of(json, "message"),
            .remediation = text_of(json, "remediation"),
            .waiver = text_of(json, "waiver"),
            .waived = is_true(member(json, "waived")),
            .blocks = is_true(member(json, "blocks")),
            .place = place_of(member(json, "position"))};
}

DocumentRemark diagnostic_of(const Json& json) {
    return {.rule = text_of(json, "code"),
            .severity = text_of(json, "severity"),
            .stack = {},
            .address = {},
            .message = text_of(json, "message"),
            .remediation = text_of(json, "help"),
            .waiver = {},
            .place = place_of(member(json, "position"))};
}

/// No control character and no bidi mark of a text reaches a report.
Json inert(const Json& json) {
    if (json.is_string()) return escape_terminal(json.get_ref<const std::string&>());
    if (!json.is_structured()) return json;
    auto made = json.is_array() ? Json::array() : Json::object();
    for (const auto& [key, value] : json.items()) {
        if (json.is_array())
            made.push_back(inert(value));
        else
            made[escape_terminal(key)] = inert(value);
    }
    return made;
}

Diagnostic damaged(const std::string& why) {
    return error("report.damaged", fmt::format("this is no record of agentops: {}", why), {},
                 "give a run, or a file that a command wrote with --json");
}

}  // namespace

Result<Document> read_document_file(const fs::path& file) {
    TRY(const auto text, read_file(file));
    auto document = read_document(text);
    if (document) return document;
    auto why = document.error();
    why.front().message =
        fmt::format("{}: {}", escape_terminal(file.string()), why.front().message);
    return fail(std::move(why));
}

void add_remark(Document& document, const Diagnostic& diagnostic) {
    const auto json = to_json(diagnostic);
    document.diagnostics.push_back(diagnostic_of(json));
    document.record["diagnostics"].push_back(json);
}

void set_decisions(Document& document, std::string_view text) {
    const auto decisions = parse_json(text, "decisions");
    if (decisions && decisions->is_object()) document.decisions = inert(*decisions);
}

Counts Document::counts() const {
    Counts all;
    for (const auto& stack : stacks)
        all += stack.counts;
    return all;
}

std::vector<const DocumentChange*> Document::losses() const {
    std::vector<const DocumentChange*> found;
    for (const auto& stack : stacks) {
        for (const auto& unit : stack.units) {
            for (const auto& change : unit.changes) {
                if (change.loses()) found.push_back(&change);
            }
        }
    }
    return found;
}

std::vector<DocumentRemark> drift_remarks(const Document& document) {
    std::vector<DocumentRemark> found;
    for (const auto& stack : document.stacks) {
        for (const auto& drift : stack.drift) {
            if (!drift.drifted()) continue;
            std::vector<std::string> paths;
            for (const auto& attribute : drift.attributes)
                paths.push_back(attribute.path);
            auto message = drift.status == "deleted" ? std::string("it is gone")
                                                     : "it was changed: " + join(paths, ", ");
            found.push_back({.rule = "drift",
                             .severity = "high",
                             .stack = stack.id,
                             .address = drift.address,
                             .message = std::move(message),
                             .remediation = "agentops drift shows it; --revert or --adopt repairs",
                             .waiver = {},
                             .place = drift.place});
        }
    }
    return found;
}

std::vector<DocumentRemark> all_remarks(const Document& document) {
    auto all = document.findings;
    for (auto more : {document.diagnostics, drift_remarks(document)})
        std::move(more.begin(), more.end(), std::back_inserter(all));
    return all;
}

Result<Document> read_document(std::string_view text) {
    const auto parsed = parse_json(text, "record");
    if (!parsed) return fail(damaged(parsed.error().front().message));
    auto json = inert(*parsed);
    if (!json.is_object()) return fail(damaged("it is no JSON object"));
    const auto& version = member(json, "format_version");
    if (!version.is_number_integer()) return fail(damaged("it has no format_version"));
    if (version.get<int>() != kKnownVersion)
        return fail(error("report.version",
                          fmt::format("the record is of version {}, and this agentops reads {}",
                                      version.get<int>(), kKnownVersion),
                          {}, "use the agentops that wrote it, or make the record again"));
    for (const auto* list : {"stacks", "findings", "diagnostics"}) {
        if (!member(json, list).is_array()) return fail(damaged(fmt::format("no list {}", list)));
    }
    const auto exit =
        exit_code_of(member(json, "exit").is_number_integer() ? number_of(json, "exit") : -1);
    if (!exit) return fail(damaged("its exit code is none"));
    Document document;
    document.command = text_of(json, "command");
    document.run = text_of(json, "run");
    document.verdict = text_of(json, "verdict");
    document.time = text_of(json, "time");
    document.exit = *exit;
    for (const auto& stack : json["stacks"])
        document.stacks.push_back(stack_of(stack));
    for (const auto& finding : json["findings"])
        document.findings.push_back(finding_of(finding));
    for (const auto& diagnostic : json["diagnostics"])
        document.diagnostics.push_back(diagnostic_of(diagnostic));
    for (const auto& command : member(json, "next"))
        document.next.push_back(text_of(command));
    document.record = std::move(json);
    document.source = text;
    return document;
}

void read_timeline(Document& document, std::string_view lines) {
    using Instant = std::chrono::system_clock::time_point;
    std::optional<Instant> first;
    std::map<std::pair<std::string, std::string>, Instant> begun;
    for (const auto& line : split(lines, '\n')) {
        const auto parsed = parse_json(line, "event");
        if (!parsed) continue;
        const auto event = inert(*parsed);
        const auto time = parse_rfc3339(text_of(event, "time"));
        if (!time) continue;
        if (!first) first = *time;
        if (text_of(event, "type") != "node") continue;
        const std::pair key(text_of(event, "subject"), text_of(event, "node"));
        const auto status = text_of(event, "status");
        if (status == "started") {
            begun[key] = *time;
            continue;
        }
        const auto start = begun.contains(key) ? begun[key] : *time;
        const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(start - *first);
        document.timeline.push_back({key.first, key.second, status, since.count(),
                                     std::max(0, number_of(event, "took_ms"))});
    }
}

}  // namespace agentops::report
