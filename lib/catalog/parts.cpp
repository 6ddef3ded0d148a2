// decode_parts(): the components of a stack, each decoded by its kind, then all checks that need
// only their texts.

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "base/text.h"
#include "catalog/aws/provider.h"
#include "catalog/cycles.h"
#include "catalog/design.h"

namespace agentops::catalog {

namespace {

using intent::Reference;
using intent::RefKind;

std::string near_or_all(std::string_view word, const std::vector<std::string>& known,
                        std::string_view noun) {
    if (const auto near = did_you_mean(word, known))
        return fmt::format("did you mean '{}'?", *near);
    if (known.empty()) return fmt::format("there is no {}", noun);
    return fmt::format("known {}: {}", noun, join(known, ", "));
}

std::vector<std::string> component_names(const intent::Stack& stack) {
    std::vector<std::string> names;
    for (const auto& component : stack.components)
        names.push_back(component.name);
    return names;
}

/// True when the main unit makes it: then its own Ansible unit may read its outputs.
bool has_main_part(const intent::Component& component) {
    const auto* kind = find_kind(component.kind.value);
    return kind != nullptr && !kind->info().separate_unit;
}

bool is_list_or_map(ValueType type) {
    return type == ValueType::list_of_string || type == ValueType::map_of_string;
}

class Decoder {
public:
    Decoder(const intent::Stack& stack, const StackIndex& index, const intent::Project& project)
        : stack_(stack), index_(index), entry_(index.entry(stack)), project_(project) {
        const auto& components = stack.components;
        for (std::size_t i = 0; i < components.size(); ++i)
            by_name_.emplace(components[i].name, i);
    }

    Decoded take() {
        aws::check_target(stack_.target, result_.diagnostics);
        for (const auto& component : stack_.components)
            decode(component);
        for (const auto& part : result_.parts)
            check_edges(part);
        for (std::size_t i = 0; i < entry_.components.size(); ++i)
            check_uses(entry_.components[i], &stack_.components[i]);
        check_uses(entry_.checks, nullptr);
        check_protected();
        for (const auto& [name, check] : stack_.checks) {
            if (check.on) check_command(*check.on);
        }
        report_cycles(links(), "catalog.cycle", "components wait for each other");
        if (!has_errors(result_.diagnostics))
            report_cycles(unit_edges(), "catalog.unit-cycle", "units wait for each other");
        finish_upstream();
        return std::move(result_);
    }

private:
    /// Why one component, or unit, waits for another: a reference, or an entry of `after`.
    struct Link {
        std::size_t from;
        std::size_t to;
        std::string text;
        Position position;
        int width;
    };

    void decode(const intent::Component& component) {
        const auto* kind = find_kind(component.kind.value);
        if (kind == nullptr) return unknown_kind(component);
        Decoding context{result_.diagnostics, "intent"};
        if (auto spec = kind->decode(component, context)) {
            auto pinned = spec->pinned;
            result_.parts.push_back({&component, kind, std::move(spec), std::move(pinned)});
        }
    }

    void unknown_kind(const intent::Component& component) {
        std::vector<std::string> names;
        for (const auto* kind : kinds())
            names.emplace_back(kind->info().name);
        fail("unknown-kind", fmt::format("unknown kind '{}'", component.kind.value),
             component.kind.position, component.kind.value.size(),
             near_or_all(component.kind.value, names, "kinds"));
    }

    /// `in`, `uses`, `after` and `hosts`.
    void check_edges(const Part& part) {
        if (part.spec->in) check_network(part, *part.spec->in);
        check_list(part, part.spec->uses, "uses itself");
        check_list(part, part.spec->after, "comes after itself");
        if (part.spec->hosts) check_machines(*part.spec->hosts);
        if (!part.spec->after.empty() && !has_playbook(*part.component))
            fail("after",
                 fmt::format("nothing of {} is configured, so it comes after nothing", part.name()),
                 part.spec->after.front().position, part.spec->after.front().value.value.size(),
                 "`after` orders what Ansible does: add `configure`, or leave it out");
    }

    void check_list(const Part& part, const std::vector<Located<intent::Name>>& list,
                    std::string_view itself) {
        std::set<std::string_view> seen;
        for (const auto& entry : list) {
            const auto& name = entry.value.value;
            if (!known_component(name, entry.position)) continue;
            if (name == part.name())
                fail("self-reference", fmt::format("{} {}", name, itself), entry.position,
                     name.size(), "leave it out");
            else if (!seen.insert(name).second)
                fail("twice", fmt::format("{} stands here twice", name), entry.position,
                     name.size(), "once is enough");
        }
    }

    /// A component that is named for its machines.
    const intent::Component* check_machines(const Located<intent::Name>& wanted) {
        const auto& name = wanted.value.value;
        if (!known_component(name, wanted.position)) return nullptr;
        const auto& component = stack_.components[by_name_.at(name)];
        const auto* kind = find_kind(component.kind.value);
        if (kind == nullptr) return nullptr;
        if (kind->info().has_machines) return &component;
        std::vector<std::string> machines;
        for (const auto& other : stack_.components) {
            const auto* candidate = find_kind(other.kind.value);
            if (candidate != nullptr && candidate->info().has_machines)
                machines.push_back(other.name);
        }
        fail("no-machines",
             fmt::format("{} is a {} and has no machines", name, component.kind.value),
             wanted.position, name.size(), near_or_all(name, machines, "components with machines"));
        return nullptr;
    }

    /// A command of the checks runs with the playbook of its machines.
    void check_command(const Located<intent::Name>& on) {
        const auto* component = check_machines(on);
        if (component == nullptr || has_playbook(*component)) return;
        fail("needs-configure", fmt::format("{} has no `configure`", component->name), on.position,
             on.value.value.size(),
             "a command needs machines that Ansible reaches: add `configure: {}` to it");
    }

    void check_network(const Part& part, const Located<intent::Name>& in) {
        const auto& name = in.value.value;
        if (!known_component(name, in.position)) return;
        const auto& component = stack_.components[by_name_.at(name)];
        const auto* kind = find_kind(component.kind.value);
        if (kind == nullptr || kind->info().is_network) return;
        std::vector<std::string> networks;
        for (const auto& other : stack_.components) {
            const auto* candidate = find_kind(other.kind.value);
            if (candidate != nullptr && candidate->info().is_network)
                networks.push_back(other.name);
        }
        fail("not-a-network",
             fmt::format("{} cannot stand in {}, which is a {}", part.name(), name,
                         component.kind.value),
             in.position, name.size(), near_or_all(name, networks, "networks"));
    }

    bool known_component(const std::string& name, Position position) {
        if (by_name_.contains(name)) return true;
        fail("unknown-component", fmt::format("there is no component '{}'", name), position,
             name.size(), near_or_all(name, component_names(stack_), "components"));
        return false;
    }

    void check_protected() {
        for (const auto& name : stack_.rules.protect)
            known_component(name.value.value, name.position);
        for (const auto& waiver : stack_.rules.waive) {
            if (waiver.component)
                known_component(waiver.component->value.value, waiver.component->position);
        }
    }

    /// The references of one component, or of the checks.
    void check_uses(const std::vector<Use>& uses, const intent::Component* from) {
        for (const auto& use : uses) {
            const auto& reference = use.reference;
            if (use.in_key) {
                fail(reference, "reference-in-key", "a key takes no reference",
                     "write the key itself; references stand in values");
                continue;
            }
            switch (reference.kind) {
                case RefKind::component:
                    check_own(use, from);
                    break;
                case RefKind::foreign:
                    check_foreign(use);
                    break;
                case RefKind::secret:
                    check_secret(reference);
                    break;
                case RefKind::param:
                case RefKind::environment:
                    break;  // replaced, or reported, when the intent was loaded
            }
        }
    }

    void check_own(const Use& use, const intent::Component* from) {
        const auto& reference = use.reference;
        const bool itself = from != nullptr && reference.component == from->name;
        if (itself && !(use.in_configure && has_main_part(*from))) {
            fail(reference, "self-reference", fmt::format("{} refers to itself", from->name),
                 "refer to another component");
        } else if (const auto* target = stack_.find(reference.component)) {
            check_output(use, *target);
        } else {
            fail(reference, "unknown-component",
                 fmt::format("there is no component '{}'", reference.component),
                 near_or_all(reference.component, component_names(stack_), "components"));
        }
    }

    void check_foreign(const Use& use) {
        const auto& reference = use.reference;
        if (reference.intent == stack_.intent) {
            fail(reference, "self-reference", fmt::format("{} is this intent", stack_.intent),
                 fmt::format("write ${{{}.{}}}", reference.component, reference.name));
            return;
        }
        const auto* target = index_.find(reference.intent, stack_.environment);
        if (target == nullptr) return no_stack(reference);
        if (const auto cycle = entry_.cycles.find(target->id); cycle != entry_.cycles.end()) {
            fail(reference, "stack-cycle",
                 fmt::format("stacks wait for each other: {}", cycle->second),
                 "let one of them do without the other's outputs");
            return;
        }
        upstream_.insert(target->id);
        const auto* component = target->find(reference.component);
        if (component != nullptr) return check_output(use, *component);
        fail(reference, "unknown-component",
             fmt::format("{} has no component '{}'", target->id, reference.component),
             near_or_all(reference.component, component_names(*target), "components"));
    }

    void no_stack(const Reference& reference) {
        const auto stacks = index_.stacks_of(reference.intent);
        if (stacks.empty()) {
            fail(reference, "unknown-intent",
                 fmt::format("there is no intent '{}'", reference.intent),
                 near_or_all(reference.intent, index_.intents(), "intents"));
            return;
        }
        std::vector<std::string> environments;
        for (const auto* stack : stacks)
            environments.push_back(stack->environment);
        fail(reference, "no-environment",
             stack_.environment.empty()
                 ? fmt::format("{} has no environment and {} has several", stack_.id,
                               reference.intent)
                 : fmt::format("{} has no environment '{}'", reference.intent, stack_.environment),
             fmt::format("a stack reads the same environment of another intent, or its only stack; "
                         "{} has {}",
                         reference.intent, join(environments, ", ")));
    }

    void check_output(const Use& use, const intent::Component& target) {
        const auto* kind = find_kind(target.kind.value);
        if (kind == nullptr) return;
        const auto& info = kind->info();
        const auto& reference = use.reference;
        const auto output =
            std::find_if(info.outputs.begin(), info.outputs.end(),
                         [&](const OutputInfo& each) { return each.name == reference.name; });
        if (output == info.outputs.end()) {
            if (!info.any_output) unknown_output(reference, info);
        } else if (is_list_or_map(output->type) && reference.path.empty() && !use.alone) {
            fail(reference, "reference-type",
                 fmt::format("{} is a list and cannot stand inside a text", reference.text()),
                 fmt::format("name one item, as in ${{{}.{}.0}}", reference.component,
                             reference.name));
        }
    }

    void unknown_output(const Reference& reference, const KindInfo& info) {
        std::vector<std::string> names;
        for (const auto& output : info.outputs)
            names.emplace_back(output.name);
        fail(reference, "unknown-output",
             fmt::format("a {} has no output '{}'", info.name, reference.name),
             near_or_all(reference.name, names, "outputs"));
    }

    void check_secret(const Reference& reference) {
        std::vector<std::string> names;
        for (const auto& [name, source] : project_.settings.secrets)
            names.push_back(name);
        if (std::find(names.begin(), names.end(), reference.name) != names.end()) return;
        std::string variable = reference.name;
        for (auto& c : variable)
            c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        const auto near = did_you_mean(reference.name, names);
        auto& diagnostic = result_.diagnostics.emplace_back(
            error("intent.unknown-secret", fmt::format("unknown secret '{}'", reference.name),
                  reference.position,
                  near ? fmt::format("did you mean '{}'?", *near)
                       : fmt::format("say in agentops.yaml where it comes from:\n"
                                     "secrets:\n  {}: {{env: {}}}",
                                     reference.name, variable)));
        diagnostic.width = reference.width;
    }

    std::vector<Link> links() const {
        std::vector<Link> links;
        for (std::size_t from = 0; from < entry_.components.size(); ++from) {
            for (const auto& use : entry_.components[from]) {
                const auto to = waits_for(use);
                if (to && *to != from && !use.in_configure) links.push_back(link(from, *to, use));
            }
        }
        return links;
    }

    /// The component whose output a reference waits for.
    std::optional<std::size_t> waits_for(const Use& use) const {
        if (use.reference.kind != RefKind::component) return std::nullopt;
        const auto to = by_name_.find(use.reference.component);
        if (to == by_name_.end()) return std::nullopt;
        const auto* kind = find_kind(stack_.components[to->second].kind.value);
        if (kind != nullptr && kind->info().constant_outputs) return std::nullopt;
        return to->second;
    }

    static Link link(std::size_t from, std::size_t to, const Use& use) {
        return {from, to, use.reference.text(), use.reference.position, use.reference.width};
    }

    /// The unit that makes a component's outputs: 0 is the main unit, others are their component's.
    std::size_t unit_of(std::size_t component) const {
        const auto* kind = find_kind(stack_.components[component].kind.value);
        return kind->info().separate_unit ? component + 1 : 0;
    }

    /// As links(), between units, and with what Ansible waits for.
    std::vector<Link> unit_edges() const {
        std::vector<Link> edges;
        for (std::size_t from = 0; from < entry_.components.size(); ++from) {
            for (const auto& use : entry_.components[from]) {
                const auto unit = use.in_configure ? from + 1 : unit_of(from);
                if (const auto to = waits_for(use)) edges.push_back(link(unit, unit_of(*to), use));
            }
        }
        for (const auto& part : result_.parts)
            add_after(part, edges);
        std::erase_if(edges, [](const Link& each) { return each.from == each.to; });
        return edges;
    }

    void add_after(const Part& part, std::vector<Link>& edges) const {
        for (const auto& entry : part.spec->after) {
            const auto& name = entry.value.value;
            const auto to = by_name_.at(name);
            const bool own = has_playbook(stack_.components[to]);
            edges.push_back({by_name_.at(part.name()) + 1, own ? to + 1 : unit_of(to),
                             fmt::format("{} after {}", part.name(), name), entry.position,
                             static_cast<int>(name.size())});
        }
    }

    void report_cycles(const std::vector<Link>& links, std::string_view code,
                       std::string_view what) {
        Edges edges(stack_.components.size() + 1);
        for (const auto& link : links)
            edges[link.from].push_back(link.to);
        for (const auto& cycle : find_cycles(edges))
            report_cycle(cycle, links, code, what);
    }

    void report_cycle(const std::vector<std::size_t>& cycle, const std::vector<Link>& links,
                      std::string_view code, std::string_view what) {
        std::vector<std::string> steps;
        const Link* first = nullptr;
        for (std::size_t i = 0; i < cycle.size(); ++i) {
            const auto to = cycle[(i + 1) % cycle.size()];
            const auto link = std::find_if(links.begin(), links.end(), [&](const Link& each) {
                return each.from == cycle[i] && each.to == to;
            });
            steps.push_back(link->text);
            if (first == nullptr) first = &*link;
        }
        auto& diagnostic = result_.diagnostics.emplace_back(
            error(std::string(code), fmt::format("{}: {}", what, join(steps, " -> ")),
                  first->position, "take one of these references away"));
        diagnostic.width = first->width;
    }

    void fail(const Reference& at, std::string_view slug, std::string message, std::string help) {
        fail(slug, std::move(message), at.position, static_cast<std::size_t>(at.width),
             std::move(help));
    }

    void fail(std::string_view slug, std::string message, Position position, std::size_t width,
              std::string help) {
        auto& diagnostic = result_.diagnostics.emplace_back(
            error(fmt::format("catalog.{}", slug), std::move(message), position, std::move(help)));
        diagnostic.width = static_cast<int>(width);
    }

    void finish_upstream() { result_.upstream.assign(upstream_.begin(), upstream_.end()); }

    const intent::Stack& stack_;
    const StackIndex& index_;
    const StackEntry& entry_;
    const intent::Project& project_;
    std::unordered_map<std::string, std::size_t> by_name_;
    std::set<std::string> upstream_;
    Decoded result_;
};

}  // namespace

Decoded decode_parts(const intent::Stack& stack, const StackIndex& index,
                     const intent::Project& project) {
    return Decoder(stack, index, project).take();
}

}  // namespace agentops::catalog
