// Decodes every component by its kind and checks that references lead somewhere.

#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

class Resolver final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "resolver",
            .summary = "decodes components and checks references",
            .scope = graph::Scope::stack,
            .reads = {slots::stack.id},
            .writes = {slots::parts.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::stack);
        auto decoded = catalog::decode_parts(*input.stack, *input.index, *input.project);
        auto diagnostics = decoded.diagnostics;
        context.put(slots::parts, std::move(decoded));
        return diagnostics;
    }
};

}  // namespace

graph::Agent& resolver_agent() {
    static Resolver agent;
    return agent;
}

}  // namespace agentops
