// Judges, from its events, what a playbook did, and asks for the second pass that must change
// nothing.

#include <fmt/core.h>

#include "agents/keys.h"
#include "agents/registry.h"
#include "ansible/events.h"

namespace agentops {

namespace {

class Settler final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "settler",
            .summary = "judges the play and asks for a second pass",
            .scope = graph::Scope::ansible,
            .reads = {slots::play_unit.id, slots::play_done.id},
            .writes = {slots::settle_step.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::play_unit);
        const auto& played = context.get(slots::play_done);
        auto found = played.ran || !played.ok ? judge(*input.unit, played) : Diagnostics{};
        if (has_errors(found)) return found;
        auto settle = ansible::settle_step(*input.unit, input.context);
        if (!played.ran) settle.skip = "nothing was run";
        context.put(slots::settle_step, std::move(settle));
        return found;
    }

private:
    static Diagnostics judge(const ansible::Unit& unit, const run::StepResult& played) {
        const auto events = ansible::read_events(played.events, false);
        auto found = ansible::explain_failures(events, unit);
        if (events.complete || has_errors(found)) return found;
        append(found, played.diagnostics);
        if (!has_errors(found))
            found.push_back(error("ansible.unfinished",
                                  fmt::format("the playbook of {} did not end", unit.id), {},
                                  "see the log of its play step: agentops runs latest"));
        return found;
    }
};

}  // namespace

graph::Agent& settler_agent() {
    static Settler agent;
    return agent;
}

}  // namespace agentops
