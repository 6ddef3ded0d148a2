// Writes down what became of an Ansible unit: run or not, settled or not.

#include <fmt/core.h>

#include <set>

#include "agents/keys.h"
#include "agents/play_result.h"
#include "agents/registry.h"
#include "base/text.h"

namespace agentops {

namespace {

constexpr std::size_t kNamed = 5;  ///< tasks that a message names

class Recorder final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "recorder",
            .summary = "records what became of an Ansible unit",
            .scope = graph::Scope::ansible,
            .reads = {slots::play_unit.id, slots::targets.id, slots::expected_outputs.id,
                      slots::play_done.id, slots::settle_done.id},
            .writes = {slots::outcome.id, slots::actual_outputs.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::play_unit);
        const auto& settled = context.get(slots::settle_done);
        UnitOutcome outcome;
        outcome.applied = context.get(slots::play_done).ran;
        Diagnostics diagnostics;
        if (settled.ran || !settled.ok)
            diagnostics =
                judge(*input.unit, taking_part(context.get(slots::targets).hosts, input.context),
                      settled);
        outcome.converged = diagnostics.empty();
        context.put(slots::outcome, std::move(outcome));
        context.put(slots::actual_outputs, context.get(slots::expected_outputs));
        return diagnostics;
    }

private:
    static Diagnostics judge(const ansible::Unit& unit, const std::vector<ansible::Host>& hosts,
                             const run::StepResult& settled) {
        auto [events, failed] = read_play(unit, hosts, settled, false);
        if (!events.changed.empty()) return {never_settles(unit, events.changed)};
        if (failed.empty()) return {};
        for (auto& diagnostic : failed)
            diagnostic.level = Level::warning;
        failed.push_back(
            warning("apply.not-proven",
                    fmt::format("{} was applied, but a second pass could not prove it", unit.id),
                    {}, "plan again to see"));
        return failed;
    }

    static Diagnostic never_settles(const ansible::Unit& unit,
                                    const std::vector<ansible::TaskResult>& changed) {
        std::set<std::string> hosts;
        std::vector<std::string> tasks;
        Position position;
        for (const auto& result : changed) {
            hosts.insert(result.host);
            const auto name = fmt::format("'{}'", result.task);
            if (std::find(tasks.begin(), tasks.end(), name) == tasks.end()) tasks.push_back(name);
            const auto origin = unit.origins.find(result.task);
            if (!position.known() && origin != unit.origins.end())
                position = origin->second.position;
        }
        const auto more = tasks.size() > kNamed ? tasks.size() - kNamed : 0;
        tasks.resize(tasks.size() - more);
        return warning("apply.not-converged",
                       fmt::format("{} was applied, but a second pass changed {} again: {}{}",
                                   unit.id, count_of(hosts.size(), "machine"), join(tasks, ", "),
                                   more > 0 ? fmt::format(" and {} more", more) : ""),
                       position, "these tasks never settle: let them say when they change nothing");
    }
};

}  // namespace

graph::Agent& recorder_agent() {
    static Recorder agent;
    return agent;
}

}  // namespace agentops
