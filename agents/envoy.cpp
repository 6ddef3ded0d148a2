// Brings what the project's own agents say of candidates to the negotiation.

#include "agents/counsel.h"
#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

class Envoy final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "envoy",
            .summary = "brings the vetoes and wishes of the project's own agents",
            .scope = graph::Scope::stack,
            .reads = {slots::stack.id, slots::lots.id},
            .writes = {slots::opinions.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& lots = context.get(slots::lots);
        for (const auto& [agent, reply] : context.get(slots::stack).counsel) {
            if (reply.constraints.empty() && reply.preferences.empty()) continue;
            context.add(slots::opinions, opinion_of_reply(agent, reply, lots));
        }
        return {};
    }
};

}  // namespace

graph::Agent& envoy_agent() {
    static Envoy agent;
    return agent;
}

}  // namespace agentops
