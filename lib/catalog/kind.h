#pragma once

// A kind turns one component into resources. One kind is one file under catalog/<provider>/ and one
// line in catalog/kinds.def. Kinds know nothing of each other: they meet through Facets.

#include <any>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "catalog/load.h"
#include "catalog/offer.h"
#include "intent/model.h"
#include "intent/reference.h"
#include "terraform/unit.h"

namespace agentops::catalog {

struct OutputInfo {
    std::string_view name;
    ValueType type;
    std::string_view doc;
};

/// A property that agents may choose when the intent does not pin it. Domains are ordered from the
/// least to the most (a later issue's agents move along them); `fallback` is the default table's
/// row.
struct KnobInfo {
    std::string_view name;
    std::string_view doc;
    std::vector<std::string> domain;  ///< empty: any whole number of at least 1
    std::string fallback;
    std::string_view source;  ///< where the default comes from, shown by explain
    bool open = false;        ///< the intent may pin a value outside of the domain
    /// The values that agents choose from when objectives or a load ask for more than the default;
    /// empty: it stays at the default.
    std::vector<std::string> ladder = {};
};

struct KindInfo {
    std::string_view name;
    std::string_view summary;
    std::string_view example;  ///< a YAML component body, shown in docs
    std::vector<OutputInfo> outputs;
    std::vector<KnobInfo> knobs;
    bool any_output = false;  ///< outputs are not known beforehand (module, resource, terraform)
    bool in_network = false;  ///< has `in:`
    bool required_network = false;
    bool has_uses = false;       ///< has `uses:`: it has a role and a group that access can act on
    bool is_network = false;     ///< `in:` may name it; outputs as kind network has them
    bool separate_unit = false;  ///< a unit of its own (terraform, hosts, playbook)
    /// Outputs are known from the intent alone: nobody in the stack waits for them (hosts).
    bool constant_outputs = false;
    bool is_playbook = false;   ///< an existing playbook
    bool has_load = false;      ///< has `load:`
    bool has_machines = false;  ///< Ansible can work on it: has `configure:`, see add_machines()
};

/// A knob with its value: pinned by the intent (then `position` is its line) or chosen.
struct Knob {
    std::string name;
    std::string value;
    bool pinned = false;
    Position position;
};
using Knobs = std::vector<Knob>;

/// What every decoded body has in common. Kinds derive their own.
struct Spec {
    virtual ~Spec() = default;
    std::optional<Located<intent::Name>> in;
    std::vector<Located<intent::Name>> uses;
    std::vector<Located<intent::Name>> after;  ///< what comes before its Ansible unit
    std::optional<Load> load;
    std::optional<Located<intent::Name>> hosts;  ///< the component whose machines it works on
    /// Knobs that the intent pinned.
    Knobs pinned;
};

class Kind;

/// A component that was decoded and whose knobs are assigned.
struct Part {
    const intent::Component* component = nullptr;
    const Kind* kind = nullptr;
    std::shared_ptr<const Spec> spec;  ///< shared: designs of several candidates keep one decoding
    Knobs knobs;

    const std::string& name() const { return component->name; }
    /// Terraform label: the name with dashes made underscores.
    std::string label() const;
    /// The knob of that name, or null.
    const Knob* find_knob(std::string_view name) const;
    /// The value of a knob; throws InternalError when the kind has none of that name.
    const std::string& knob(std::string_view name) const;
    int knob_int(std::string_view name) const;
    /// The line that set the knob, else the component's.
    Position knob_position(std::string_view name) const;
};

/// Statements of an IAM policy that give least access to a component.
struct Grant {
    std::string sid;                   ///< "ReadWriteObjects"
    std::vector<std::string> actions;  ///< never a wildcard
    std::vector<tf::Value> resources;  ///< ARNs
};

/// A port at which a component is reached by those who use it.
struct Port {
    int number = 0;
    std::string protocol = "tcp";
};

/// How a component meets others, known from its name, body and knobs alone, before anything is
/// built: Kind::facets() must not ask for the facets of another part.
struct Facets {
    std::optional<tf::Expr> security_group;  ///< id of the group it connects from
    /// Id of the group at which others reach it, when that is another one (a load balancer's).
    std::optional<tf::Expr> entry_group;
    std::optional<tf::Expr> role;  ///< name of the IAM role its machines carry
    std::vector<Port> ports;
    std::vector<Grant> grants;
    std::vector<std::pair<std::string, tf::Value>> outputs;  ///< by output name
    /// Kinds with any_output that are no unit of their own: every other output is an attribute of
    /// this ("module.cdn").
    std::optional<tf::Expr> any;

    /// The output of that name, `any` included; nothing when there is none.
    std::optional<tf::Value> output(std::string_view name) const;
};

/// `path` steps below a value: items of lists, members of maps, attributes of expressions. Nothing
/// when it is known not to be there.
std::optional<tf::Value> follow(tf::Value value, const std::vector<std::string>& path);

class Design;
class Builder;
class PlayValues;

class Kind {
public:
    virtual ~Kind() = default;
    virtual const KindInfo& info() const = 0;
    /// JSON Schema of the body (with `kind`), from the same fields that decode.
    virtual Json schema() const = 0;
    /// Decodes a body and checks what can be told from it alone. Null when it has errors.
    virtual std::shared_ptr<const Spec> decode(const intent::Component& component,
                                               Decoding& context) const = 0;
    /// Checks against the other parts (CIDRs, zones): diagnostics with positions.
    virtual Diagnostics check(const Part& part, const Design& design) const;
    virtual Facets facets(const Part& part, const Design& design) const = 0;
    virtual void build(const Part& part, const Design& design, Builder& builder) const = 0;
    // What negotiating agents ask, of a part whose knobs are all set. Pure; the defaults know
    // nothing: they bill "kind/<name>", which no book prices, and never lack or fail.

    /// What it uses in a month, in items of the price book.
    virtual std::vector<prices::Usage> bill(const Part& part, const Surroundings& in) const;
    virtual Fitness fitness(const Part& part, const Surroundings& in) const;
    virtual Standing standing(const Part& part, const Surroundings& in) const;
    virtual std::vector<Objection> objections(const Part& part, const Surroundings& in) const;
    /// Zones that its network must have.
    virtual int least_zones(const Part& part) const;

    /// Kinds with has_machines: adds the part's machines to the Ansible unit that `values` fills.
    virtual void add_machines(const Part& part, PlayValues& values) const;
};

/// All kinds, in the order of kinds.def.
const std::vector<const Kind*>& kinds();
/// Null when there is none of that name.
const Kind* find_kind(std::string_view name);

/// True when a component has an Ansible unit of its own that others can wait for: a playbook, or
/// machines with `configure`.
bool has_playbook(const intent::Component& component);

}  // namespace agentops::catalog
