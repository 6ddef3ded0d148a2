#pragma once

// A design: every part of a stack with its knobs assigned. Building it gives the stack's roots.

#include <map>
#include <string>
#include <vector>

#include "catalog/kind.h"
#include "intent/project.h"

namespace agentops::catalog {

/// Decodes all components of a stack: unknown kinds, bad bodies, `in`/`uses` and references that
/// lead nowhere, cycles, undeclared secrets, regions. `all` are the project's stacks, for
/// ${intent:component.output}; a stack refers to the same environment of the other intent, or to
/// its only stack. Codes: intent.*, catalog.*.
struct Decoded {
    std::vector<Part> parts;            ///< in component order; knobs hold only what is pinned
    std::vector<std::string> upstream;  ///< ids of stacks whose outputs are used, sorted
    Diagnostics diagnostics;
};
Decoded decode_parts(const intent::Stack& stack, const std::vector<intent::Stack>& all,
                     const intent::Project& project);

/// A knob that is still free in a part.
struct FreeKnob {
    std::size_t part;
    const KnobInfo* info;
};
std::vector<FreeKnob> free_knobs(const std::vector<Part>& parts);

class Design {
public:
    Design(const intent::Stack& stack, const std::vector<intent::Stack>& all,
           const intent::Project& project, std::vector<Part> parts);

    const intent::Stack& stack() const { return stack_; }
    const intent::Project& project() const { return project_; }
    const std::vector<Part>& parts() const { return parts_; }
    const Part& part(std::string_view name) const;  ///< throws InternalError when absent
    /// The facets of every part, computed once, in part order.
    const Facets& facets(const Part& part) const;
    /// A cloud name for a component: <intent>[-<env>]-<component>, cut to `max` with a stable hash.
    std::string cloud_name(const Part& part, std::size_t max = 63) const;
    bool is_protected(const Part& part) const;
    /// The stack that an intent's name means from here, or null.
    const intent::Stack* foreign(std::string_view intent) const;

    /// All parts' check() and those between parts (overlapping CIDRs, ...).
    Diagnostics check() const;

private:
    const intent::Stack& stack_;
    const std::vector<intent::Stack>& all_;
    const intent::Project& project_;
    std::vector<Part> parts_;
    std::vector<Facets> facets_;
};

/// An existing root module that is a unit of its own (kind terraform).
struct ExistingRoot {
    std::string component;
    fs::path dir;
    tf::Map variables;  ///< plain values
    std::vector<tf::Input> inputs;
    std::vector<tf::SecretVariable> secrets;
    std::string workspace;
    std::vector<std::string> outputs;  ///< names that others read
    tf::Origin origin;
};

struct BuiltStack {
    tf::Root main;  ///< without resources, modules and outputs when nothing is generated
    std::vector<ExistingRoot> existing;
};

/// Pure and deterministic. `agent` signs the origins. Throws InternalError on a design that has not
/// passed check().
BuiltStack build(const Design& design, std::string_view agent);

}  // namespace agentops::catalog
