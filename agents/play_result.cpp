#include "agents/play_result.h"

#include <fmt/core.h>

#include "base/text.h"

namespace agentops {

namespace {

/// What Ansible refuses before any task it says on stderr, where the runner quotes it.
std::string words_of(const run::StepResult& done) {
    std::vector<std::string> words;
    for (const auto& diagnostic : done.diagnostics)
        words.push_back(diagnostic.message);
    return join(words, "; ");
}

std::vector<std::string> absent(const std::vector<ansible::Host>& expected,
                                const ansible::PlayEvents& events) {
    std::vector<std::string> names;
    for (const auto& host : expected) {
        if (!events.hosts.contains(host.name)) names.push_back(host.name);
    }
    return names;
}

Position component_line(const ansible::Unit& unit) {
    const auto found = unit.origins.find("");
    return found == unit.origins.end() ? Position{} : found->second.position;
}

Diagnostic no_hosts(const ansible::Unit& unit, const std::vector<std::string>& names) {
    return error(
        "ansible.no-hosts",
        names.empty() ? fmt::format("the playbook of {} matched none of its machines", unit.id)
                      : fmt::format("{} took no part in {}", join(names, ", "), unit.id),
        component_line(unit), "compare the playbook's `hosts:` and its limit with the inventory");
}

}  // namespace

std::vector<ansible::Host> taking_part(std::vector<ansible::Host> hosts,
                                       const ansible::StepContext& context) {
    std::erase_if(hosts, [&](const auto& host) { return !takes_part(context, host.name); });
    return hosts;
}

PlayResult read_play(const ansible::Unit& unit, const std::vector<ansible::Host>& expected,
                     const run::StepResult& done, bool check) {
    PlayResult result{ansible::read_events(done.events, check), {}};
    auto& events = result.events;
    auto& found = result.diagnostics;
    if (!events.complete && events.hosts.empty() && events.refused.empty())
        events.refused = words_of(done);
    found = ansible::explain_failures(events, unit);
    if (has_errors(found)) return result;
    if (!events.complete || !done.ok) append(found, done.diagnostics);
    if (has_errors(found)) return result;
    if (!events.complete)
        found.push_back(error("ansible.unfinished",
                              fmt::format("the playbook of {} did not end", unit.id),
                              component_line(unit), "see its log: agentops runs latest"));
    const auto names = unit.existing ? std::vector<std::string>() : absent(expected, events);
    if (!has_errors(found) && (!names.empty() || events.hosts.empty()))
        found.push_back(no_hosts(unit, names));
    return result;
}

}  // namespace agentops
