#pragma once

// Turns texts and raw YAML of an intent into values of a playbook, and records in the Ansible unit
// what they need: inputs from other units, and secrets.

#include "catalog/builder.h"

namespace agentops::catalog {

class PlayValues {
public:
    /// Fills `run`; both are borrowed.
    PlayValues(const Builder& builder, AnsibleRun& run) : builder_(builder), run_(run) {}

    ansible::Value value(const intent::Template& text);
    ansible::Value value(const yaml::Node& node);
    ansible::Map values(const OrderedMap<yaml::Node>& variables);
    ansible::List values(const std::vector<intent::Template>& words);
    /// The variable that holds an output of a component.
    std::string variable(const intent::Reference& reference);
    /// Whether a secret went into a value since this was last asked.
    bool took_secret() { return std::exchange(secret_, false); }

    AnsibleRun& run() { return run_; }
    const Design& design() const { return builder_.design(); }
    const Builder& builder() const { return builder_; }

private:
    ansible::Value reference(const intent::Reference& reference);

    const Builder& builder_;
    AnsibleRun& run_;
    bool secret_ = false;
};

}  // namespace agentops::catalog
