// Judges machines by what check mode says of them.

#include "agents/keys.h"
#include "agents/play_result.h"
#include "agents/registry.h"
#include "drift/play.h"

namespace agentops {

namespace {

class Inspector final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "inspector",
            .summary = "tells which machines differ from their playbook",
            .scope = graph::Scope::ansible,
            .reads = {slots::play_unit.id, slots::targets.id, slots::inputs.id,
                      slots::syntax_done.id, slots::rehearse_done.id},
            .writes = {slots::standing.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::play_unit);
        const auto& rehearsed = context.get(slots::rehearse_done);
        const auto& inputs = context.get(slots::inputs);
        if (inputs.preview()) {
            drift::UnitVerdict waits;
            waits.unit = input.unit->id;
            waits.checked = true;
            waits.note = "nothing is deployed";
            context.put(slots::standing, std::move(waits));
            return {};
        }
        const auto& hosts = context.get(slots::targets).hosts;
        const auto& syntax = context.get(slots::syntax_done);
        const auto& done = syntax.ok ? rehearsed : syntax;
        auto [events, found] = read_play(*input.unit, hosts, done, true);
        std::vector<std::string> names;
        for (const auto& host : hosts)
            names.push_back(host.name);
        auto standing = drift::judge_play(*input.unit, names, events, input.intent_moved);
        // The verdict "unknown" is the answer, not an error of ours.
        for (auto& diagnostic : found) {
            if (diagnostic.level != Level::error) continue;
            if (standing.note.empty()) standing.note = diagnostic.message;
            diagnostic.level = Level::warning;
            standing.checked = false;
        }
        context.put(slots::standing, std::move(standing));
        return found;
    }
};

}  // namespace

graph::Agent& inspector_agent() {
    static Inspector agent;
    return agent;
}

}  // namespace agentops
