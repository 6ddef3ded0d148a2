#pragma once

// What a kind builds with: collects blocks, and turns intent texts with references into values.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "catalog/design.h"

namespace agentops::catalog {

/// "<intent>_<component>_<output>_<path>": the words of a reference as an identifier.
std::string input_name(const intent::Reference& reference);

/// A scalar that YAML reads as a boolean or a number.
template <class Value>
std::optional<Value> typed_scalar(const yaml::Node& node) {
    const auto plain = plain_json(node);
    if (plain.is_boolean()) return Value(plain.template get<bool>());
    if (plain.is_number_integer()) return Value(plain.template get<std::int64_t>());
    if (plain.is_number_float()) return Value(plain.template get<double>());
    return std::nullopt;
}

/// Adds an item unless its equal is there; returns the name under which it is known. Two different
/// items that want one name get it with a number.
template <class T, class Same>
std::string add_named(std::vector<T>& list, T item, const Same& same) {
    const auto wanted = item.variable;
    for (int number = 2;; ++number) {
        const auto found = std::find_if(list.begin(), list.end(), [&](const T& other) {
            return other.variable == item.variable;
        });
        if (found == list.end()) break;
        if (same(*found, item)) return item.variable;
        item.variable = wanted + "_" + std::to_string(number);
    }
    list.push_back(std::move(item));
    return list.back().variable;
}
/// As above, by what fills the variable.
std::string add_input(std::vector<Input>& inputs, Input input);
std::string add_secret(std::vector<SecretVariable>& secrets, SecretVariable secret);

class Builder {
public:
    /// Adds to `built`; `agent` signs what it adds.
    Builder(const Design& design, BuiltStack& built, std::string_view agent);

    /// Starts a part: what follows is its. `position` of a block defaults to the component's line.
    void begin(const Part& part);

    /// Adds a resource and returns its address as an expression ("aws_vpc.net").
    tf::Expr resource(std::string_view type, std::string_view name, tf::Map body,
                      Position position = {}, std::string_view reason = {});
    tf::Expr data(std::string_view type, std::string_view name, tf::Map body,
                  Position position = {}, std::string_view reason = {});
    /// Adds a module call and returns "module.<name>".
    tf::Expr module(std::string_view name, std::string source, std::string version, tf::Map inputs);
    /// Adds an existing root; its component and origin are set here.
    void existing(ExistingRoot root);
    /// Adds an Ansible unit of the part: its ids, component and origin are set here.
    void playbook(AnsibleRun run);

    /// A text with references: data and expressions. Foreign and kind-terraform references become
    /// inputs of the main unit (`local.<name>`), secrets become its variables.
    tf::Value value(const intent::Template& text);
    /// Any YAML below a component (raw arguments): scalars typed as YAML has them, texts as above.
    tf::Value value(const yaml::Node& node);
    /// The variable of a secret. `ephemeral` for write-only arguments.
    tf::Value secret(const intent::Reference& reference, bool ephemeral);
    /// A component's or another intent's output as the input of a unit that does not make it, for
    /// existing roots. The reference's path becomes the input's.
    Input input(const intent::Reference& reference, std::string variable) const;
    /// The value of a reference to this stack that needs no unit to run, such as the addresses of
    /// machines that the intent names; nothing when there is none.
    std::optional<tf::Value> constant(const intent::Reference& reference) const;
    /// Makes an extra provider known ("hashicorp/random"), if it is allowed; returns its local
    /// name.
    std::string require_provider(std::string_view source);

    /// tags of a resource: Name and agentops:component.
    tf::Map tags(const Part& part, std::string_view suffix = {}) const;

    /// Signs a block or a task of the part.
    Origin origin(Position position, std::string_view reason) const;
    const Design& design() const { return design_; }

private:
    tf::Value reference(const intent::Reference& reference);
    tf::Value own_reference(const intent::Reference& reference);
    tf::Expr input_reference(const intent::Reference& reference);
    tf::Expr add(bool data, std::string_view type, std::string_view name, tf::Map body,
                 Position position, std::string_view reason);

    const Design& design_;
    BuiltStack& built_;
    std::string agent_;
    const Part* part_ = nullptr;
};

}  // namespace agentops::catalog
