#pragma once

// What a kind builds with: collects blocks, and turns intent texts with references into values.

#include "catalog/design.h"

namespace agentops::catalog {

class Builder {
public:
    Builder(const Design& design, tf::Root& root, std::vector<ExistingRoot>& existing,
            std::string_view agent);

    /// Starts a part: what follows is its. `position` of a block defaults to the component's line.
    void begin(const Part& part);

    /// Adds a resource and returns its address as an expression ("aws_vpc.net").
    tf::Expr resource(std::string_view type, std::string_view name, tf::Map body,
                      Position position = {}, std::string_view reason = {});
    tf::Expr data(std::string_view type, std::string_view name, tf::Map body,
                  Position position = {});
    tf::Expr module(std::string_view name, std::string source, std::string version, tf::Map inputs);
    void existing(ExistingRoot root);

    /// A text with references: data and expressions. Foreign and kind-terraform references become
    /// inputs (`local.<name>`), secrets become variables.
    tf::Value value(const intent::Template& text);
    /// Any YAML below a component (raw arguments): scalars typed as YAML has them, texts as above.
    tf::Value value(const yaml::Node& node);
    /// The variable of a secret. `ephemeral` for write-only arguments.
    tf::Value secret(const intent::Reference& reference, bool ephemeral);
    /// Makes an extra provider known ("hashicorp/random"); the default one always is.
    void require_provider(std::string_view source);

    /// tags of a resource: Name and agentops:component.
    tf::Map tags(const Part& part, std::string_view suffix = {}) const;

private:
    tf::Value reference(const intent::Reference& reference);

    const Design& design_;
    tf::Root& root_;
    std::vector<ExistingRoot>& existing_;
    std::string agent_;
    const Part* part_ = nullptr;
};

}  // namespace agentops::catalog
