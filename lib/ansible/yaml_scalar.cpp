#include "ansible/yaml_scalar.h"

#include <fmt/core.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/text.h"

namespace agentops::ansible {

namespace {

constexpr std::size_t kColumns = 100;       // where texts are folded
constexpr std::size_t kGoodColumns = 80;    // where they are folded if a word ends
constexpr std::size_t kBlockColumns = 120;  // lines of a literal block cannot be folded
constexpr std::size_t kKeyBytes = 1000;     // YAML allows a key 1,024 characters

/// One character of a valid UTF-8 text.
struct Character {
    std::int32_t code;
    std::string_view bytes;
};

Character character_at(std::string_view text, std::size_t at) {
    std::int32_t code = 0;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at);
    const auto size =
        utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() - at), &code);
    if (size <= 0) throw InternalError("a text for YAML that is not UTF-8");
    return {code, text.substr(at, static_cast<std::size_t>(size))};
}

bool between(std::int32_t code, std::int32_t first, std::int32_t last) {
    return first <= code && code <= last;
}

/// May stand as itself. Line ends of Unicode, which YAML 1.1 breaks at, may not; nor marks that
/// turn the direction of a text, by which it would read as something else than it is.
bool is_shown(std::int32_t code) {
    if (code < 0x7F) return code >= 0x20;
    return code >= 0xA0 && !between(code, 0x2028, 0x202E) && !between(code, 0x2066, 0x2069) &&
           !between(code, 0xFFFE, 0xFFFF) && code != 0xFEFF;
}

/// All characters are shown, or are line ends.
bool is_shown(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto next = character_at(text, at);
        if (!is_shown(next.code) && next.code != '\n') return false;
        at += next.bytes.size();
    }
    return true;
}

bool is_digit(char c) {
    return '0' <= c && c <= '9';
}

bool is_letter(char c) {
    return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z');
}

/// What YAML 1.1 takes for a truth value or for nothing, in any case.
bool is_reserved(std::string_view text) {
    constexpr std::array<std::string_view, 9> kWords{"y",   "n",    "yes",   "no",  "on",
                                                     "off", "true", "false", "null"};
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

/// 10.0.0.1: two dots more than a number has.
bool is_dotted_quad(std::string_view text) {
    return is_digit(text.front()) && std::count(text.begin(), text.end(), '.') == 3 &&
           text.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_plain_character(char c) {
    constexpr std::string_view kSigns = " _-./,:@%+=()";
    return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80 ||
           kSigns.find(c) != std::string_view::npos;
}

/// Without quotes it is certainly this text. Its characters are shown and on one line.
bool is_plain(std::string_view text) {
    if (text.empty() || is_reserved(text)) return false;
    if (is_dotted_quad(text)) return true;
    const char first = text.front();
    if (!is_letter(first) && first != '_' && first != '/') return false;
    return text.back() != ' ' && text.back() != ':' && text.find(": ") == std::string_view::npos &&
           std::all_of(text.begin(), text.end(), is_plain_character);
}

std::string single_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text)
        quoted += c == '\'' ? "''" : std::string(1, c);
    return quoted + "'";
}

std::string escaped(const Character& c) {
    switch (c.code) {
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        case '\n':
            return "\\n";
        case '\t':
            return "\\t";
    }
    if (is_shown(c.code)) return std::string(c.bytes);
    if (c.code <= 0xFF) return fmt::format("\\x{:02x}", c.code);
    return fmt::format("\\u{:04x}", c.code);  // what is not shown has 16 bits at most
}

/// Folded by escaped line ends where a line ends, where a word ends, and where it gets too long.
std::string double_quoted(std::string_view text, std::size_t indent, std::size_t column) {
    std::string quoted = "\"";
    std::size_t width = column + 1;
    std::int32_t last = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto next = character_at(text, at);
        at += next.bytes.size();
        auto piece = escaped(next);
        const bool word_ended = last == ' ' && next.code != ' ';
        if (last == '\n' || width + piece.size() > kColumns - 2 ||
            (word_ended && width > kGoodColumns)) {
            quoted += "\\\n" + std::string(indent, ' ');
            if (piece == " ") piece = "\\ ";  // else it were indentation
            width = indent;
        }
        last = next.code;
        width += piece.size();
        quoted += piece;
    }
    return quoted + "\"";
}

bool is_block_line(std::string_view line, std::size_t indent) {
    if (indent + line.size() > kBlockColumns) return false;
    return line.empty() || (line.front() != '\t' && line.back() != ' ' && line.back() != '\t');
}

/// A literal block, or "" when it would not be exactly this text or hard to read.
std::string block(std::string_view text, std::size_t indent) {
    const bool ended = text.back() == '\n';
    if (text.front() == '\n' || text.front() == ' ') return "";
    if (ended) text.remove_suffix(1);
    if (text.empty() || text.back() == '\n') return "";
    std::string result = ended ? "|" : "|-";
    for (const auto& line : split(text, '\n')) {
        if (!is_block_line(line, indent)) return "";
        result += "\n" + (line.empty() ? line : std::string(indent, ' ') + line);
    }
    return result;
}

std::string one_line(std::string_view text) {
    if (is_plain(text)) return std::string(text);
    if (text.find_first_of("\"\\") == std::string_view::npos) return fmt::format("\"{}\"", text);
    return single_quoted(text);
}

}  // namespace

std::string yaml_scalar(std::string_view text, std::size_t indent, std::size_t column) {
    const bool lines = text.find('\n') != std::string_view::npos;
    std::string result;
    if (is_shown(text)) result = lines ? block(text, indent) : one_line(text);
    if (result.empty() || (!lines && column + result.size() > kColumns))
        return double_quoted(text, indent, column);
    return result;
}

std::string yaml_key(std::string_view text) {
    if (text.size() > kKeyBytes) throw InternalError("a key too long for YAML");
    if (is_shown(text) && text.find('\n') == std::string_view::npos) return one_line(text);
    std::string key = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const auto next = character_at(text, at);
        at += next.bytes.size();
        key += escaped(next);
    }
    return key + "\"";
}

std::string yaml_comment(std::string_view text) {
    std::string result;
    for (const auto& line : split(text, '\n')) {
        result += line.empty() ? "#" : "# ";
        for (std::size_t at = 0; at < line.size();) {
            const auto next = character_at(line, at);
            at += next.bytes.size();
            result += is_shown(next.code) ? next.bytes : "?";
        }
        result += "\n";
    }
    return result;
}

}  // namespace agentops::ansible
