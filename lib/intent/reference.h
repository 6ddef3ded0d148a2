#pragma once

// References in intent texts. Exactly these forms are special:
//   ${component.output}  ${intent:component.output}  ${param.name}  ${secret.name}  ${env.NAME}
// where an output may go deeper (`${legacy.subnets.0}`). Any other `${`, `%{` or `{{` is data.
// Parameters and environment variables are known when an intent is loaded and are replaced there
// (params.h); what reaches the model are component, cross-intent and secret references.

#include <string>
#include <variant>
#include <vector>

#include "base/fields.h"

namespace agentops::intent {

enum class RefKind { component, foreign, param, secret, environment };

/// One reference and where its `${` stands.
struct Reference {
    RefKind kind = RefKind::component;
    std::string intent;             ///< foreign only
    std::string component;          ///< component and foreign
    std::string name;               ///< output, parameter, secret or variable
    std::vector<std::string> path;  ///< steps below the output, usually empty
    Position position;
    int width = 1;  ///< bytes from `${` to `}`
    /// As written: "${db.endpoint}".
    std::string text() const;
};

/// A text cut into data and references, in order.
struct Template {
    std::vector<std::variant<std::string, Reference>> parts;
    Position position;
    /// True when there is no reference in it.
    bool is_plain() const;
    /// The text of a plain template; throws InternalError otherwise.
    std::string plain() const;
};

/// Cuts a scalar. Never fails: what is not a reference is data.
Template parse_template(const yaml::Node& scalar);

/// All references in the scalars (and map keys) below a node, in document order.
std::vector<Reference> references_in(const yaml::Node& node);

/// A map's key as a scalar, for tools that work on scalars.
yaml::Node key_node(const yaml::Member& member);

/// Reports a mistake at a reference; as Decoding::fail().
bool fail_at(const Reference& reference, std::string_view slug, std::string message,
             std::string help, Decoding& context);

/// Decodes a text that may hold component, foreign and secret references.
bool decode_value(const yaml::Node& node, Template& value, Decoding& context);
Json value_schema(const Template*);

/// A literal text: as std::string, but a reference in it is an error ("takes no reference").
struct Literal {
    std::string value;
};
bool decode_value(const yaml::Node& node, Literal& value, Decoding& context);
Json value_schema(const Literal*);

/// A name by base/text.h is_name(); the error shows the rule.
struct Name {
    std::string value;
};
bool decode_value(const yaml::Node& node, Name& value, Decoding& context);
Json value_schema(const Name*);

/// Reports a scalar that is no name (base/text.h); `noun` says of what, e.g. "component name".
bool check_name(const yaml::Node& node, std::string_view noun, Decoding& context,
                bool underscores = false);

}  // namespace agentops::intent
