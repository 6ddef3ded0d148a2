// Vetoes over knobs for the sake of security: kinds know what is not safe.

#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

class Warden final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "warden",
            .summary = "vetoes what is not safe, whatever it costs",
            .scope = graph::Scope::stack,
            .reads = {slots::lots.id},
            .writes = {slots::opinions.id},
            .authority = "vetoes",
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto judge = [](const catalog::Part& part, const catalog::Surroundings& in) {
            return View{0, part.kind->objections(part, in)};
        };
        context.add(slots::opinions,
                    opinion_of("warden", std::nullopt, context.get(slots::lots), judge));
        return {};
    }
};

}  // namespace

graph::Agent& warden_agent() {
    static Warden agent;
    return agent;
}

}  // namespace agentops
