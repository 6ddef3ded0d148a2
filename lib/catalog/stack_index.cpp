#include "catalog/stack_index.h"

#include <fmt/core.h>

#include "base/text.h"
#include "catalog/cycles.h"

namespace agentops::catalog {

namespace {

void collect(intent::Template text, bool in_key, std::vector<Use>& out) {
    const bool alone = text.parts.size() == 1;
    for (auto& part : text.parts) {
        if (auto* reference = std::get_if<intent::Reference>(&part))
            out.push_back({std::move(*reference), alone, in_key, false});
    }
}

void collect(const yaml::Node& node, std::vector<Use>& out) {
    if (node.is_scalar() && node.text.find("${") != std::string::npos)
        collect(intent::parse_template(node), false, out);
    for (const auto& item : node.items)
        collect(item, out);
    for (const auto& member : node.members) {
        if (member.key.find("${") != std::string::npos)
            collect(intent::parse_template(intent::key_node(member)), true, out);
        collect(member.value, out);
    }
}

std::vector<Use> uses_of(const intent::Component& component) {
    std::vector<Use> uses;
    for (const auto& member : component.body.members) {
        const auto first = uses.size();
        if (member.key.find("${") != std::string::npos)
            collect(intent::parse_template(intent::key_node(member)), true, uses);
        collect(member.value, uses);
        for (auto i = first; i < uses.size(); ++i)
            uses[i].in_configure = member.key == "configure";
    }
    return uses;
}

StackEntry make_entry(const intent::Stack& stack) {
    StackEntry entry;
    entry.stack = &stack;
    for (const auto& component : stack.components)
        entry.components.push_back(uses_of(component));
    for (const auto& [name, check] : stack.checks) {
        if (check.http) collect(*check.http, false, entry.checks);
        if (check.tcp) collect(*check.tcp, false, entry.checks);
        for (const auto& word : check.command)
            collect(word, false, entry.checks);
    }
    return entry;
}

/// Calls `visit` with every reference to another intent.
template <class Visit>
void for_foreign(const StackEntry& entry, const Visit& visit) {
    const auto look = [&](const std::vector<Use>& uses) {
        for (const auto& use : uses) {
            if (use.reference.kind == intent::RefKind::foreign) visit(use.reference);
        }
    };
    for (const auto& uses : entry.components)
        look(uses);
    look(entry.checks);
}

}  // namespace

StackIndex::StackIndex(const std::vector<intent::Stack>& all) {
    for (const auto& stack : all) {
        if (!by_id_.emplace(stack.id, entries_.size()).second) continue;
        by_intent_[stack.intent].push_back(entries_.size());
        entries_.push_back(make_entry(stack));
    }
    add_readers();
    add_cycles();
}

const StackEntry& StackIndex::entry(const intent::Stack& stack) const {
    const auto found = by_id_.find(stack.id);
    if (found == by_id_.end()) throw InternalError("stack is not in the index: " + stack.id);
    return entries_[found->second];
}

const intent::Stack* StackIndex::find(std::string_view intent, std::string_view environment) const {
    const auto stacks = stacks_of(intent);
    for (const auto* stack : stacks) {
        if (stack->environment == environment) return stack;
    }
    return stacks.size() == 1 ? stacks.front() : nullptr;
}

std::vector<const intent::Stack*> StackIndex::stacks_of(std::string_view intent) const {
    std::vector<const intent::Stack*> stacks;
    const auto found = by_intent_.find(std::string(intent));
    if (found == by_intent_.end()) return stacks;
    for (const auto index : found->second)
        stacks.push_back(entries_[index].stack);
    return stacks;
}

std::vector<std::string> StackIndex::intents() const {
    std::set<std::string> names;
    for (const auto& entry : entries_)
        names.insert(entry.stack->intent);
    return {names.begin(), names.end()};
}

void StackIndex::add_readers() {
    for (const auto& entry : entries_) {
        for_foreign(entry, [&](const intent::Reference& reference) {
            const auto* target = find(reference.intent, entry.stack->environment);
            if (target != nullptr)
                entries_[by_id_.at(target->id)].read[reference.component].insert(reference.name);
        });
    }
}

std::vector<std::vector<std::size_t>> StackIndex::edges() const {
    std::vector<std::vector<std::size_t>> edges;
    for (const auto& entry : entries_) {
        std::set<std::size_t> targets;
        for_foreign(entry, [&](const intent::Reference& reference) {
            const auto* target = find(reference.intent, entry.stack->environment);
            if (target != nullptr && target != entry.stack) targets.insert(by_id_.at(target->id));
        });
        edges.emplace_back(targets.begin(), targets.end());
    }
    return edges;
}

void StackIndex::add_cycles() {
    for (const auto& cycle : find_cycles(edges())) {
        for (std::size_t i = 0; i < cycle.size(); ++i) {
            std::vector<std::string> names;
            for (std::size_t step = 0; step <= cycle.size(); ++step)
                names.push_back(entries_[cycle[(i + step) % cycle.size()]].stack->id);
            entries_[cycle[i]].cycles.emplace(names[1], join(names, " -> "));
        }
    }
}

}  // namespace agentops::catalog
