#include "catalog/waivers.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace agentops::catalog {

namespace {

/// Rules of the project's own agents are named after them; only they know them all.
bool is_agents(const std::string& rule, const Standards& standards) {
    const auto& agents = standards.agents;
    const auto slash = rule.find('/');
    return slash != std::string::npos &&
           std::find(agents.begin(), agents.end(), rule.substr(0, slash)) != agents.end();
}

void check_known(const Located<intent::Literal>& name, const Standards& standards,
                 Diagnostics& out) {
    const auto& text = name.value.value;
    if (find_rule(text) != nullptr || is_agents(text, standards)) return;
    std::vector<std::string> names;
    for (const auto* rule : rules())
        names.emplace_back(rule->name);
    const auto near = did_you_mean(text, names);
    auto& diagnostic = out.emplace_back(
        error("catalog.unknown-rule", fmt::format("unknown rule '{}'", text), name.position,
              near ? fmt::format("did you mean '{}'?", *near)
                   : fmt::format("known rules: {}", join(names, ", "))));
    diagnostic.width = static_cast<int>(text.size());
}

bool covers(const intent::Waiver& waiver, const Finding& finding) {
    return waiver.rule.value.value == finding.rule &&
           (!waiver.component || waiver.component->value.value == finding.component);
}

Diagnostic expired(const intent::Waiver& waiver) {
    const auto& until = waiver.until;
    auto diagnostic = warning(
        "catalog.waiver-expired",
        fmt::format("the waiver of {} ended on {}", waiver.rule.value.value, until.value.value),
        until.position, "mend what it accepted, or accept it anew");
    diagnostic.width = static_cast<int>(until.value.value.size());
    return diagnostic;
}

}  // namespace

void apply_waivers(const intent::Rules& rules, const Standards& standards,
                   std::vector<Finding>& findings, Diagnostics& diagnostics) {
    for (const auto& name : rules.deny)
        check_known(name, standards, diagnostics);
    for (const auto& waiver : rules.waive) {
        check_known(waiver.rule, standards, diagnostics);
        if (waiver.until.value.value < standards.today) {
            diagnostics.push_back(expired(waiver));
            continue;
        }
        for (auto& finding : findings) {
            if (!covers(waiver, finding)) continue;
            finding.waived = true;
            finding.waiver = fmt::format("accepted by {} until {}: {}", waiver.owner.value,
                                         waiver.until.value.value, waiver.reason.value);
        }
    }
}

}  // namespace agentops::catalog
