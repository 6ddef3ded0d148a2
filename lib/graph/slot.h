#pragma once

// Typed slots of the blackboard. Key<T> has exactly one writer, List<T> many; what stands in a list
// is kept in agent order, so that output never depends on timing.

#include <cstdint>
#include <string_view>

namespace agentops::graph {

using SlotId = std::uint16_t;

enum class SlotKind { key, list };

/// What the table of slots (agents/keys.h) says of one: the name and one line of doc.
struct SlotInfo {
    SlotId id;
    SlotKind kind;
    std::string_view name;
    std::string_view doc;
};

template <class T>
struct Key {
    SlotId id;
    using value_type = T;
};

template <class T>
struct List {
    SlotId id;
    using value_type = T;
};

}  // namespace agentops::graph
