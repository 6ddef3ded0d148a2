#include "report/table.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace agentops::report {

namespace {

constexpr int kGap = 2;
constexpr int kLeastUseful = 4;  // fewer columns of a cut cell say nothing

/// Bytes of the character that starts with this byte, in valid UTF-8.
std::size_t length_of(char first) {
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

std::vector<std::string_view> characters(std::string_view text) {
    std::vector<std::string_view> found;
    while (!text.empty()) {
        found.push_back(text.substr(0, length_of(text[0])));
        text.remove_prefix(found.back().size());
    }
    return found;
}

/// As many leading characters as fit in `width`.
template <class Iterator>
std::size_t bytes_that_fit(Iterator begin, Iterator end, int width) {
    std::size_t bytes = 0;
    for (; begin != end && display_width(*begin) <= width; ++begin) {
        width -= display_width(*begin);
        bytes += begin->size();
    }
    return bytes;
}

Column column_at(const std::vector<Column>& columns, std::size_t i) {
    return i < columns.size() ? columns[i] : Column{};
}

std::vector<int> natural_widths(const Rows& rows) {
    std::vector<int> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()), 0);
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], display_width(row[i]));
    }
    return widths;
}

int line_width(const std::vector<int>& widths) {
    int sum = -kGap;
    for (const int width : widths)
        sum += width == 0 ? 0 : width + kGap;
    return sum;
}

std::vector<int> fitting_widths(const Rows& rows, const std::vector<Column>& columns, int limit) {
    auto widths = natural_widths(rows);
    if (limit <= 0) return widths;
    for (auto i = widths.size(); i-- > 0;) {
        const int excess = line_width(widths) - limit;
        if (excess <= 0) break;
        const int least = column_at(columns, i).least;
        widths[i] = std::max(std::min(widths[i], least), widths[i] - excess);
        if (widths[i] < kLeastUseful && least == 0) widths[i] = 0;
    }
    return widths;
}

Rows escaped(Rows rows) {
    for (auto& row : rows)
        std::transform(row.begin(), row.end(), row.begin(),
                       [](const std::string& cell) { return escape_terminal(cell); });
    return rows;
}

std::string line_of(const std::vector<std::string>& row, const std::vector<int>& widths,
                    const std::vector<Column>& columns) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (widths[i] == 0) continue;
        const auto cell = cut(row[i], widths[i], column_at(columns, i).keep_end);
        line += pad(cell, widths[i] + kGap);
    }
    return line.substr(0, line.find_last_not_of(' ') + 1);
}

}  // namespace

std::vector<std::string> table_lines(const Rows& rows, const std::vector<Column>& columns,
                                     int width) {
    const auto safe = escaped(rows);
    const auto widths = fitting_widths(safe, columns, width);
    std::vector<std::string> lines;
    for (const auto& row : safe)
        lines.push_back(line_of(row, widths, columns));
    return lines;
}

std::string table(const Rows& rows, const std::vector<Column>& columns, int width) {
    std::string text;
    for (const auto& line : table_lines(rows, columns, width))
        text += line + "\n";
    return text;
}

std::string cut(std::string_view text, int width, bool keep_end) {
    if (display_width(text) <= width) return std::string(text);
    if (width <= 0) return "";
    const auto all = characters(text);
    if (!keep_end)
        return std::string(text.substr(0, bytes_that_fit(all.begin(), all.end(), width - 1))) + "…";
    return "…" + std::string(text.substr(text.size() -
                                         bytes_that_fit(all.rbegin(), all.rend(), width - 1)));
}

std::string pad(std::string text, int width) {
    const int missing = width - display_width(text);
    return missing <= 0 ? text : text.append(static_cast<std::size_t>(missing), ' ');
}

std::vector<std::string> wrap(std::string_view text, int width) {
    std::vector<std::string> lines{""};
    for (const auto& word : split(escape_terminal(text), ' ')) {
        auto& line = lines.back();
        const bool fits = width <= 0 || display_width(line) + 1 + display_width(word) <= width;
        if (line.empty()) {
            line = word;
        } else if (fits) {
            line += " " + word;
        } else {
            lines.push_back(word);
        }
    }
    return lines;
}

std::string hanging(const std::string& lead, std::string_view text, int width) {
    const int indent = display_width(lead);
    const auto lines = wrap(text, room(width, indent));
    auto shown = lead + lines.front() + "\n";
    for (std::size_t i = 1; i < lines.size(); ++i)
        shown += indented(indent, lines[i]);
    return shown;
}

std::string indented(int indent, std::string_view text) {
    return fmt::format("{:{}}{}\n", "", indent, text);
}

int room(int width, int indent) {
    return width <= 0 ? 0 : std::max(1, width - indent);
}

}  // namespace agentops::report
