#include <fmt/core.h>

#include "report/document.h"
#include "report/table.h"

namespace agentops::report {

namespace {

std::string where_text(const Place& place) {
    return place.file.empty() ? "" : fmt::format("{}:{}", place.file, place.line);
}

Rows rows_of(const DocumentStack& stack) {
    Rows rows;
    for (const auto& unit : stack.units) {
        for (const auto& change : unit.changes)
            rows.push_back({"  " + change.action, change.address, where_text(change.place)});
    }
    for (const auto& drift : stack.drift) {
        if (!drift.drifted()) continue;
        rows.push_back({"  " + drift.status, drift.address, where_text(drift.place)});
    }
    return rows;
}

Rows rows_of(const std::vector<DocumentRemark>& remarks) {
    Rows rows;
    for (const auto& one : remarks) {
        rows.push_back({one.severity, one.rule, one.address, one.message, where_text(one.place)});
        if (!one.remediation.empty()) rows.push_back({"", "", "", "help: " + one.remediation, ""});
    }
    return rows;
}

}  // namespace

std::string write_text(const Document& document, const FormatOptions& /*options*/) {
    std::string text;
    for (const auto& stack : document.stacks)
        text += table({{stack.id, stack.status, stack.risk.empty() ? "" : "risk: " + stack.risk}}) +
                table(rows_of(stack));
    text += table(rows_of(document.findings)) + table(rows_of(document.diagnostics));
    return text + document.verdict + "\n";
}

}  // namespace agentops::report
