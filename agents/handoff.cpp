// Passes the real outputs of a unit on to those that come after it.

#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

/// Takes each output that comes with a value; what is not there keeps what was known before.
void take(const Json& outputs, UnitOutputs& into) {
    if (!outputs.is_object()) return;
    for (const auto& [name, output] : outputs.items()) {
        if (output.is_object() && output.contains("value")) into.values[name] = output.at("value");
    }
}

class Handoff final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "handoff",
            .summary = "passes real outputs on to the units after this one",
            .scope = graph::Scope::terraform,
            .reads = {slots::unit.id, slots::expected_outputs.id, slots::apply_done.id,
                      slots::reread_done.id},
            .writes = {slots::actual_outputs.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& applied = context.get(slots::apply_done);
        const auto& reread = context.get(slots::reread_done);
        auto outputs = context.get(slots::expected_outputs);
        if (applied.ran) {
            outputs.changing.clear();
            outputs.unknown.clear();
            take(tf::read_events(applied.events).outputs, outputs);
        } else {
            // The state on disk also has what a stored review leaves out: sensitive values.
            take(context.get(slots::unit).facts.outputs, outputs);
        }
        if (reread.json) take(*reread.json, outputs);
        context.put(slots::actual_outputs, std::move(outputs));
        return {};
    }
};

}  // namespace

graph::Agent& handoff_agent() {
    static Handoff agent;
    return agent;
}

}  // namespace agentops
