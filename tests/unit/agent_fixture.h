#pragma once

// One agent on a blackboard: put slots, run, compare slots.

#include <doctest/doctest.h>

#include <deque>
#include <nlohmann/json.hpp>

#include "agents/keys.h"
#include "agents/registry.h"
#include "base/text.h"

template <>
struct doctest::StringMaker<std::vector<std::string>> {
    static String convert(const std::vector<std::string>& lines) {
        return ("\n  " + agentops::join(lines, "\n  ")).c_str();
    }
};

namespace agentops {

struct Bench {
    /// Runs an agent as if its subject came after those of `before`.
    Diagnostics run(graph::Agent& agent) {
        std::vector<std::pair<std::string, const graph::Board*>> upstream;
        for (const auto& [id, other] : before)
            upstream.emplace_back(id, &other);
        graph::AgentContext context(agent.info(), 0, "shop/main", board, std::move(upstream));
        return agent.run(context);
    }
    /// The board of a unit that comes before this one.
    graph::Board& upstream(std::string id) {
        return before.emplace_back(std::move(id), graph::Board(kSlots)).second;
    }
    template <class T>
    const T& get(graph::Key<T> key) const {
        const T* value = board.get(key);
        if (value == nullptr) throw InternalError("the agent left a slot empty");
        return *value;
    }

    static constexpr std::size_t kSlots = slots::id(slots::Id::count);
    graph::Board board{kSlots};
    std::deque<std::pair<std::string, graph::Board>> before;
};

using Lines = std::vector<std::string>;

inline Lines codes(const Diagnostics& diagnostics) {
    Lines found;
    for (const auto& diagnostic : diagnostics)
        found.push_back(diagnostic.code);
    return found;
}

inline Lines messages(const Diagnostics& diagnostics) {
    Lines found;
    for (const auto& diagnostic : diagnostics)
        found.push_back(std::string(to_text(diagnostic.level)) + ": " + diagnostic.message);
    return found;
}

inline tf::Unit small_unit() {
    tf::Unit unit;
    unit.id = "shop/main";
    unit.stack = "shop";
    unit.name = "main";
    unit.dir = "/p/shop/main";
    unit.data_dir = "/p/shop/main/.terraform";
    unit.backend = "local";
    unit.local_state = "/p/shop/main/terraform.tfstate";
    return unit;
}

inline UnitInput small_input(const tf::Unit& unit) {
    UnitInput input;
    input.unit = &unit;
    input.context.tool = {"/bin/terraform", "terraform", "1.11.4"};
    input.context.run_dir = "/p/run";
    input.context.cache_dir = "/p/cache";
    return input;
}

inline Change change_of(std::string address, Action action) {
    Change change;
    change.type = address.substr(0, address.find('.'));
    change.address = std::move(address);
    change.action = action;
    return change;
}

inline run::StepResult done(bool ran = true, bool ok = true) {
    run::StepResult result;
    result.ran = ran;
    result.ok = ok;
    return result;
}

}  // namespace agentops
