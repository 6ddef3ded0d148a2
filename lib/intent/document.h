#pragma once

// The top level of an intent file as one field table: decoding and schema share it.

#include "intent/model.h"

namespace agentops::intent {

constexpr std::string_view kApiVersion = "agentops/v1";

/// The components of a file; each keeps its body for its kind.
struct Components {
    std::vector<Component> list;
};
bool decode_value(const yaml::Node& node, Components& value, Decoding& context);
Json value_schema(const Components*);

/// Overlays are merged before the rest is decoded (overlay.h): here they are only a known key.
struct Overlays {};
bool decode_value(const yaml::Node& node, Overlays& value, Decoding& context);
Json value_schema(const Overlays*);

struct Document {
    Literal api_version;
    Located<Name> intent;
    std::optional<Literal> owner;
    Target target;
    OrderedMap<Param> params;
    Objectives objectives;
    Located<Components> components;
    Rules rules;
    OrderedMap<Check> checks;
    Approvals approvals;
    std::optional<Heal> heal;
    Overlays environments;
    template <class V>
    void visit(V& v) {
        v.required("apiVersion", api_version, "agentops/v1");
        v.required("intent", intent, "name of the intent, unique in the project");
        v.optional("owner", owner, "who answers for it, e.g. payments@example.com");
        v.required("target", target,
                   "provider and region, e.g. {provider: aws, region: eu-west-1}");
        v.optional("params", params, "values that --param may give, used as ${param.NAME}");
        v.optional("objectives", objectives, "what good means; decides what is not pinned");
        v.required("components", components, "what should exist, e.g. assets: {kind: bucket}");
        v.optional("rules", rules, "what must never be");
        v.optional("checks", checks, "probes after apply");
        v.optional("approvals", approvals, "what needs no approval");
        v.optional("heal", heal, "what `agentops watch` may do about drift");
        v.optional("environments", environments,
                   "variants, e.g. dev: {...}; each changes the intent");
    }
};

/// Mistakes that no single field shows: ranges, names of components, what excludes what.
void validate(const Document& document, Decoding& context);

}  // namespace agentops::intent
