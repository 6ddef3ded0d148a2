#include <algorithm>

#include "base/text.h"
#include "base/yaml_edit.h"

namespace agentops::yaml {

namespace {

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Words that some reader of YAML takes for a boolean, a number or nothing.
bool is_reserved_word(std::string_view text) {
    static constexpr std::string_view kWords[] = {"true", "false", "yes",  "no",   "on",  "off",
                                                  "y",    "n",     "null", ".inf", ".nan"};
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords);
}

/// Numbers of any base, times and dates, or what looks like one. 10.0.0.1, v1.5 and 4 d do not.
bool looks_like_number(std::string_view text) {
    const auto first = text.find_first_not_of("+.");
    if (first == std::string_view::npos || text[first] < '0' || text[first] > '9') return false;
    const bool number =
        text.find_first_not_of("0123456789abcdefABCDEFxXoOtTzZ_.:+-") == std::string_view::npos;
    const bool time = text.find_first_not_of("0123456789tTzZ.:+- ") == std::string_view::npos;
    return (number || time) && std::count(text.begin(), text.end(), '.') < 2;
}

/// Space and the characters that have a meaning where a value starts.
bool starts_plain(char c) {
    return !contains(" -?:,[]{}#&*!|>'\"%@`~=", {&c, 1});
}

/// No character that ends a plain scalar in brackets, where '?' does in our reader.
bool stays_plain(char c) {
    return !contains(",[]{}?", {&c, 1});
}

/// Holds characters that are better not typed: controls, line separators, byte order marks.
bool has_active(std::string_view text) {
    return contains(text, "\xEF\xBB\xBF") || escape_terminal(text) != text;
}

/// Reads as this one scalar when written without quotes, inside of brackets and outside.
bool is_safe(std::string_view text) {
    if (text.empty() || !starts_plain(text.front()) || text.ends_with(' ')) return false;
    if (!std::all_of(text.begin(), text.end(), stays_plain) || has_active(text)) return false;
    return !text.ends_with(':') && !contains(text, ": ") && !contains(text, " #") &&
           !text.starts_with("...") && text != "<<";
}

/// The first character with the bytes that continue it.
std::string_view first_character(std::string_view text) {
    std::size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
        ++size;
    return text.substr(0, size);
}

/// As it stands in double quotes. What is active on a terminal is spelled out; a lone byte that is
/// no UTF-8 stays, for the reader to refuse.
std::string escaped(std::string_view character) {
    if (character == "\"" || character == "\\") return "\\" + std::string(character);
    if (character == "\xEF\xBB\xBF") return "\\uFEFF";
    const auto inert = escape_terminal(character);
    if (inert == character || invalid_utf8(character)) return std::string(character);
    return inert.starts_with("\\u{") ? "\\u" + inert.substr(3, 4) : inert;
}

std::string quoted(std::string_view text) {
    std::string result = "\"";
    while (!text.empty()) {
        const auto character = first_character(text);
        result += escaped(character);
        text.remove_prefix(character.size());
    }
    return result + '"';
}

}  // namespace

std::string scalar_text(std::string_view text) {
    const bool plain = is_safe(text) && !is_reserved_word(text) && !looks_like_number(text);
    return plain ? std::string(text) : quoted(text);
}

std::string key_text(std::string_view text) {
    const bool null = text == "null" || text == "Null" || text == "NULL";
    return is_safe(text) && !null ? std::string(text) : quoted(text);
}

}  // namespace agentops::yaml
