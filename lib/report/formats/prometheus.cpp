// The text format of Prometheus, for the text file collector of a node exporter.

#include <fmt/core.h>

#include <map>

#include "report/document.h"

namespace agentops::report {

namespace {

/// A label's value as the format escapes it.
std::string label_text(std::string_view text) {
    std::string shown;
    for (const char c : text) {
        if (c == '\\' || c == '"')
            shown += std::string("\\") + c;
        else
            shown += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    return shown;
}

std::string gauge_head(const char* name, const char* help) {
    return fmt::format("# HELP agentops_report_{0} {1}\n# TYPE agentops_report_{0} gauge\n", name,
                       help);
}

std::string gauge_line(const char* name, const char* label, std::string_view value,
                       const std::string& stack, std::size_t number) {
    return fmt::format("agentops_report_{}{{stack=\"{}\",{}=\"{}\"}} {}\n", name, label_text(stack),
                       label, value, number);
}

std::string changes_gauge(const Document& document) {
    auto text = gauge_head("changes", "Changes of the run, by what they do.");
    for (const auto& stack : document.stacks) {
        const auto& counts = stack.counts;
        for (const auto& [action, number] : {std::pair("create", counts.create),
                                             {"update", counts.update},
                                             {"replace", counts.replace},
                                             {"delete", counts.destroy}})
            text +=
                gauge_line("changes", "action", action, stack.id, static_cast<std::size_t>(number));
    }
    return text;
}

std::string findings_gauge(const Document& document) {
    auto text = gauge_head("findings", "Findings that nobody waived, by severity.");
    std::map<std::pair<std::string, std::string>, std::size_t> numbers;
    for (const auto& stack : document.stacks) {
        for (const auto* severity : {"low", "medium", "high", "critical"})
            numbers[{stack.id, severity}] = 0;
    }
    for (const auto& finding : document.findings)
        numbers[{finding.stack, finding.severity}] += finding.waived ? 0 : 1;
    for (const auto& [key, number] : numbers)
        text += gauge_line("findings", "severity", key.second, key.first, number);
    return text;
}

std::string drift_gauge(const Document& document) {
    std::string text;
    for (const auto& stack : document.stacks) {
        if (!stack.looked_for_drift) continue;
        std::map<std::string, std::size_t> numbers{{"modified", 0}, {"deleted", 0}, {"unknown", 0}};
        for (const auto& drift : stack.drift) {
            if (drift.drifted() || drift.status == "unknown") ++numbers[drift.status];
        }
        for (const auto& [status, number] : numbers)
            text += gauge_line("drift", "status", status, stack.id, number);
    }
    return text.empty() ? "" : gauge_head("drift", "Objects that drifted.") + text;
}

}  // namespace

std::string write_prometheus(const Document& document, const FormatOptions& /*options*/) {
    return gauge_head("exit_code", "Exit code of the command.") +
           fmt::format("agentops_report_exit_code{{command=\"{}\"}} {}\n",
                       label_text(document.command), static_cast<int>(document.exit)) +
           changes_gauge(document) + findings_gauge(document) + drift_gauge(document);
}

}  // namespace agentops::report
