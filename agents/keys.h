#pragma once

// The typed names of all slots, from slots.def.

#include "agents/model.h"
#include "graph/slot.h"

namespace agentops::slots {

enum class Id : graph::SlotId {
#define KEY(name, type, doc) name,
#define LIST(name, type, doc) name,
#define STEP(name, ...) name##_step, name##_done,
#include "agents/slots.def"
#undef KEY
#undef LIST
#undef STEP
    count
};

constexpr graph::SlotId id(Id slot) {
    return static_cast<graph::SlotId>(slot);
}

#define KEY(name, type, doc) inline constexpr graph::Key<type> name{id(Id::name)};
#define LIST(name, type, doc) inline constexpr graph::List<type> name{id(Id::name)};
#define STEP(name, ...)                                                      \
    inline constexpr graph::Key<run::Step> name##_step{id(Id::name##_step)}; \
    inline constexpr graph::Key<run::StepResult> name##_done{id(Id::name##_done)};
#include "agents/slots.def"
#undef KEY
#undef LIST
#undef STEP

}  // namespace agentops::slots
