#include "agents/registry.h"

#include "agents/keys.h"

namespace agentops {

namespace {

using graph::SlotInfo;
using graph::SlotKind;

/// "init" + the addresses of the results it waits for.
template <class... After>
graph::StepSlot step_slot(std::string_view name, graph::Key<run::Step> request,
                          graph::Key<run::StepResult> result, std::string_view /*doc*/,
                          const After*... after) {
    return {name, request, result, {after->id...}};
}

graph::Registry make_registry() {
    graph::Registry made;
#define KEY(name, type, doc) made.slots.push_back({slots::name.id, SlotKind::key, #name, doc});
#define LIST(name, type, doc) made.slots.push_back({slots::name.id, SlotKind::list, #name, doc});
#define STEP(name, doc, ...)                                                          \
    made.slots.push_back({slots::name##_step.id, SlotKind::key, #name "_step", doc}); \
    made.slots.push_back({slots::name##_done.id, SlotKind::key, #name "_done", doc}); \
    made.steps.push_back(                                                             \
        step_slot(#name, slots::name##_step, slots::name##_done, doc __VA_OPT__(, ) __VA_ARGS__));
#include "agents/slots.def"
#undef KEY
#undef LIST
#undef STEP
#define AGENT(name) made.agents.push_back(&name##_agent());
#include "agents/agents.def"
#undef AGENT
    return made;
}

}  // namespace

const graph::Registry& registry() {
    static const graph::Registry made = make_registry();
    return made;
}

std::size_t agent_order(std::string_view name) {
    const auto& agents = registry().agents;
    for (std::size_t i = 0; i < agents.size(); ++i) {
        if (agents[i]->info().name == name) return i;
    }
    return agents.size();
}

}  // namespace agentops
