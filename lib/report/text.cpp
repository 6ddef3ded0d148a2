#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/changes.h"
#include "report/drift_text.h"
#include "report/machines.h"
#include "report/model.h"
#include "report/paint.h"
#include "report/table.h"

namespace agentops::report {

namespace {

constexpr int kFindingIndent = 8;

/// "no-changes" -> "no changes"
std::string words(std::string_view status) {
    auto text = escape_terminal(status);
    std::replace(text.begin(), text.end(), '-', ' ');
    return text;
}

Tone tone_of(std::string_view status) {
    constexpr std::string_view kBad[] = {"failed",        "blocked",     "invalid",
                                         "not-converged", "interrupted", "partial",
                                         "drifted",       "unknown",     "stale"};
    const bool bad = std::find(std::begin(kBad), std::end(kBad), status) != std::end(kBad);
    return bad ? Tone::danger : Tone::plain;
}

/// Lines that follow each other; a block of one line needs no blank line around it.
class Blocks {
public:
    void add(const std::string& block) {
        if (block.empty()) return;
        const bool one_line = std::count(block.begin(), block.end(), '\n') == 1;
        if (!text_.empty() && !(one_line && last_was_one_line_)) text_ += '\n';
        text_ += block;
        last_was_one_line_ = one_line;
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
    bool last_was_one_line_ = false;
};

std::string unit_status(const UnitReport& unit) {
    const auto note = escape_terminal(unit.note);
    if (unit.status == "preview") return fmt::format("preview: {}; never applied as it is", note);
    if (unit.status == "pending") return fmt::format("pending: {}; not planned yet", note);
    const auto status = unit.status == "planned" ? "" : words(unit.status);
    return status + (status.empty() || note.empty() ? "" : ": ") + note;
}

std::string unit_text(const UnitReport& unit, const TextOptions& options) {
    const auto name = unit.id.substr(unit.id.rfind('/') + 1);
    auto header = escape_terminal(name);
    if (!unit.tool.empty()) header += fmt::format(" ({})", escape_terminal(unit.tool));
    const auto status = paint(unit_status(unit), tone_of(unit.status), options.colour);
    return indented(2, header + (status.empty() ? "" : "  ") + status) +
           change_text(unit, options) + machine_text(unit, options);
}

bool is_quiet(const UnitReport& unit) {
    const bool same = unit.status == "no-changes" || unit.status == "unchanged";
    return same && unit.changes.empty() && unit.note.empty() &&
           std::all_of(unit.outputs.begin(), unit.outputs.end(),
                       [](const OutputChange& o) { return o.action == Action::no_op; });
}

/// A stack in which all units stay as they are is one line.
bool is_quiet(const StackReport& stack) {
    if (stack.resources) return false;
    return !stack.units.empty() && stack.checks.empty() && stack.reasons.empty() &&
           std::all_of(stack.units.begin(), stack.units.end(),
                       [](const UnitReport& unit) { return is_quiet(unit); });
}

std::string stack_header(const StackReport& stack, const TextOptions& options) {
    auto header = paint(escape_terminal(stack.id), Tone::strong, options.colour);
    std::vector<std::string> remarks;
    if (!stack.status.empty() && stack.status != "planned")
        remarks.push_back(paint(words(stack.status), tone_of(stack.status), options.colour));
    if (stack.counts().total() > 0 && !stack.risk.empty())
        remarks.push_back("risk: " + escape_terminal(stack.risk));
    return header + (remarks.empty() ? "" : "  ") + join(remarks, ", ");
}

std::string check_text(const std::vector<CheckReport>& checks, const TextOptions& options) {
    Rows rows;
    for (const auto& check : checks)
        rows.push_back({"check " + check.name, check.target, check.status, check.note});
    std::string text;
    const auto lines = table_lines(rows, {{}, {20}, {}, {20}}, room(options.width, 2));
    for (std::size_t i = 0; i < lines.size(); ++i)
        text += indented(2, paint(lines[i], tone_of(checks[i].status), options.colour));
    return text;
}

std::string stack_text(const StackReport& stack, const TextOptions& options) {
    if (is_quiet(stack)) {
        std::size_t unchanged = 0;
        for (const auto& unit : stack.units)
            unchanged += unit.unchanged;
        const auto count = unchanged > 0 ? fmt::format(" ({} unchanged)", unchanged) : "";
        return indented(0, stack_header(stack, options) + count);
    }
    auto text = indented(0, stack_header(stack, options));
    if (stack.resources) text += drift_text(stack, options);
    for (const auto& unit : stack.units) {
        if (!stack.resources) text += unit_text(unit, options);
    }
    text += check_text(stack.checks, options);
    for (const auto& reason : stack.reasons) {
        const char* lead = "why: ";
        for (const auto& part : wrap(reason, room(options.width, 7))) {
            text += indented(2, lead + part);
            lead = "     ";
        }
    }
    return text;
}

Tone tone_of(catalog::Severity severity) {
    return severity >= catalog::Severity::high ? Tone::danger : Tone::caution;
}

std::string finding_body(const catalog::Finding& finding, const TextOptions& options) {
    std::vector<std::string> parts;
    if (finding.waived) {
        parts = {"waived: " + finding.waiver};
    } else {
        parts = {finding.message};
        if (!finding.remediation.empty()) parts.push_back("fix: " + finding.remediation);
    }
    std::string text;
    for (const auto& part : parts)
        for (const auto& wrapped : wrap(part, room(options.width, kFindingIndent)))
            text += indented(kFindingIndent, wrapped);
    return text;
}

std::string finding_text(const Report& report, const TextOptions& options) {
    if (report.findings.empty()) return "";
    Rows rows;
    for (const auto& finding : report.findings)
        rows.push_back({std::string(catalog::to_text(finding.severity)), finding.rule,
                        report.stacks.size() > 1 ? finding.stack : "", finding.address,
                        place_of(finding.position), finding.blocks ? "blocks" : ""});
    const auto lines =
        table_lines(rows, {{}, {}, {12}, {20}, {12, true}, {}}, room(options.width, 2));
    auto text = indented(0, paint("findings", Tone::strong, options.colour));
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto& finding = report.findings[i];
        const auto tone = finding.waived ? Tone::plain : tone_of(finding.severity);
        text += indented(2, paint(lines[i], tone, options.colour)) + finding_body(finding, options);
    }
    return text;
}

std::vector<std::string> danger_row(const ChangeReport& report, const std::string& unit) {
    const bool replace = report.change.action == Action::replace;
    const auto causes = join(causes_of(report), ", ");
    return {replace ? "REPLACE" : "DESTROY", unit,
            report.change.address + (causes.empty() ? "" : "  (" + causes + ")"),
            place_of(report.origin.position)};
}

/// Replacements and destroys once more, never cut: nobody may miss them.
std::string danger_text(const Report& report, const TextOptions& options) {
    std::vector<const UnitReport*> units;
    for (const auto& stack : report.stacks)
        for (const auto& unit : stack.units)
            units.push_back(&unit);
    Rows rows;
    for (const auto* unit : units) {
        for (const auto& change : unit->changes) {
            const auto action = change.change.action;
            if (action == Action::replace || action == Action::destroy)
                rows.push_back(danger_row(change, units.size() > 1 ? unit->id : ""));
        }
    }
    std::string text;
    for (const auto& row : table_lines(rows))
        text += indented(0, paint(row, Tone::danger, options.colour));
    return text;
}

std::string remark_text(const std::vector<std::string>& remarks, const TextOptions& options) {
    std::string text;
    for (const auto& remark : remarks) {
        for (const auto& part : wrap(remark, room(options.width, 0)))
            text += indented(0, part);
    }
    return text;
}

std::string next_text(const std::vector<std::string>& commands) {
    std::string text;
    for (const auto& command : commands)
        text += (text.empty() ? "next: " : "      ") + escape_terminal(command) + "\n";
    return text;
}

}  // namespace

std::string to_text(const Report& report, const TextOptions& options) {
    Blocks blocks;
    auto end = danger_text(report, options);
    if (options.verbosity >= 0) {
        for (const auto& stack : report.stacks)
            blocks.add(stack_text(stack, options));
        blocks.add(unmanaged_text(report, options));
        blocks.add(finding_text(report, options));
        blocks.add(remark_text(report.remarks, options));
        end += next_text(report.next);
    }
    if (!report.verdict.empty())
        end += indented(0, paint(escape_terminal(report.verdict), Tone::strong, options.colour));
    const auto body = blocks.take();
    return body + (body.empty() || end.empty() ? "" : "\n") + end;
}

}  // namespace agentops::report
