#pragma once

// Reading JSON that a tool wrote, without trusting its shape: a member that is absent or of another
// type reads as null, "" or false. Nothing here throws.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace agentops {

/// The member of an object, or a null.
inline const Json& member(const Json& json, std::string_view key) {
    static const Json kNull;
    if (!json.is_object()) return kNull;
    const auto found = json.find(key);
    return found == json.end() ? kNull : *found;
}

/// The item of a list, or a null.
inline const Json& item(const Json& json, std::size_t index) {
    static const Json kNull;
    return json.is_array() && index < json.size() ? json[index] : kNull;
}

inline std::string text_of(const Json& json) {
    return json.is_string() ? json.get<std::string>() : std::string();
}
inline std::string text_of(const Json& json, std::string_view key) {
    return text_of(member(json, key));
}

inline std::optional<std::string> maybe_text(const Json& json) {
    if (!json.is_string()) return std::nullopt;
    return json.get<std::string>();
}
inline std::optional<std::string> maybe_text(const Json& json, std::string_view key) {
    return maybe_text(member(json, key));
}

inline bool is_true(const Json& json) {
    return json.is_boolean() && json.get<bool>();
}

/// True when a mark (Terraform's *_sensitive, after_unknown) is set here or anywhere below.
inline bool any_true(const Json& mark) {
    if (!mark.is_structured()) return is_true(mark);
    for (const auto& below : mark) {
        if (any_true(below)) return true;
    }
    return false;
}

}  // namespace agentops
