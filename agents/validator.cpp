// Reads what the tool's own validation says of the artifacts.

#include "agents/keys.h"
#include "agents/registry.h"
#include "terraform/messages.h"

namespace agentops {

namespace {

class Validator final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "validator",
            .summary = "reads the tool's own validation",
            .scope = graph::Scope::terraform,
            .reads = {slots::unit.id, slots::validate_done.id},
            .writes = {slots::validated.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& done = context.get(slots::validate_done);
        Diagnostics diagnostics;
        if (done.ran && done.json)
            diagnostics = tf::read_validation(*done.json, *context.get(slots::unit).unit);
        // A crash after a sound answer is none.
        if (!done.ok && !has_errors(diagnostics)) append(diagnostics, done.diagnostics);
        context.put(slots::validated, !has_errors(diagnostics));
        return diagnostics;
    }
};

}  // namespace

graph::Agent& validator_agent() {
    static Validator agent;
    return agent;
}

}  // namespace agentops
