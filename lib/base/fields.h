#pragma once

// One visit() per struct serves decoding (YAML with positions), the JSON Schema and the docs.
//
//   struct Check {
//       std::string http;
//       Position position;               // filled by the decoder when present
//       template <class V> void visit(V& v) {
//           v.required("http", http, "address that is fetched");
//       }
//   };
//
// A leaf type joins by two free functions found by ADL:
//   bool decode_value(const yaml::Node&, T&, Decoding&);   // reports and returns false on a
//   mistake Json value_schema(const T*);

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/yaml.h"

namespace agentops {

/// Where a decoder reports. `area` prefixes its codes: intent.unknown-key, project.type, ...
struct Decoding {
    Diagnostics& out;
    std::string_view area;

    /// Reports an error at the node; `slug` completes the code. Always returns false.
    bool fail(const yaml::Node& at, std::string_view slug, std::string message,
              std::string help = {});
};

// Leaf types. Plain scalars only: a quoted "5" is a text, never a number; yes/no/010 are mistakes
// whose help shows the quotes or the right spelling.
bool decode_value(const yaml::Node& node, std::string& value, Decoding& context);
bool decode_value(const yaml::Node& node, bool& value, Decoding& context);
bool decode_value(const yaml::Node& node, std::int64_t& value, Decoding& context);
bool decode_value(const yaml::Node& node, double& value, Decoding& context);
bool decode_value(const yaml::Node& node, yaml::Node& value, Decoding& context);
Json value_schema(const std::string*);
Json value_schema(const bool*);
Json value_schema(const std::int64_t*);
Json value_schema(const double*);
Json value_schema(const yaml::Node*);

/// A YAML tree as plain JSON: scalars typed as the decoders above read them, everything else a
/// text.
Json plain_json(const yaml::Node& node);

/// A value and where it was written.
template <class T>
struct Located {
    T value{};
    Position position;
};

/// Key order is kept.
template <class T>
using OrderedMap = std::vector<std::pair<std::string, T>>;

/// Accepts every field call; only used to ask whether a type has visit().
struct AnyVisitor {
    template <class T>
    void required(std::string_view, T&, std::string_view) {}
    template <class T>
    void optional(std::string_view, T&, std::string_view) {}
};

template <class T>
concept Visitable = requires(T& t, AnyVisitor& v) {
    t.visit(v);
};

template <class T>
bool decode(const yaml::Node& node, T& value, Decoding& context);

/// Visits a struct against one YAML map. Unknown keys are reported by finish().
class MapDecoder {
public:
    MapDecoder(const yaml::Node& map, Decoding& context) : map_(map), context_(context) {}

    template <class T>
    void required(std::string_view name, T& member, std::string_view doc) {
        if (!field(name, member)) missing(name, doc);
    }
    template <class T>
    void optional(std::string_view name, T& member, std::string_view /*doc*/) {
        field(name, member);
    }
    /// Reports keys that no field claimed, with the nearest known one.
    void finish();
    bool ok() const { return ok_; }

private:
    template <class T>
    bool field(std::string_view name, T& member) {
        names_.emplace_back(name);
        const auto* node = map_.find(name);
        if (node == nullptr) return false;
        if (!decode(*node, member, context_)) ok_ = false;
        return true;
    }
    void missing(std::string_view name, std::string_view doc);

    const yaml::Node& map_;
    Decoding& context_;
    std::vector<std::string> names_;
    bool ok_ = true;
};

bool expect_map(const yaml::Node& node, Decoding& context);
bool expect_sequence(const yaml::Node& node, Decoding& context);

namespace detail {

template <class T>
bool decode_into(const yaml::Node& node, std::optional<T>& value, Decoding& context) {
    return decode(node, value.emplace(), context);
}

template <class T>
bool decode_into(const yaml::Node& node, Located<T>& value, Decoding& context) {
    value.position = node.position;
    return decode(node, value.value, context);
}

template <class T>
bool decode_into(const yaml::Node& node, std::vector<T>& value, Decoding& context) {
    if (!expect_sequence(node, context)) return false;
    value.clear();  // a default gives way
    bool ok = true;
    for (const auto& item : node.items)
        ok = decode(item, value.emplace_back(), context) && ok;
    return ok;
}

template <class T>
bool decode_into(const yaml::Node& node, OrderedMap<T>& value, Decoding& context) {
    if (!expect_map(node, context)) return false;
    value.clear();
    bool ok = true;
    for (const auto& member : node.members) {
        auto& entry = value.emplace_back(member.key, T{});
        ok = decode(member.value, entry.second, context) && ok;
    }
    return ok;
}

template <class T>
bool decode_struct(const yaml::Node& node, T& value, Decoding& context) {
    if (!expect_map(node, context)) return false;
    if constexpr (requires { value.position = node.position; }) value.position = node.position;
    MapDecoder visitor(node, context);
    value.visit(visitor);
    visitor.finish();
    return visitor.ok();
}

template <class T>
concept DecodesInto = requires(const yaml::Node& n, T& t, Decoding& d) {
    decode_into(n, t, d);
};

}  // namespace detail

/// Decodes any field type; every mistake is reported, the result says whether there was one.
template <class T>
bool decode(const yaml::Node& node, T& value, Decoding& context) {
    if constexpr (Visitable<T>) {
        return detail::decode_struct(node, value, context);
    } else if constexpr (detail::DecodesInto<T>) {
        return detail::decode_into(node, value, context);
    } else {
        return decode_value(node, value, context);
    }
}

template <class T>
Json schema_of();

/// Visits a struct to describe it as a JSON Schema (draft 7) object.
class SchemaVisitor {
public:
    template <class T>
    void required(std::string_view name, T& member, std::string_view doc) {
        optional(name, member, doc);
        required_.emplace_back(name);
    }
    template <class T>
    void optional(std::string_view name, T&, std::string_view doc) {
        Json schema = schema_of<T>();
        schema["description"] = std::string(doc);
        properties_[std::string(name)] = std::move(schema);
    }
    /// {type: object, additionalProperties: false, properties, required}
    Json take();

private:
    Json properties_ = Json::object();
    std::vector<std::string> required_;
};

namespace detail {

template <class T>
struct Schema {
    static Json make() {
        if constexpr (Visitable<T>) {
            SchemaVisitor visitor;
            T value{};
            value.visit(visitor);
            return visitor.take();
        } else {
            return value_schema(static_cast<const T*>(nullptr));
        }
    }
};
template <class T>
struct Schema<std::optional<T>> {
    static Json make() { return schema_of<T>(); }
};
template <class T>
struct Schema<Located<T>> {
    static Json make() { return schema_of<T>(); }
};
template <class T>
struct Schema<std::vector<T>> {
    static Json make() { return {{"type", "array"}, {"items", schema_of<T>()}}; }
};
template <class T>
struct Schema<std::vector<std::pair<std::string, T>>> {
    static Json make() { return {{"type", "object"}, {"additionalProperties", schema_of<T>()}}; }
};

}  // namespace detail

template <class T>
Json schema_of() {
    return detail::Schema<T>::make();
}

}  // namespace agentops
