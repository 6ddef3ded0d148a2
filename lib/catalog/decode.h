#pragma once

// Decoding of component bodies. A kind whose body is one struct with visit() derives from BodyKind:
//
//   struct QueueBody : Spec {
//       template <class V> void visit(V& v) { v.optional("retention", retention, "..."); }
//   };
//   class QueueKind final : public BodyKind<QueueBody> { ... };
//
// `kind`, `in`, `uses` and the knobs of info() are not visited: they are the same for every kind.

#include <nlohmann/json.hpp>

#include "catalog/kind.h"

namespace agentops::catalog {

/// Reads the knobs that a body pins; reports values outside of their domain (intent.value).
void decode_knobs(const KindInfo& info, const yaml::Node& body, Spec& spec, Decoding& context);

/// The schema of a body from that of its fields: `kind` is fixed, knobs have their domains.
Json body_schema(const KindInfo& info, Json fields);

/// Visits what every body has.
template <class V>
void visit_common(V& v, const KindInfo& info, Spec& spec) {
    std::string kind;
    v.required("kind", kind, "kind of the component");
    if (info.required_network) {
        Located<intent::Name> network;
        v.required("in", network, "network it stands in");
        spec.in = network;
    } else if (info.in_network) {
        v.optional("in", spec.in, "network it stands in");
    }
    if (info.has_load)
        v.optional("load", spec.load, "expected demand: agents size the component for it");
    if (info.has_uses) v.optional("uses", spec.uses, "components it may reach, with least access");
    for (const auto& knob : info.knobs) {
        std::optional<yaml::Node> raw;  // decode_knobs() reads it
        v.optional(knob.name, raw, knob.doc);
    }
}

template <class Body>
class BodyKind : public Kind {
public:
    Json schema() const final {
        SchemaVisitor visitor;
        Body body;
        visit_common(visitor, info(), body);
        body.visit(visitor);
        return body_schema(info(), visitor.take());
    }

    std::shared_ptr<const Spec> decode(const intent::Component& component,
                                       Decoding& context) const final {
        const auto before = context.out.size();
        auto body = std::make_shared<Body>();
        MapDecoder visitor(component.body, context);
        visit_common(visitor, info(), *body);
        body->visit(visitor);
        visitor.finish();
        decode_knobs(info(), component.body, *body, context);
        if (body->load) check_load(*body->load, context);
        if (context.out.size() != before) return nullptr;
        Decoding own{context.out, "catalog"};
        accept(*body, component, own);
        return has_errors(
                   {context.out.begin() + static_cast<std::ptrdiff_t>(before), context.out.end()})
                   ? nullptr
                   : body;
    }

protected:
    /// Checks a body whose fields are all sound by themselves; area "catalog".
    virtual void accept(Body& /*body*/, const intent::Component& /*component*/,
                        Decoding& /*context*/) const {}

    static const Body& body_of(const Part& part) { return static_cast<const Body&>(*part.spec); }
};

}  // namespace agentops::catalog
