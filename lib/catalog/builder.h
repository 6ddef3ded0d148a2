#pragma once

// What a kind builds with: collects blocks, and turns intent texts with references into values.

#include "catalog/design.h"

namespace agentops::catalog {

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
    /// Makes an extra provider known ("hashicorp/random"), if it is allowed; returns its local
    /// name.
    std::string require_provider(std::string_view source);

    /// tags of a resource: Name and agentops:component.
    tf::Map tags(const Part& part, std::string_view suffix = {}) const;

private:
    tf::Value reference(const intent::Reference& reference);
    tf::Value own_reference(const intent::Reference& reference);
    tf::Expr input_reference(const intent::Reference& reference);
    tf::Expr add(bool data, std::string_view type, std::string_view name, tf::Map body,
                 Position position, std::string_view reason);
    Origin origin(Position position, std::string_view reason) const;

    const Design& design_;
    BuiltStack& built_;
    std::string agent_;
    const Part* part_ = nullptr;
};

}  // namespace agentops::catalog
