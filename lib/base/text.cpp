#include "base/text.h"

#include <fmt/core.h>
#include <utf8proc.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

namespace agentops {

namespace {

const utf8proc_uint8_t* bytes_of(std::string_view text) {
    return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

/// One code point and its length; value -1 and length 1 for a byte that is not UTF-8.
struct CodePoint {
    utf8proc_int32_t value;
    std::size_t length;
};

CodePoint first_code_point(std::string_view text) {
    utf8proc_int32_t value = -1;
    const auto length =
        utf8proc_iterate(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &value);
    if (length <= 0) return {-1, 1};
    return {value, static_cast<std::size_t>(length)};
}

bool is_ascii(std::string_view text) {
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        std::uint64_t word;
        std::memcpy(&word, text.data() + i, 8);
        if ((word & 0x8080808080808080u) != 0) return false;
    }
    return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(),
                       [](char c) { return static_cast<signed char>(c) >= 0; });
}

bool is_printable_ascii(char c) {
    return c >= 0x20 && c < 0x7F;
}

/// Code points that move the cursor, break the line or reorder the text around them.
bool is_active(utf8proc_int32_t c) {
    return (c >= 0x80 && c <= 0x9F) || c == 0x061C || c == 0x200E || c == 0x200F ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

void escape_control(std::string& to, char c) {
    if (c == '\n') {
        to += "\\n";
    } else if (c == '\t') {
        to += "\\t";
    } else {
        to += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before = std::exchange(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = a[i - 1] == b[j - 1];
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row[b.size()];
}

/// The places in a text that a pattern's beginning can reach; linear in pattern times text.
class GlobWalk {
public:
    explicit GlobWalk(std::string_view text) : text_(text), reached_(text.size() + 1, false) {
        reached_[0] = true;
    }

    void literal(char c) {
        step([&](std::size_t i) -> std::size_t { return text_[i] == c ? 1 : 0; });
    }
    void any_character() {
        step([&](std::size_t i) -> std::size_t {
            return text_[i] == '/' ? 0 : first_code_point(text_.substr(i)).length;
        });
    }
    void any_text(bool across_folders) {
        for (std::size_t i = 0; i < text_.size(); ++i) {
            if (reached_[i] && (across_folders || text_[i] != '/')) reached_[i + 1] = true;
        }
    }
    /// Nothing, or whole leading folders with their slash.
    void any_folders() {
        bool open = false;
        for (std::size_t i = 0; i < text_.size(); ++i) {
            open = open || reached_[i];
            if (open && text_[i] == '/') reached_[i + 1] = true;
        }
    }
    bool at_end() const { return reached_.back(); }

private:
    template <class Length>
    void step(Length length) {
        std::vector<bool> next(reached_.size(), false);
        for (std::size_t i = 0; i < text_.size(); ++i) {
            if (const auto n = reached_[i] ? length(i) : 0; n > 0) next[i + n] = true;
        }
        reached_ = std::move(next);
    }

    std::string_view text_;
    std::vector<bool> reached_;
};

}  // namespace

std::string escape_terminal(std::string_view text) {
    if (std::all_of(text.begin(), text.end(), is_printable_ascii)) return std::string(text);
    std::string escaped;
    escaped.reserve(text.size() + 16);
    while (!text.empty()) {
        const auto [value, length] = first_code_point(text);
        if (length == 1 && is_printable_ascii(text[0])) {
            escaped += text[0];
        } else if (length == 1) {
            escape_control(escaped, text[0]);
        } else if (is_active(value)) {
            escaped += fmt::format("\\u{{{:04X}}}", static_cast<unsigned>(value));
        } else {
            escaped += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return escaped;
}

std::optional<std::size_t> invalid_utf8(std::string_view text) {
    if (is_ascii(text)) return std::nullopt;
    for (std::size_t i = 0; i < text.size();) {
        const auto [value, length] = first_code_point(text.substr(i));
        if (value < 0) return i;
        i += length;
    }
    return std::nullopt;
}

bool is_nfc(std::string_view text) {
    if (is_ascii(text)) return true;
    utf8proc_uint8_t* mapped = nullptr;
    const auto size =
        utf8proc_map(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, std::free);
    return size == static_cast<utf8proc_ssize_t>(text.size()) &&
           std::memcmp(mapped, text.data(), text.size()) == 0;
}

int display_width(std::string_view text) {
    int width = 0;
    while (!text.empty()) {
        const auto [value, length] = first_code_point(text);
        width += value < 0 ? 1 : utf8proc_charwidth(value);
        text.remove_prefix(length);
    }
    return width;
}

std::optional<std::string> did_you_mean(std::string_view word,
                                        const std::vector<std::string>& candidates) {
    const std::string* nearest = nullptr;
    std::size_t limit = std::max<std::size_t>(1, word.size() / 3) + 1;  // must be below
    for (const auto& candidate : candidates) {
        const auto longer = std::max(word.size(), candidate.size());
        if (longer - std::min(word.size(), candidate.size()) >= limit) continue;
        const auto distance = edit_distance(word, candidate);
        if (distance >= limit || distance >= longer) continue;
        limit = distance;
        nearest = &candidate;
    }
    return nearest == nullptr ? std::nullopt : std::optional(*nearest);
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string text;
    for (const auto& part : parts) {
        if (&part != &parts.front()) text += separator;
        text += part;
    }
    return text;
}

std::string listed(const std::vector<std::string>& parts, std::string_view last) {
    if (parts.size() < 2) return join(parts, "");
    const std::vector<std::string> first(parts.begin(), parts.end() - 1);
    return fmt::format("{} {} {}", join(first, ", "), last, parts.back());
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n\f\v";
    const auto begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string single_line(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!blank)
            result += c;
        else if (!result.empty() && result.back() != ' ')
            result += ' ';
    }
    return std::string(trim(result));
}

std::optional<int> whole_number(std::string_view text) {
    int number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = problem == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

bool glob_match(std::string_view pattern, std::string_view text) {
    GlobWalk walk(text);
    bool folder_start = true;
    while (!pattern.empty()) {
        std::size_t used = 1;
        if (folder_start && starts_with(pattern, "**/")) {
            used = 3;
            walk.any_folders();
        } else if (starts_with(pattern, "**")) {
            used = 2;
            walk.any_text(true);
        } else if (pattern[0] == '*') {
            walk.any_text(false);
        } else if (pattern[0] == '?') {
            walk.any_character();
        } else {
            walk.literal(pattern[0]);
        }
        folder_start = pattern[used - 1] == '/';
        pattern.remove_prefix(used);
    }
    return walk.at_end();
}

bool is_name(std::string_view text, bool underscores) {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    if (text.empty() || text.size() > 63 || !is_lower(text[0])) return false;
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return is_lower(c) || (c >= '0' && c <= '9') || c == '-' || (underscores && c == '_');
    });
}

std::string count_of(std::size_t n, std::string_view noun) {
    const auto ends = [&](std::string_view end) { return noun.ends_with(end); };
    if (n == 1) return fmt::format("1 {}", noun);
    if (ends("cy") || ends("ry")) {
        return fmt::format("{} {}ies", n, noun.substr(0, noun.size() - 1));
    }
    return fmt::format("{} {}{}", n, noun, ends("s") || ends("x") || ends("ch") ? "es" : "s");
}

}  // namespace agentops
