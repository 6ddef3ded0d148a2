#include "catalog/play_values.h"

#include "catalog/names.h"

namespace agentops::catalog {

namespace {

/// A constant of the intent: texts and lists of texts only.
ansible::Value constant_value(const tf::Value& value) {
    if (const auto* text = value.text()) return *text;
    const auto* items = std::get_if<tf::List>(&value.data());
    if (items == nullptr) throw InternalError("a constant that is neither text nor list");
    ansible::List list;
    for (const auto& item : *items)
        list.push_back(constant_value(item));
    return list;
}

void append(ansible::Text& text, const ansible::Value& value) {
    if (const auto* data = std::get_if<std::string>(&value.data()))
        text.parts.emplace_back(*data);
    else if (const auto* variable = std::get_if<ansible::Variable>(&value.data()))
        text.parts.emplace_back(*variable);
    else
        throw InternalError("only texts can be joined to a text");
}

}  // namespace

ansible::Value PlayValues::value(const intent::Template& text) {
    if (text.is_plain()) return text.plain();
    if (text.parts.size() == 1) return reference(std::get<intent::Reference>(text.parts.front()));
    ansible::Text joined;
    for (const auto& part : text.parts) {
        const auto* data = std::get_if<std::string>(&part);
        append(joined, data ? ansible::Value(*data) : reference(std::get<intent::Reference>(part)));
    }
    return joined;
}

ansible::Value PlayValues::value(const yaml::Node& node) {
    switch (node.type) {
        case yaml::Type::null:
            return {};
        case yaml::Type::scalar: {
            auto typed = typed_scalar<ansible::Value>(node);
            return typed ? *std::move(typed) : value(intent::parse_template(node));
        }
        case yaml::Type::sequence: {
            ansible::List list;
            for (const auto& item : node.items)
                list.push_back(value(item));
            return list;
        }
        case yaml::Type::map: {
            ansible::Map map;
            for (const auto& member : node.members)
                map.emplace_back(member.key, value(member.value));
            return map;
        }
    }
    throw InternalError("a node of no type");
}

ansible::Map PlayValues::values(const OrderedMap<yaml::Node>& variables) {
    ansible::Map map;
    for (const auto& [name, node] : variables)
        map.emplace_back(name, value(node));
    return map;
}

ansible::List PlayValues::values(const std::vector<intent::Template>& words) {
    ansible::List list;
    for (const auto& word : words)
        list.push_back(value(word));
    return list;
}

std::string PlayValues::variable(const intent::Reference& reference) {
    return add_input(run_.unit.inputs,
                     builder_.input(reference, "agentops_" + input_name(reference)));
}

ansible::Value PlayValues::reference(const intent::Reference& reference) {
    if (const auto known = builder_.constant(reference)) return constant_value(*known);
    if (reference.kind != intent::RefKind::secret) return ansible::Variable{variable(reference)};
    secret_ = true;
    return ansible::Variable{
        add_secret(run_.unit.secrets,
                   {"agentops_secret_" + identifier(reference.name), reference.name, false})};
}

}  // namespace agentops::catalog
