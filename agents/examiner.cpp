// Reads what the tool says while it plans: a refusal gets the intent line behind it.

#include "agents/keys.h"
#include "agents/registry.h"
#include "terraform/messages.h"

namespace agentops {

namespace {

class Examiner final : public graph::Agent {
public:
    const graph::AgentInfo& info() const override {
        static const graph::AgentInfo info{
            .name = "examiner",
            .summary = "reads why the tool could not plan",
            .scope = graph::Scope::terraform,
            .reads = {slots::unit.id, slots::plan_done.id},
            .writes = {slots::plannable.id},
        };
        return info;
    }

    Diagnostics run(graph::AgentContext& context) override {
        const auto& done = context.get(slots::plan_done);
        Diagnostics diagnostics;
        if (!done.ok) {
            diagnostics = tf::read_messages(done.events, *context.get(slots::unit).unit);
            if (!has_errors(diagnostics)) append(diagnostics, done.diagnostics);
        }
        context.put(slots::plannable, !has_errors(diagnostics));
        return diagnostics;
    }
};

}  // namespace

graph::Agent& examiner_agent() {
    static Examiner agent;
    return agent;
}

}  // namespace agentops
