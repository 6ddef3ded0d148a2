#include <fmt/core.h>

#include <algorithm>

#include "base/fs.h"
#include "base/text.h"
#include "base/yaml_lint.h"

namespace agentops::yaml {

namespace {

constexpr std::string_view kCode = "yaml.encoding";

bool is_common(char c) {
    return (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\t';
}

bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

/// Start of the character that ends at `end`.
std::size_t character_before(std::string_view text, std::size_t end) {
    while (end > 0 && !begins_character(text[--end])) {
    }
    return end;
}

/// Offset and size of the first characters that NFC would replace. Every prefix of an NFC text is
/// NFC, so the shortest bad prefix is found by halving.
std::pair<std::size_t, std::size_t> first_not_nfc(std::string_view line) {
    std::size_t good = 0, bad = line.size();
    for (;;) {
        auto middle = good + (bad - good) / 2;
        while (middle > good && !begins_character(line[middle]))
            --middle;
        if (middle == good) break;
        (is_nfc(line.substr(0, middle)) ? good : bad) = middle;
    }
    bad = good + 1;
    while (bad < line.size() && !begins_character(line[bad]))
        ++bad;
    const auto begin = is_nfc(line.substr(good, bad - good)) ? character_before(line, good) : good;
    return {begin, bad - begin};
}

std::string control_message(std::string_view line, std::size_t at) {
    if (line[at] == '\r') return "a carriage return without a newline";
    const auto first = static_cast<unsigned char>(line[at]);
    if (first < 0x80) return fmt::format("control character U+{:04X}", first);
    return fmt::format("control character U+{:04X}", static_cast<unsigned char>(line[at + 1]));
}

/// The first mistake of one line, if any.
std::optional<Diagnostic> lint_line(const Source& source, int number, std::string_view line) {
    const auto at = [&](std::size_t offset) {
        return Position{&source, number, static_cast<int>(offset) + 1};
    };
    if (const auto bad = invalid_utf8(line)) {
        const auto byte = static_cast<unsigned char>(line[*bad]);
        return mistake(kCode, at(*bad), 1, fmt::format("byte 0x{:02X} is not UTF-8", byte),
                       "save the file as UTF-8");
    }
    if (const auto bad = control_character(line)) {
        return mistake(kCode, at(*bad), 1, control_message(line, *bad),
                       line[*bad] == '\r' ? "end lines with a newline (LF or CRLF)" : "remove it");
    }
    if (is_nfc(line)) return std::nullopt;
    const auto [offset, size] = first_not_nfc(line);
    return mistake(kCode, at(offset), static_cast<int>(size),
                   "text is not in Unicode normal form C (NFC)",
                   "type the character again as one, or convert the file: uconv -x any-nfc");
}

std::optional<Diagnostic> lint_start(const Source& source) {
    const std::string_view text = source.text;
    const Position start{&source, 1, 1};
    if (text.size() > kMaxInputBytes) {
        return mistake("yaml.size", Position{&source, 0, 0}, 1,
                       fmt::format("the file has {} bytes, more than the limit of {}", text.size(),
                                   kMaxInputBytes),
                       "split it");
    }
    if (starts_with(text, "\xEF\xBB\xBF")) {
        return mistake(kCode, start, 3, "the file starts with a byte order mark (BOM)",
                       "save the file as UTF-8 without BOM");
    }
    const bool marked = starts_with(text, "\xFF\xFE") || starts_with(text, "\xFE\xFF");
    if (marked || (text.size() >= 2 && (text[0] == '\0') != (text[1] == '\0'))) {
        return mistake(kCode, start, 1, "the file looks like UTF-16", "save the file as UTF-8");
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::size_t> control_character(std::string_view utf8) {
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto c = static_cast<unsigned char>(utf8[i]);
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F) return i;
        const bool is_c1 =
            c == 0xC2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xA0;
        if (is_c1) return i;
    }
    return std::nullopt;
}

Diagnostic mistake(std::string_view code, Position position, int width, std::string message,
                   std::string help) {
    auto diagnostic = error(std::string(code), std::move(message), position, std::move(help));
    diagnostic.width = width;
    return diagnostic;
}

Diagnostics lint_encoding(const Source& source) {
    if (auto diagnostic = lint_start(source)) return {*std::move(diagnostic)};
    std::string_view rest = source.text;
    if (std::all_of(rest.begin(), rest.end(), is_common)) return {};
    Diagnostics diagnostics;
    for (int number = 1; !rest.empty() && diagnostics.size() < kMaxDiagnostics; ++number) {
        const auto end = rest.find('\n');
        auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
        if (auto diagnostic = lint_line(source, number, line)) {
            diagnostics.push_back(*std::move(diagnostic));
        }
    }
    return diagnostics;
}

}  // namespace agentops::yaml
