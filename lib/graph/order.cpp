#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "graph/walk.h"

namespace agentops::graph {
namespace {

using Indices = std::vector<std::size_t>;

bool contains(const std::vector<SlotId>& slots, SlotId id) {
    return std::find(slots.begin(), slots.end(), id) != slots.end();
}

Node agent_node(const AgentInfo& info, std::size_t index) {
    Node node;
    node.name = info.name;
    node.summary = info.summary;
    node.index = index;
    node.reads = info.reads;
    node.writes = info.writes;
    node.upstream = info.upstream;
    return node;
}

Node step_node(const StepSlot& step, std::size_t index) {
    Node node;
    node.name = step.name;
    node.is_step = true;
    node.index = index;
    node.reads = {step.request.id};
    node.reads.insert(node.reads.end(), step.after.begin(), step.after.end());
    node.writes = {step.result.id};
    return node;
}

/// Everything that could take part, and who of it writes each slot.
struct Candidates {
    std::vector<Node> nodes;
    std::map<SlotId, Indices> writers;

    Indices writers_of(SlotId slot) const {
        const auto found = writers.find(slot);
        return found == writers.end() ? Indices{} : found->second;
    }
};

Candidates find_candidates(const Registry& registry, Scope scope) {
    Candidates found;
    for (std::size_t i = 0; i < registry.agents.size(); ++i) {
        const AgentInfo& info = registry.agents[i]->info();
        if (info.scope == scope) found.nodes.push_back(agent_node(info, i));
    }
    for (std::size_t i = 0; i < registry.steps.size(); ++i)
        found.nodes.push_back(step_node(registry.steps[i], i));

    for (std::size_t i = 0; i < found.nodes.size(); ++i)
        for (const SlotId slot : found.nodes[i].writes)
            found.writers[slot].push_back(i);
    return found;
}

std::string quoted_names(const Candidates& all, const Indices& nodes, std::string_view separator) {
    std::vector<std::string> names;
    for (const auto i : nodes)
        names.push_back(fmt::format("'{}'", all.nodes[i].name));
    return join(names, separator);
}

Diagnostics two_writers(const Registry& registry, const Candidates& all) {
    Diagnostics found;
    for (const SlotInfo& slot : registry.slots) {
        const Indices writers = all.writers_of(slot.id);
        if (slot.kind != SlotKind::key || writers.size() < 2) continue;
        found.push_back(error("graph.two-writers",
                              fmt::format("slot '{}' has {} writers: {}", slot.name, writers.size(),
                                          quoted_names(all, writers, ", ")),
                              {}, "a key has exactly one writer: remove one, or make it a list"));
    }
    return found;
}

/// Marks what the goals need, and remarks on slots that nothing writes.
class Needs {
public:
    Needs(const Registry& registry, const Candidates& all, const std::vector<SlotId>& given)
        : registry_(registry), all_(all), given_(given), needed_(all.nodes.size()) {}

    void walk_back(const std::vector<SlotId>& goals) {
        for (const SlotId slot : goals)
            want(slot, "the command asks for");
        for (std::size_t next = 0; next < todo_.size(); ++next) {
            const Node& node = all_.nodes[todo_[next]];
            const auto reader =
                fmt::format("{} '{}' reads", node.is_step ? "step" : "agent", node.name);
            for (const SlotId slot : node.reads)
                want(slot, reader);
        }
    }
    bool needed(std::size_t node) const { return needed_[node]; }

    Diagnostics problems;

private:
    void want(SlotId slot, std::string_view reader) {
        if (contains(given_, slot)) return;
        const Indices writers = all_.writers_of(slot);
        if (writers.empty()) {
            problems.push_back(
                error("graph.no-writer", fmt::format("nothing writes slot '{}', which {}",
                                                     slot_info(registry_, slot).name, reader)));
        }
        for (const auto writer : writers) {
            if (needed_[writer]) continue;
            needed_[writer] = true;
            todo_.push_back(writer);
        }
    }

    const Registry& registry_;
    const Candidates& all_;
    const std::vector<SlotId>& given_;
    std::vector<bool> needed_;
    Indices todo_;
};

/// For each needed candidate, the candidates that write what it reads. A slot that is given waits
/// too for writers that run for another slot's sake: what is read must not depend on timing.
std::vector<Indices> predecessors(const Candidates& all, const Needs& needs) {
    std::vector<Indices> before(all.nodes.size());
    for (std::size_t i = 0; i < all.nodes.size(); ++i) {
        if (!needs.needed(i)) continue;
        std::set<std::size_t> writers;
        for (const SlotId slot : all.nodes[i].reads)
            for (const auto writer : all.writers_of(slot))
                if (needs.needed(writer)) writers.insert(writer);
        before[i].assign(writers.begin(), writers.end());
    }
    return before;
}

/// Kahn's order, the lowest index first among the ready. Leaves out what is on or behind a cycle.
Indices topological(const std::vector<Indices>& before, const Needs& needs) {
    std::vector<Indices> behind(before.size());
    Indices waiting(before.size());
    std::set<std::size_t> ready;
    for (std::size_t i = 0; i < before.size(); ++i) {
        waiting[i] = before[i].size();
        for (const auto writer : before[i])
            behind[writer].push_back(i);
        if (needs.needed(i) && before[i].empty()) ready.insert(i);
    }
    Indices order;
    while (!ready.empty()) {
        const auto next = ready.extract(ready.begin()).value();
        order.push_back(next);
        for (const auto reader : behind[next])
            if (--waiting[reader] == 0) ready.insert(reader);
    }
    return order;
}

/// A cycle among the needed nodes that `order` leaves out: each of them waits for another of them,
/// so that following those must come back. Empty when nothing is left out.
Indices find_cycle(const std::vector<Indices>& before, const Needs& needs, const Indices& order) {
    std::vector<bool> left(before.size());
    for (std::size_t i = 0; i < before.size(); ++i)
        left[i] = needs.needed(i);
    for (const auto i : order)
        left[i] = false;

    Indices path;
    auto at = static_cast<std::size_t>(std::find(left.begin(), left.end(), true) - left.begin());
    if (at == left.size()) return {};
    auto seen = path.end();
    while (seen == path.end()) {
        path.push_back(at);
        at = *std::find_if(before[at].begin(), before[at].end(), [&](auto i) { return left[i]; });
        seen = std::find(path.begin(), path.end(), at);
    }
    Indices cycle(std::make_reverse_iterator(path.end()), std::make_reverse_iterator(seen));
    std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
    cycle.push_back(cycle.front());
    return cycle;
}

std::vector<Node> to_nodes(const Candidates& all, const std::vector<Indices>& before,
                           const Indices& order) {
    std::vector<std::optional<std::size_t>> place(all.nodes.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        place[order[i]] = i;

    std::vector<Node> nodes;
    for (const auto i : order) {
        Node node = all.nodes[i];
        for (const auto writer : before[i])
            node.after.push_back(*place[writer]);
        std::sort(node.after.begin(), node.after.end());
        std::set<std::size_t> upstream;
        for (const SlotId slot : node.upstream)
            for (const auto writer : all.writers_of(slot))
                if (place[writer]) upstream.insert(*place[writer]);
        node.after_upstream.assign(upstream.begin(), upstream.end());
        nodes.push_back(std::move(node));
    }
    return nodes;
}

}  // namespace

const SlotInfo& slot_info(const Registry& registry, SlotId id) {
    const auto slot = std::find_if(registry.slots.begin(), registry.slots.end(),
                                   [&](const SlotInfo& info) { return info.id == id; });
    if (slot == registry.slots.end())
        throw InternalError(fmt::format("no slot {} in the table", id));
    return *slot;
}

Result<std::vector<Node>> derive(const Registry& registry, Scope scope,
                                 const std::vector<SlotId>& goals,
                                 const std::vector<SlotId>& given) {
    const Candidates all = find_candidates(registry, scope);
    Needs needs(registry, all, given);
    needs.walk_back(goals);
    Diagnostics problems = two_writers(registry, all);
    append(problems, std::move(needs.problems));
    const auto before = predecessors(all, needs);
    const auto order = topological(before, needs);
    if (const auto cycle = find_cycle(before, needs, order); !cycle.empty()) {
        std::vector<std::string> names;
        for (const auto i : cycle)
            names.push_back(all.nodes[i].name);
        problems.push_back(error(
            "graph.cycle", fmt::format("agents wait for each other: {}", join(names, " -> "))));
    }
    if (!problems.empty()) return fail(std::move(problems));
    return to_nodes(all, before, order);
}

}  // namespace agentops::graph
