#pragma once

// A record (`--json`, report.json of a run) read back as what reports are made of. One model, one
// file per format: formats/<name>.cpp and a line in formats.def.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/exit_code.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/result.h"
#include "unit/change.h"

namespace agentops::report {

struct Place {
    std::string file;  ///< relative to the project; empty: nowhere
    int line = 0, column = 0;
};

struct DocumentChange {
    std::string unit, address, action, component, agent, reason, risk;
    bool is_protected = false;
    Place place;
    std::vector<AttributeChange> attributes;
    bool loses() const { return action == "delete" || action == "replace"; }
};

struct DocumentUnit {
    std::string id, tool, status, note, cost;
    Counts counts;
    std::size_t unchanged = 0;
    std::vector<DocumentChange> changes;
};

struct DocumentDrift {
    std::string unit, address, status, cause, component;
    bool accepted = false;
    Place place;
    std::vector<AttributeChange> attributes;  ///< before: expected, after: actual
    bool drifted() const { return !accepted && (status == "modified" || status == "deleted"); }
};

struct DocumentCheck {
    std::string name, target, status, note;
};

struct DocumentStack {
    std::string id, status, risk;
    Counts counts;
    std::vector<std::string> reasons;
    std::vector<DocumentUnit> units;
    std::vector<DocumentCheck> checks;
    std::vector<DocumentDrift> drift;
    bool looked_for_drift = false;
};

/// A finding, or a diagnostic (then `rule` is its code).
struct DocumentRemark {
    std::string rule, severity, stack, address, message, remediation, waiver;
    bool waived = false, blocks = false;
    Place place;
};

/// One node of the run: when it began, seen from the run's start, and how long it took.
struct TimelineEntry {
    std::string subject, node, status;
    std::int64_t start_ms = 0, took_ms = 0;
};

struct Document {
    std::string command, run, verdict, time;
    ExitCode exit = ExitCode::done;
    std::vector<DocumentStack> stacks;
    std::vector<DocumentRemark> findings, diagnostics;
    std::vector<std::string> next;
    std::vector<TimelineEntry> timeline;
    Json decisions = Json::object();  ///< stack -> list, as in decisions.json
    Json record;                      ///< all of it, its texts inert as those above
    std::string source;               ///< the text that was read

    Counts counts() const;
    std::vector<const DocumentChange*> losses() const;  ///< destroys and replacements
};

/// What drifted, each object as a remark of the rule "drift".
std::vector<DocumentRemark> drift_remarks(const Document& document);
/// Findings, diagnostics and drift.
std::vector<DocumentRemark> all_remarks(const Document& document);

/// Every text of it is made inert (escape_terminal), so that formats need only care for their own
/// markup. Codes: report.damaged, report.version.
Result<Document> read_document(std::string_view text);

/// The same of a file, which what is wrong with it names. Codes: those of read_file() too.
Result<Document> read_document_file(const fs::path& file);

/// Adds what is known beside the record, as a diagnostic of it. (The format json stays what it
/// was.)
void add_remark(Document& document, const Diagnostic& diagnostic);
/// Adds a decisions.json; one that is damaged is passed over.
void set_decisions(Document& document, std::string_view text);
/// Adds the lines of an events.jsonl; those that are cut short or of an unknown shape are passed
/// over.
void read_timeline(Document& document, std::string_view lines);

struct FormatOptions {
    std::size_t max_bytes = 0;  ///< of Markdown; 0: no limit
};

/// What `agentops report` can write.
struct Format {
    std::string_view name, suffix, summary;
    std::string (*write)(const Document& document, const FormatOptions& options);
};
const std::vector<Format>& formats();
/// Null when there is none of that name.
const Format* find_format(std::string_view name);
/// By the end of a file's name: "x.sarif"; null when no format has it.
const Format* format_of_file(std::string_view file);

}  // namespace agentops::report
