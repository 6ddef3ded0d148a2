// Turns a design into resources: every kind builds its part, access follows from `uses`.

#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

class Engineer final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "engineer",
            .summary = "builds resources, access and outputs from the design",
            .scope = graph::Scope::stack,
            .reads = {slots::design.id},
            .writes = {slots::built.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        auto built = catalog::build(*context.get(slots::design), "engineer");
        auto diagnostics = built.diagnostics;
        context.put(slots::built, std::move(built));
        return diagnostics;
    }
};

}  // namespace

graph::Agent& engineer_agent() {
    static Engineer agent;
    return agent;
}

}  // namespace agentops
