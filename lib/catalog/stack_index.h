#pragma once

// All stacks of a project at a glance: which stack an intent's name means, which references each
// holds, who reads what of whom, and which stacks wait for each other. Built once per project in
// one pass over all bodies, so that work on one stack never has to look through the others.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "intent/model.h"

namespace agentops::catalog {

/// A reference in a text, and how it stands there.
struct Use {
    intent::Reference reference;
    bool alone = false;         ///< the whole text is this reference
    bool in_key = false;        ///< it stands in the key of a map
    bool in_configure = false;  ///< it stands below `configure`: read by the Ansible unit
};

struct StackEntry {
    const intent::Stack* stack = nullptr;
    std::vector<std::vector<Use>> components;  ///< the references of each component, in its order
    std::vector<Use> checks;                   ///< those of the stack's checks
    /// Outputs that other stacks read: component -> names.
    std::map<std::string, std::set<std::string>, std::less<>> read;
    /// Stacks it reads that wait for it in turn: id -> "a -> b -> a".
    std::map<std::string, std::string> cycles;
};

class StackIndex {
public:
    /// `all` is borrowed and must outlive the index.
    explicit StackIndex(const std::vector<intent::Stack>& all);

    /// What is known of a stack; throws InternalError when it is none of the project's.
    const StackEntry& entry(const intent::Stack& stack) const;
    /// What an intent's name means in an environment: its stack there, else its only stack; null
    /// when there is none.
    const intent::Stack* find(std::string_view intent, std::string_view environment) const;
    /// The stacks of one intent; empty when nobody knows it.
    std::vector<const intent::Stack*> stacks_of(std::string_view intent) const;
    std::vector<std::string> intents() const;

private:
    void add_readers();
    void add_cycles();
    std::vector<std::vector<std::size_t>> edges() const;

    std::vector<StackEntry> entries_;
    std::unordered_map<std::string, std::size_t> by_id_;
    std::unordered_map<std::string, std::vector<std::size_t>> by_intent_;
};

}  // namespace agentops::catalog
