// Judges what was seen of a Terraform unit: drift, noise, or an intent that moved on.

#include "agents/keys.h"
#include "agents/origins.h"
#include "agents/registry.h"
#include "drift/judge.h"

namespace agentops {

namespace {

class Assessor final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "assessor",
            .summary = "tells drift from noise and from an intent that moved on",
            .scope = graph::Scope::terraform,
            .reads = {slots::unit.id, slots::inputs.id, slots::observation.id,
                      slots::schema_done.id},
            .writes = {slots::standing.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::unit);
        const auto& schema = context.get(slots::schema_done);
        drift::ComputedOnly read;
        drift::Background background;
        background.unit = input.unit->id;
        if (input.drift) {
            background.intent_moved =
                input.drift->intent_moved || context.get(slots::inputs).preview();
            background.computed = input.drift->computed.get();
            background.remembered = input.drift->remembered;
        }
        if (schema.json) {
            read = drift::ComputedOnly::from_schema(*schema.json);
            background.computed = &read;
        }
        auto standing = drift::judge(background, context.get(slots::observation));
        drift::keep_absorbed(background.remembered, context.get(slots::observation), standing);
        for (auto& resource : standing.resources)
            resource.origin = origin_of(*input.unit, resource.address);
        if (input.facts.state_known && !input.facts.deployed) standing.note = "nothing is deployed";
        context.put(slots::standing, std::move(standing));
        return {};
    }
};

}  // namespace

graph::Agent& assessor_agent() {
    static Assessor agent;
    return agent;
}

}  // namespace agentops
