#pragma once

// A design: every part of a stack with its knobs assigned. Building it gives the stack's roots.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ansible/unit.h"
#include "catalog/kind.h"
#include "catalog/stack_index.h"
#include "intent/project.h"

namespace agentops::catalog {

/// What is left of a stack's components after decoding.
struct Decoded {
    std::vector<Part> parts;            ///< in component order; knobs hold only what is pinned
    std::vector<std::string> upstream;  ///< ids of stacks whose outputs are used, sorted
    Diagnostics diagnostics;
};
/// Decodes all components of a stack: unknown kinds, bad bodies, `in`/`uses` and references that
/// lead nowhere, cycles, undeclared secrets, providers and regions. `index` is over the project's
/// stacks, for ${intent:component.output}. Pure and thread-safe. Codes: intent.*, catalog.*.
Decoded decode_parts(const intent::Stack& stack, const StackIndex& index,
                     const intent::Project& project);

/// A knob that is still free in a part.
struct FreeKnob {
    std::size_t part;
    const KnobInfo* info;
};
std::vector<FreeKnob> free_knobs(const std::vector<Part>& parts);

/// Gives every free knob the value of the default table.
void assign_defaults(std::vector<Part>& parts);

/// Borrows the stack, the index and the project.
class Design {
public:
    Design(const intent::Stack& stack, const StackIndex& index, const intent::Project& project,
           std::vector<Part> parts);

    const intent::Stack& stack() const { return stack_; }
    const StackIndex& index() const { return index_; }
    const intent::Project& project() const { return project_; }
    const std::vector<Part>& parts() const { return parts_; }
    const Part* find(std::string_view name) const;  ///< null when absent
    const Part& part(std::string_view name) const;  ///< throws InternalError when absent
    /// The facets of a part of this design, computed once for all, in part order.
    const Facets& facets(const Part& part) const;
    /// The facets of the network that a part stands in; throws InternalError when it has no `in`.
    const Facets& network(const Part& part) const;
    /// A cloud name for a component (names.h).
    std::string cloud_name(const Part& part, std::size_t max = 63) const;
    bool is_protected(const Part& part) const;
    /// The stack that an intent's name means from here, or null.
    const intent::Stack* foreign(std::string_view intent) const;
    /// Outputs of a part that somebody outside of its unit reads: other units, other stacks,
    /// checks.
    std::set<std::string> outputs_read(const Part& part) const;
    /// True when anybody at all refers to that output, or wants to reach the part's machines by it.
    bool is_wanted(const Part& part, std::string_view output) const;

    /// All parts' check() and those between parts: `uses`, overlapping CIDRs, outputs that a
    /// component of this form does not have. A design must pass before it is built.
    Diagnostics check() const;

private:
    const intent::Stack& stack_;
    const StackIndex& index_;
    const intent::Project& project_;
    std::vector<Part> parts_;
    std::map<std::string, std::size_t, std::less<>> by_name_;
    std::vector<Facets> facets_;
    std::map<std::string, std::set<std::string>, std::less<>> read_;
    std::set<std::string, std::less<>> mentioned_;  ///< "component.output", and "component"
};

/// An existing root module that is a unit of its own (kind terraform).
struct ExistingRoot {
    std::string component;
    fs::path dir;
    tf::Map variables;  ///< plain values
    std::vector<Input> inputs;
    std::vector<SecretVariable> secrets;
    std::string workspace;
    std::vector<std::string> outputs;  ///< names that others read
    Origin origin;
};

/// Machines with what is wanted on them: an Ansible unit but for its place on disk, its files and
/// its digest, which the ansible agent adds.
struct AnsibleRun {
    ansible::Unit unit;
    std::optional<ansible::Play> play;  ///< generated; none for an existing playbook
    ansible::Map group_vars;            ///< of the component's group
};

struct BuiltStack {
    tf::Root main;  ///< without resources, modules and outputs when nothing is generated
    std::vector<ExistingRoot> existing;
    std::vector<AnsibleRun> playbooks;  ///< in component order
    /// What shows only in the whole: two components that make the same resource, a provider that is
    /// not allowed.
    Diagnostics diagnostics;
};

/// Pure and deterministic. `agent` signs the origins. Throws InternalError on a design that has not
/// passed check().
BuiltStack build(const Design& design, std::string_view agent);

}  // namespace agentops::catalog
