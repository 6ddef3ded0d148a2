#pragma once

// Character classes by ASCII alone: <cctype> depends on the locale.

#include <string>
#include <string_view>

namespace agentops::intent {

constexpr bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_alnum(char c) {
    return is_upper(c) || is_lower(c) || is_digit(c);
}

inline std::string lower(std::string_view text) {
    std::string result(text);
    for (auto& c : result) {
        if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

inline std::string upper(std::string_view text) {
    std::string result(text);
    for (auto& c : result) {
        if (is_lower(c)) c = static_cast<char>(c - 'a' + 'A');
    }
    return result;
}

}  // namespace agentops::intent
