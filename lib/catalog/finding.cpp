#include "catalog/finding.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "catalog/waivers.h"

namespace agentops::catalog {

#define RULE(name) const Rule& name##_rule();
#include "catalog/rules.def"
#undef RULE

namespace {

Finding finding_of(const Rule& rule, Remark remark, const intent::Stack& stack) {
    Finding finding;
    finding.rule = rule.name;
    finding.severity = remark.severity.value_or(rule.severity);
    finding.stack = stack.id;
    finding.address = std::move(remark.address);
    finding.component = remark.origin->component;
    finding.position = remark.origin->position;
    finding.message = std::move(remark.message);
    finding.remediation = rule.remediation;
    return finding;
}

bool is_denied(const intent::Rules& rules, const Finding& finding) {
    return std::any_of(rules.deny.begin(), rules.deny.end(),
                       [&](const auto& name) { return name.value.value == finding.rule; });
}

bool worse(const Finding& a, const Finding& b) {
    return std::tie(b.severity, a.address, a.rule) < std::tie(a.severity, b.address, b.rule);
}

}  // namespace

std::string_view to_text(Severity severity) {
    switch (severity) {
        case Severity::low:
            return "low";
        case Severity::medium:
            return "medium";
        case Severity::high:
            return "high";
        case Severity::critical:
            return "critical";
    }
    throw InternalError("a severity out of range");
}

std::optional<Severity> parse_severity(std::string_view text) {
    for (const auto severity :
         {Severity::low, Severity::medium, Severity::high, Severity::critical}) {
        if (to_text(severity) == text) return severity;
    }
    return std::nullopt;
}

Json to_json(const Finding& finding) {
    return {{"rule", finding.rule},
            {"severity", to_text(finding.severity)},
            {"stack", finding.stack},
            {"address", finding.address},
            {"component", finding.component},
            {"position", to_json(finding.position)},
            {"message", finding.message},
            {"remediation", finding.remediation},
            {"waived", finding.waived},
            {"waiver", finding.waived ? Json(finding.waiver) : Json()}};
}

const std::vector<const Rule*>& rules() {
    static const std::vector<const Rule*> list{
#define RULE(name) &name##_rule(),
#include "catalog/rules.def"
#undef RULE
    };
    return list;
}

const Rule* find_rule(std::string_view name) {
    for (const auto* rule : rules()) {
        if (rule->name == name) return rule;
    }
    return nullptr;
}

std::vector<Finding> judge(const BuiltStack& built, const intent::Stack& stack,
                           const Standards& standards, std::vector<Finding> others,
                           Diagnostics& diagnostics) {
    auto findings = std::move(others);
    for (const auto* rule : rules()) {
        for (auto& remark : rule->judge(built.main, stack))
            findings.push_back(finding_of(*rule, std::move(remark), stack));
    }
    apply_waivers(stack.rules, standards, findings, diagnostics);
    for (auto& finding : findings)
        finding.blocks = !finding.waived &&
                         (finding.severity >= standards.fail_on || is_denied(stack.rules, finding));
    std::stable_sort(findings.begin(), findings.end(), worse);
    return findings;
}

}  // namespace agentops::catalog
