// What programs may rely on in our output. Members may be added, so none of these objects is
// closed.

#include <nlohmann/json.hpp>

#include "base/exit_code.h"
#include "base/schema_head.h"
#include "catalog/finding.h"
#include "cmd/schemas.h"

namespace agentops::cmd {

namespace {

constexpr const char* kActions[] = {"no-op",   "create", "read",   "update",
                                    "replace", "delete", "forget", "unknown"};

Json text(const char* doc) {
    return {{"type", "string"}, {"description", doc}};
}

Json text_or_null(const char* doc) {
    return {{"type", {"string", "null"}}, {"description", doc}};
}

Json boolean(const char* doc) {
    return {{"type", "boolean"}, {"description", doc}};
}

Json count(const char* doc) {
    return {{"type", "integer"}, {"minimum", 0}, {"description", doc}};
}

Json one_of(Json words, const char* doc) {
    return {{"enum", std::move(words)}, {"description", doc}};
}

Json list_of(Json items, const char* doc) {
    return {{"type", "array"}, {"items", std::move(items)}, {"description", doc}};
}

Json reference(const char* definition) {
    return {{"$ref", std::string("#/definitions/") + definition}};
}

/// An object in which every member is always present.
Json record(Json members) {
    auto names = Json::array();
    for (const auto& [name, schema] : members.items())
        names.push_back(name);
    return {{"type", "object"}, {"required", std::move(names)}, {"properties", std::move(members)}};
}

Json severities() {
    using catalog::Severity;
    auto words = Json::array();
    for (const auto severity :
         {Severity::low, Severity::medium, Severity::high, Severity::critical})
        words.push_back(catalog::to_text(severity));
    return words;
}

Json exit_codes() {
    auto numbers = Json::array();
#define EXIT_CODE(name, number, rank, text) numbers.push_back(number);
#include "base/exit_code.def"
#undef EXIT_CODE
    return numbers;
}

Json position() {
    auto place = record({{"file", text("path, relative to the project")},
                         {"line", {{"type", {"integer", "null"}}}},
                         {"column", {{"type", {"integer", "null"}}}}});
    place["type"] = {"object", "null"};
    return place;
}

Json changes() {
    return record({{"create", count("resources to create")},
                   {"update", count("resources to change in place")},
                   {"replace", count("resources to destroy and create again")},
                   {"delete", count("resources to destroy")}});
}

Json attribute() {
    return record({{"path", text("where in the resource")},
                   {"before", text_or_null("as it is; null when there is none")},
                   {"after", text_or_null("as it will be; null when there is none")},
                   {"forces_replacement", boolean("the resource is replaced because of it")}});
}

Json resource() {
    return record({{"address", text("as the tool names it")},
                   {"previous_address", text_or_null("where it was before it moved")},
                   {"action", one_of(kActions, "what happens to it")},
                   {"importing", boolean("an existing object is taken over")},
                   {"trust", one_of({"proven", "reported", "not-checkable"},
                                    "how far the prediction can be relied on")},
                   {"component", text_or_null("the component of the intent it belongs to")},
                   {"position", reference("position")},
                   {"agent", text("who asked for it")},
                   {"reason", text_or_null("why")},
                   {"tool_reason", text_or_null("why, in the tool's words")},
                   {"protected", boolean("rules.protect names its component")},
                   {"risk", text_or_null("low, medium, high or critical")},
                   {"attributes",
                    list_of(reference("attribute"), "what changes in it; secrets are masked")}});
}

Json output() {
    return record({{"name", text("as the tool names it")},
                   {"action", one_of(kActions, "what happens to it")},
                   {"sensitive", boolean("its value is not shown")},
                   {"known", boolean("its value is known before apply")},
                   {"after", Json::object()}});
}

Json host() {
    return record({{"host", text("the machine")},
                   {"status", text("ok, failed, unreachable or unfinished")},
                   {"changed", count("tasks that changed something")},
                   {"task", text_or_null("where it failed")},
                   {"message", text_or_null("why")}});
}

Json artifact() {
    return record({{"file", text("in the unit's folder")},
                   {"status", one_of({"stale", "edited", "missing", "foreign"},
                                     "against the intent, and against what was written")}});
}

Json unit() {
    return record(
        {{"unit", text("stack/name")},
         {"tool", text("what runs it")},
         {"status", text("planned, no-changes, preview, pending, applied, failed, ...")},
         {"note", text_or_null("what else is to be said")},
         {"changes", reference("changes")},
         {"unchanged", count("resources that stay as they are")},
         {"resources", list_of(reference("resource"), "what changes")},
         {"outputs", list_of(reference("output"), "outputs that change")},
         {"hosts", list_of(host(), "how each machine fared, after an apply")},
         {"cost", text_or_null("what the plan adds to the bill")},
         {"unpriced", list_of(text("address or item"), "what of it has no price")},
         {"artifacts", list_of(artifact(), "drift: files that are not as they should be")}});
}

/// One difference between what was applied and what is there.
Json difference() {
    return record(
        {{"path", text_or_null("attribute; null for an object that is gone")},
         {"kind", one_of({"added", "removed", "not_equal"}, "seen from what was expected")},
         {"expected", text_or_null("JSON of what was applied; secrets are masked")},
         {"actual", text_or_null("JSON of what is there; secrets are masked")},
         {"reference", text_or_null("how `drift accept` and `drift ignore` name it")},
         {"first_seen", text_or_null("time")},
         {"last_seen", text_or_null("time")},
         {"times_seen", count("checks that saw it")},
         {"runs_between", count("runs on record between its first and last sighting")},
         {"new", boolean("the check before this one did not see it, or not so")},
         {"actor", text_or_null("who did it, when a trail tells")},
         {"accepted",
          {{"type", {"object", "null"}}, {"description", "mode, reason, owner, until"}}},
         {"expired", text_or_null("last day of an acceptance that is over")}});
}

/// An object of a drift check.
Json drifted() {
    return record(
        {{"stack", text("its stack")},
         {"unit", text("its unit")},
         {"address", text("as the tool names it; machine: task for Ansible")},
         {"type", text_or_null("resource type or module")},
         {"status", one_of({"in_sync", "modified", "deleted", "not_checked", "unknown"},
                           "not_checked: nothing can tell; unknown: it could not be looked at")},
         {"class", text_or_null("drift, noise, pending_intent, follows, data_source; null: none")},
         {"reason", text_or_null("one sentence")},
         {"trust", one_of({"proven", "reported", "not-checkable"}, "how far it can be relied on")},
         {"planned", one_of(kActions, "what a plan would do with it now")},
         {"component", text_or_null("the component of the intent it belongs to")},
         {"position", reference("position")},
         {"accepted", boolean("all of its differences are accepted: it does not count")},
         {"seen", {{"anyOf", {reference("difference"), {{"type", "null"}}}}}},
         {"attributes", list_of(reference("difference"), "what differs")},
         {"noise", list_of(record({{"path", text("attribute")}, {"reason", text("why")}}),
                           "differences that are none")}});
}

Json check() {
    return record({{"name", text("of the check")},
                   {"target", text("what was asked")},
                   {"status", text("ok or failed")},
                   {"note", text_or_null("why it failed")}});
}

Json stack() {
    auto schema = record(
        {{"stack", text("intent or intent@environment")},
         {"status", text("the status of the unit that matters most, or blocked")},
         {"risk", text_or_null("low, medium, high or critical; null when nothing was planned")},
         {"units", list_of(reference("unit"), "what was executed or planned")},
         {"changes", reference("changes")},
         {"checks", list_of(reference("check"), "probes after apply")},
         {"reasons", list_of({{"type", "string"}}, "why it is blocked or needs approval")}});
    schema["properties"]["resources"] =
        list_of(reference("drifted"), "of a drift check: every managed object");
    return schema;
}

Json finding() {
    return record({{"rule", text("its name")},
                   {"severity", one_of(severities(), "how bad it is")},
                   {"stack", text("where")},
                   {"address", text("the resource")},
                   {"component", text("the component it belongs to; may be empty")},
                   {"position", reference("position")},
                   {"message", text("what is wrong")},
                   {"remediation", text("what to do")},
                   {"waived", boolean("the risk is accepted")},
                   {"waiver", text_or_null("by whom, until when and why")}});
}

Json diagnostic() {
    return record({{"severity", one_of({"note", "warning", "error"}, "errors end the command")},
                   {"code", {{"type", "string"}, {"pattern", "^[a-z0-9-]+\\.[a-z0-9-]+$"}}},
                   {"message", text("what is wrong")},
                   {"help", text_or_null("what to do")},
                   {"position", reference("position")}});
}

/// What some commands add.
Json posted(const char* what) {
    auto made = record({{"action", text("created, updated, unchanged, closed or none")},
                        {"url", text("where it is; empty when there is none")}});
    made["description"] = what;
    return made;
}

Json members_of_commands() {
    const Json words = {{"type", "string"}};
    return {
        {"time", text("report.json of a run: when the command ended")},
        {"affected", list_of(record({{"file", text("an intent that a change concerns")},
                                     {"because", list_of(words, "the way from the change to it")}}),
                             "--changed, --staged")},
        {"shard", record({{"index", count("which part, from 1")},
                          {"count", count("of how many")},
                          {"of", text("digest of the names of all stacks")},
                          {"commit", text_or_null("that is checked out")}})},
        {"architecture",
         {{"type", "object"},
          {"description", "plan, apply: by stack, its components"},
          {"additionalProperties",
           list_of(record({{"component", text("its name")},
                           {"kind", text("its kind")},
                           {"needs", list_of(words, "components it is in, on or uses")}}),
                   "components")}}},
        {"findings_gone", list_of(reference("finding"), "diff: what BASE had and HEAD has not")},
        {"config", list_of(record({{"key", text("name of the setting")},
                                   {"value", {{"description", "null: not set"}}},
                                   {"origin", text("file:line:column, an option, or default")},
                                   {"description", text("what it is for")}}),
                           "config: every setting")},
        {"comment", posted("ci comment: the one on the pull request")},
        {"issue", posted("ci issue: the one about drift")},
        {"reports", list_of(record({{"file", text("its path")}, {"format", text("of the report")}}),
                            "report: the files")}};
}

/// A line of the event stream of one type.
Json line_of(const char* type, const char* doc, Json members) {
    return {{"if", {{"properties", {{"type", {{"const", type}}}}}}},
            {"then", {{"description", doc}, {"required", members}}}};
}

}  // namespace

Json record_schema() {
    auto schema =
        record({{"format_version", {{"const", 1}}},
                {"command", text("the command")},
                {"run", text_or_null("id of the run; null when the command makes none")},
                {"exit", one_of(exit_codes(), "the exit code of the process")},
                {"stacks", list_of(reference("stack"), "by stack")},
                {"findings", list_of(reference("finding"), "remarks on the infrastructure")},
                {"diagnostics", list_of(reference("diagnostic"), "remarks on input and operation")},
                {"verdict", text("the last line for people")},
                {"next", list_of({{"type", "string"}}, "commands that make sense now")}});
    schema["properties"].update(members_of_commands());
    schema["definitions"] = {
        {"position", position()},     {"changes", changes()},       {"attribute", attribute()},
        {"resource", resource()},     {"output", output()},         {"unit", unit()},
        {"check", check()},           {"stack", stack()},           {"finding", finding()},
        {"diagnostic", diagnostic()}, {"difference", difference()}, {"drifted", drifted()},
    };
    schema["description"] =
        "What --json prints: one record on stdout. Commands add members of their own.";
    return with_schema_head(std::move(schema), "urn:agentops:schema:record:v1", "agentops --json");
}

Json events_schema() {
    auto schema = record({{"type", text("what the line is; more types may come")},
                          {"time", {{"type", "string"}, {"format", "date-time"}}}});
    schema["allOf"] = {
        line_of("version", "the first line of a file", {"format_version", "run"}),
        line_of("node", "an agent or step of a subject started or ended", {"subject", "node"}),
        line_of("tool", "a line of a tool's own event stream", {"subject", "step", "event"}),
        line_of("end", "the last line of a command", {"exit", "verdict"}),
    };
    schema["properties"].update({{"format_version", {{"const", 1}}},
                                 {"run", text("id of the run, or empty")},
                                 {"subject", text("stack or unit")},
                                 {"node", text("agent or step")},
                                 {"status", text("how it ended")},
                                 {"step", text("the step whose tool speaks")},
                                 {"event", {{"description", "what happened"}}},
                                 {"exit", one_of(exit_codes(), "the exit code of the process")},
                                 {"verdict", text("the last line for people")}});
    schema["description"] = "One JSON record per line of --events FILE.";
    return with_schema_head(std::move(schema), "urn:agentops:schema:events:v1",
                            "agentops --events");
}

}  // namespace agentops::cmd
