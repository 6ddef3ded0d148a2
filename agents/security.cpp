// Judges the built resources by the static rules; no tool is needed.

#include "agents/keys.h"
#include "agents/registry.h"

namespace agentops {

namespace {

class Security final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "security",
            .summary = "judges resources by the static rules",
            .scope = graph::Scope::stack,
            .reads = {slots::stack.id, slots::built.id},
            .writes = {slots::findings.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& input = context.get(slots::stack);
        const auto fail_on = catalog::parse_severity(input.project->settings.fail_on.value.value);
        Diagnostics diagnostics;
        const auto& built = context.get(slots::built);
        catalog::Standards standards{fail_on.value_or(catalog::Severity::high), input.today, {}};
        for (const auto& [agent, settings] : input.project->settings.agents)
            standards.agents.push_back(agent);
        for (auto& finding :
             catalog::judge(built, *input.stack, standards,
                            findings_of(input.counsel, *input.stack, built), diagnostics))
            context.add(slots::findings, std::move(finding));
        return diagnostics;
    }
};

}  // namespace

graph::Agent& security_agent() {
    static Security agent;
    return agent;
}

}  // namespace agentops
