#include "base/diagnostic.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/text.h"

namespace agentops {

namespace {

constexpr std::size_t kMaxSourceBytes = 160;  // longer source lines are shown as a window

Diagnostic make(Level level, std::string code, std::string message, Position position,
                std::string help) {
    return {level, std::move(code), std::move(message), position, 1, std::move(help)};
}

std::string_view ansi(Level level) {
    switch (level) {
        case Level::note:
            return "\x1b[1;36m";
        case Level::warning:
            return "\x1b[1;33m";
        case Level::error:
            return "\x1b[1;31m";
    }
    return "";
}

/// The part of a source line that is shown, and the marked bytes in it.
struct Excerpt {
    std::string_view before, marked, after;
};

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

Excerpt excerpt(const Diagnostic& diagnostic) {
    const std::string_view line = diagnostic.position.source_line();
    const auto size_of = [](int n, int least) {
        return static_cast<std::size_t>(std::max(n, least));
    };
    const auto column = std::min(size_of(diagnostic.position.column - 1, 0), line.size());
    const auto width = std::min(size_of(diagnostic.width, 1), kMaxSourceBytes);
    std::size_t begin = line.size() > kMaxSourceBytes && column > 80 ? column - 80 : 0;
    while (begin < column && continues_character(line[begin]))
        ++begin;
    std::size_t end = std::min(line.size(), std::max(begin + kMaxSourceBytes, column + width));
    while (end < line.size() && continues_character(line[end]))
        ++end;
    const auto shown = line.substr(begin, end - begin);
    const auto marked = shown.substr(column - begin, width);
    return {shown.substr(0, column - begin), marked, shown.substr(column - begin + marked.size())};
}

std::string render_source(const Diagnostic& diagnostic) {
    const auto number = std::to_string(diagnostic.position.line);
    const std::string gutter(number.size(), ' ');
    const auto [before, marked, after] = excerpt(diagnostic);
    const auto left = escape_terminal(before), middle = escape_terminal(marked);
    return fmt::format("{} |\n{} | {}{}{}\n{} | {}{}\n", gutter, number, left, middle,
                       escape_terminal(after), gutter, std::string(display_width(left), ' '),
                       std::string(std::max(1, display_width(middle)), '^'));
}

auto key(const Diagnostic& d) {
    const auto path = d.position.known() ? std::string_view(d.position.source->path) : "";
    return std::tuple<std::string_view, int, int, int, std::string_view, std::string_view,
                      std::string_view>(path, d.position.line, d.position.column,
                                        -static_cast<int>(d.level), d.code, d.message, d.help);
}

}  // namespace

std::string_view to_text(Level level) {
    switch (level) {
        case Level::note:
            return "note";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
    }
    return "";
}

Diagnostic error(std::string code, std::string message, Position position, std::string help) {
    return make(Level::error, std::move(code), std::move(message), position, std::move(help));
}

Diagnostic warning(std::string code, std::string message, Position position, std::string help) {
    return make(Level::warning, std::move(code), std::move(message), position, std::move(help));
}

Diagnostic note(std::string code, std::string message, Position position, std::string help) {
    return make(Level::note, std::move(code), std::move(message), position, std::move(help));
}

bool has_errors(const Diagnostics& diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic& d) { return d.level == Level::error; });
}

void append(Diagnostics& to, Diagnostics from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void sort_and_unique(Diagnostics& diagnostics) {
    std::stable_sort(diagnostics.begin(), diagnostics.end(),
                     [](const auto& a, const auto& b) { return key(a) < key(b); });
    const auto last = std::unique(diagnostics.begin(), diagnostics.end(),
                                  [](const auto& a, const auto& b) { return key(a) == key(b); });
    diagnostics.erase(last, diagnostics.end());
}

std::string render(const Diagnostic& diagnostic, bool colour) {
    const auto& [level, code, message, position, width, help] = diagnostic;
    auto text = fmt::format("{}{}{}[{}]: {}\n", colour ? ansi(level) : "", to_text(level),
                            colour ? "\x1b[0m" : "", code, escape_terminal(message));
    std::string_view bar = " ";
    std::string gutter;
    if (position.known()) text += fmt::format(" --> {}\n", escape_terminal(position.text()));
    if (position.known() && position.line > 0 && width > 0) {
        text += render_source(diagnostic);
        gutter.assign(std::to_string(position.line).size(), ' ');
    }
    if (!help.empty()) text += fmt::format("{}{}= help: {}\n", gutter, bar, escape_terminal(help));
    return text;
}

std::string render(const Diagnostics& diagnostics, bool colour) {
    std::string text;
    for (const auto& diagnostic : diagnostics) {
        if (!text.empty()) text += '\n';
        text += render(diagnostic, colour);
    }
    return text;
}

}  // namespace agentops
