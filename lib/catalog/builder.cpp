#include "catalog/builder.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/text.h"
#include "catalog/aws/provider.h"
#include "catalog/names.h"
#include "terraform/writer.h"

namespace agentops::catalog {

namespace {

void append(tf::Concat& text, const tf::Value& value) {
    if (const auto* data = value.text()) {
        text.parts.emplace_back(*data);
    } else if (const auto* expression = std::get_if<tf::Expr>(&value.data())) {
        text.parts.emplace_back(*expression);
    } else if (const auto* inner = std::get_if<tf::Concat>(&value.data())) {
        text.parts.insert(text.parts.end(), inner->parts.begin(), inner->parts.end());
    } else {
        throw InternalError("only texts can be joined to a text");
    }
}

ValueType type_of(const intent::Component& component, const intent::Reference& reference) {
    const auto* kind = find_kind(component.kind.value);
    if (kind == nullptr) return ValueType::any;
    for (const auto& output : kind->info().outputs) {
        if (output.name != reference.name) continue;
        if (reference.path.empty()) return output.type;
        const bool texts =
            output.type == ValueType::list_of_string || output.type == ValueType::map_of_string;
        return texts && reference.path.size() == 1 ? ValueType::string : ValueType::any;
    }
    return ValueType::any;
}

/// The constraint of the project, by source or local name; else our own pin.
std::string provider_version(const intent::ProviderSettings& settings, std::string_view source) {
    for (const auto& [key, version] : settings.versions) {
        if (key == source || key == source.substr(source.rfind('/') + 1)) return version;
    }
    return source == aws::kProviderSource ? std::string(aws::kProviderVersion) : ">= 0";
}

}  // namespace

std::string input_name(const intent::Reference& reference) {
    std::vector<std::string> words;
    if (!reference.intent.empty()) words.push_back(reference.intent);
    words.push_back(reference.component);
    words.push_back(reference.name);
    words.insert(words.end(), reference.path.begin(), reference.path.end());
    return identifier(join(words, "_"));
}

std::string add_input(std::vector<Input>& inputs, Input input) {
    return add_named(inputs, std::move(input), [](const Input& a, const Input& b) {
        return std::tie(a.from, a.output, a.path) == std::tie(b.from, b.output, b.path);
    });
}

std::string add_secret(std::vector<SecretVariable>& secrets, SecretVariable secret) {
    return add_named(secrets, std::move(secret),
                     [](const SecretVariable& a, const SecretVariable& b) {
                         return a.secret == b.secret && a.ephemeral == b.ephemeral;
                     });
}

Builder::Builder(const Design& design, BuiltStack& built, std::string_view agent)
    : design_(design), built_(built), agent_(agent) {}

void Builder::begin(const Part& part) {
    part_ = &part;
}

Origin Builder::origin(Position position, std::string_view reason) const {
    if (part_ == nullptr) throw InternalError("a block before begin()");
    return {part_->name(), position.known() ? position : part_->component->position, agent_,
            std::string(reason)};
}

tf::Expr Builder::add(bool data, std::string_view type, std::string_view name, tf::Map body,
                      Position position, std::string_view reason) {
    auto& resource = built_.main.resources.emplace_back();
    resource.data = data;
    resource.type = type;
    resource.name = name;
    resource.body = std::move(body);
    resource.origin = origin(position, reason);
    return {resource.address()};
}

tf::Expr Builder::resource(std::string_view type, std::string_view name, tf::Map body,
                           Position position, std::string_view reason) {
    return add(false, type, name, std::move(body), position, reason);
}

tf::Expr Builder::data(std::string_view type, std::string_view name, tf::Map body,
                       Position position, std::string_view reason) {
    return add(true, type, name, std::move(body), position, reason);
}

tf::Expr Builder::module(std::string_view name, std::string source, std::string version,
                         tf::Map inputs) {
    built_.main.modules.push_back({std::string(name), std::move(source), std::move(version),
                                   std::move(inputs), origin({}, {})});
    return {"module." + std::string(name)};
}

void Builder::existing(ExistingRoot root) {
    root.origin = origin({}, {});
    root.component = root.origin.component;
    built_.existing.push_back(std::move(root));
}

void Builder::playbook(AnsibleRun run) {
    const auto& stack = design_.stack();
    auto& unit = run.unit;
    unit.stack = stack.id;
    unit.name = part_->name();
    unit.id = unit_id(stack, unit.name);
    unit.component = part_->name();
    if (part_->kind->info().constant_outputs) {
        for (const auto& output : part_->kind->info().outputs)
            unit.output_names.emplace_back(output.name);
    }
    unit.origins.emplace("", origin({}, {}));
    for (const auto& name : stack.rules.protect)
        unit.protected_components.insert(name.value.value);
    built_.playbooks.push_back(std::move(run));
}

tf::Value Builder::value(const intent::Template& text) {
    if (text.is_plain()) return text.plain();
    if (text.parts.size() == 1) return reference(std::get<intent::Reference>(text.parts.front()));
    tf::Concat joined;
    for (const auto& part : text.parts) {
        const auto* data = std::get_if<std::string>(&part);
        append(joined, data ? tf::Value(*data) : reference(std::get<intent::Reference>(part)));
    }
    return joined;
}

tf::Value Builder::value(const yaml::Node& node) {
    switch (node.type) {
        case yaml::Type::null:
            return {};
        case yaml::Type::scalar: {
            auto typed = typed_scalar<tf::Value>(node);
            return typed ? *std::move(typed) : value(intent::parse_template(node));
        }
        case yaml::Type::sequence: {
            tf::List list;
            for (const auto& item : node.items)
                list.push_back(value(item));
            return list;
        }
        case yaml::Type::map: {
            tf::Map map;
            for (const auto& member : node.members)
                map.emplace_back(member.key, value(member.value));
            return map;
        }
    }
    throw InternalError("a node of no type");
}

tf::Value Builder::reference(const intent::Reference& reference) {
    switch (reference.kind) {
        case intent::RefKind::component:
            return own_reference(reference);
        case intent::RefKind::foreign:
            return input_reference(reference);
        case intent::RefKind::secret:
            return secret(reference, false);
        case intent::RefKind::param:
        case intent::RefKind::environment:
            break;  // replaced when the intent was loaded
    }
    throw InternalError("a reference was left unresolved: " + reference.text());
}

tf::Value Builder::own_reference(const intent::Reference& reference) {
    if (auto value = constant(reference)) return *std::move(value);
    const auto& part = design_.part(reference.component);
    if (part.kind->info().separate_unit) return input_reference(reference);
    const auto output = design_.facets(part).output(reference.name);
    auto value = output ? follow(*output, reference.path) : std::nullopt;
    if (!value) throw InternalError("an output that is not there: " + reference.text());
    return *std::move(value);
}

std::optional<tf::Value> Builder::constant(const intent::Reference& reference) const {
    if (reference.kind != intent::RefKind::component) return std::nullopt;
    const auto& part = design_.part(reference.component);
    if (!part.kind->info().constant_outputs) return std::nullopt;
    const auto output = design_.facets(part).output(reference.name);
    return output ? follow(*output, reference.path) : std::nullopt;
}

tf::Expr Builder::input_reference(const intent::Reference& reference) {
    auto wanted = input(reference, input_name(reference));
    auto known = wanted;
    known.variable = add_input(built_.main.inputs, std::move(wanted));
    return tf::input_expr(known);
}

Input Builder::input(const intent::Reference& reference, std::string variable) const {
    const bool own = reference.kind == intent::RefKind::component;
    const auto* stack = own ? &design_.stack() : design_.foreign(reference.intent);
    const auto* component = stack == nullptr ? nullptr : stack->find(reference.component);
    if (component == nullptr) throw InternalError("an input from nowhere: " + reference.text());
    const auto* kind = find_kind(component->kind.value);
    const bool separate = kind != nullptr && kind->info().separate_unit;
    return {std::move(variable),
            unit_id(*stack, separate ? component->name : "main"),
            separate ? reference.name : output_name(component->name, reference.name),
            reference.path,
            type_of(*component, reference),
            reference.position};
}

tf::Value Builder::secret(const intent::Reference& reference, bool ephemeral) {
    const auto prefix = ephemeral ? "ephemeral_" : "secret_";
    const auto variable = add_secret(
        built_.main.secrets, {prefix + identifier(reference.name), reference.name, ephemeral});
    return tf::Expr{"var." + variable};
}

std::string Builder::require_provider(std::string_view source) {
    const auto& settings = design_.project().settings.terraform.providers;
    const std::string name(source.substr(source.rfind('/') + 1));
    auto& requirements = built_.main.requirements;
    const bool known = std::any_of(requirements.begin(), requirements.end(),
                                   [&](const auto& entry) { return entry.source == source; });
    if (known) return name;
    const auto position =
        part_ ? part_->component->position : design_.stack().target.provider.position;
    if (std::none_of(settings.allow.begin(), settings.allow.end(),
                     [&](const auto& pattern) { return glob_match(pattern, source); }))
        built_.diagnostics.push_back(
            error("catalog.provider-not-allowed", fmt::format("provider {} is not allowed", source),
                  position,
                  fmt::format("add it to terraform.providers.allow in agentops.yaml, which has {}",
                              settings.allow.empty() ? "none" : join(settings.allow, ", "))));
    requirements.push_back({name, std::string(source), provider_version(settings, source)});
    return name;
}

tf::Map Builder::tags(const Part& part, std::string_view suffix) const {
    auto name = design_.cloud_name(part, 200);
    if (!suffix.empty()) name += fmt::format("-{}", suffix);
    return {{"Name", std::move(name)}, {"agentops:component", part.name()}};
}

}  // namespace agentops::catalog
