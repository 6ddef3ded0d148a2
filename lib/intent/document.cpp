#include "intent/document.h"

#include <fmt/core.h>

namespace agentops::intent {

namespace {

/// Words that start other references: ${param.x} would no longer be clear.
bool is_reserved(std::string_view name) {
    return name == "param" || name == "secret" || name == "env";
}

bool check_component_name(const yaml::Node& key, Decoding& context) {
    if (!is_reserved(key.text)) return check_name(key, "component name", context);
    return context.fail(key, "name",
                        fmt::format("'{0}' is taken: ${{{0}.x}} means another thing", key.text),
                        "choose another name");
}

bool decode_component(const yaml::Member& member, Component& component, Decoding& context) {
    component.name = member.key;
    component.position = member.position;
    bool ok = check_component_name(key_node(member), context);
    if (!expect_map(member.value, context)) return false;
    const auto* kind = member.value.find("kind");
    if (kind == nullptr)
        return context.fail(key_node(member), "missing-key",
                            fmt::format("component '{}' has no kind", member.key),
                            "add `kind:`, e.g. `kind: bucket`");
    Literal name;
    ok = decode_value(*kind, name, context) && ok;
    component.kind = {std::move(name.value), kind->position};
    component.body = member.value;
    return ok;
}

}  // namespace

bool decode_value(const yaml::Node& node, Components& value, Decoding& context) {
    if (!expect_map(node, context)) return false;
    if (node.members.empty())
        return context.fail(node, "no-components", "the intent wants nothing",
                            "add a component, e.g. `assets: {kind: bucket}`");
    bool ok = true;
    value.list.reserve(node.members.size());
    for (const auto& member : node.members)
        ok = decode_component(member, value.list.emplace_back(), context) && ok;
    return ok;
}

Json value_schema(const Components*) {
    return {{"type", "object"},
            {"minProperties", 1},
            {"propertyNames", value_schema(static_cast<const Name*>(nullptr))},
            {"additionalProperties", {{"type", "object"}, {"required", {"kind"}}}}};
}

bool decode_value(const yaml::Node& /*node*/, Overlays& /*value*/, Decoding& /*context*/) {
    return true;
}

Json value_schema(const Overlays*) {
    return {{"type", "object"},
            {"minProperties", 1},
            {"propertyNames", value_schema(static_cast<const Name*>(nullptr))}};
}

}  // namespace agentops::intent
