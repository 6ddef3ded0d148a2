#pragma once

// The strict YAML reader: one document, no anchors, aliases, tags, merge keys, tabs, duplicate keys
// or open quotes; bounded depth (32), nodes (100,000) and size; UTF-8, NFC, no control characters.
// Only yaml.cpp includes yaml-cpp. Facts behind each rule: yaml-cpp 0.7 accepts all of them
// silently.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/source.h"

namespace agentops::yaml {

enum class Type { null, scalar, sequence, map };

struct Member;

/// One node with its position. Maps keep their order; keys are plain text, unique in their map.
struct Node {
    Type type = Type::null;
    bool quoted = false;  ///< scalar: was quoted or a block scalar, so it is always a string
    std::string text;     ///< scalar
    Position position;
    int width = 1;                ///< bytes of the scalar in its source line, for the caret
    std::vector<Node> items;      ///< sequence
    std::vector<Member> members;  ///< map

    /// The member's value, or null.
    const Node* find(std::string_view key) const;
    Node* find(std::string_view key);
    bool is_map() const { return type == Type::map; }
    bool is_scalar() const { return type == Type::scalar; }
    bool is_sequence() const { return type == Type::sequence; }
    /// Plain (unquoted) null, ~ or nothing.
    bool is_null() const { return type == Type::null; }
};

struct Member {
    std::string key;
    Position position;  ///< of the key
    Node value;
};

/// Parses the source's text. All mistakes that can be told apart are reported together.
/// Codes: yaml.*, e.g. yaml.syntax, yaml.duplicate-key, yaml.anchor, yaml.tag, yaml.merge-key,
/// yaml.tab, yaml.unclosed-quote, yaml.depth, yaml.encoding, yaml.documents, yaml.empty.
Result<Node> parse(const Source& source);

/// "map", "list", "text", ... for messages.
std::string_view describe(const Node& node);

}  // namespace agentops::yaml
