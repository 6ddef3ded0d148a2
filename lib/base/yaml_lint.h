#pragma once

// What yaml-cpp does not notice, or notices too late to say where: a look at the characters and the
// tokens of a YAML text before it is parsed. Internal to base/yaml.cpp.

#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/source.h"

namespace agentops::yaml {

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxNodes = 100'000;
constexpr std::size_t kMaxDiagnostics = 100;  ///< of one file; more help nobody

/// The remarks on a text, and whether what the parser says about it would still make sense.
struct Lint {
    Diagnostics diagnostics;
    bool parsable = true;
    bool empty = true;  ///< nothing but comments and white space
};

/// Size, byte order marks, UTF-8, NFC and control characters.
Diagnostics lint_encoding(const Source& source);

/// Quotes, brackets, tabs, anchors, aliases, tags, merge keys, documents and flow depth.
Lint lint_tokens(const Source& source);

/// Byte offset of the first control character other than newline and tab, if any.
std::optional<std::size_t> control_character(std::string_view utf8);

/// A diagnostic that underlines `width` bytes.
Diagnostic mistake(std::string_view code, Position position, int width, std::string message,
                   std::string help);

}  // namespace agentops::yaml
