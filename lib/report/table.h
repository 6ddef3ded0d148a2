#pragma once

// Aligned columns and lines that fit a width. Cells are escaped here (base/text.h), so they may
// hold any text. A width of 0 or less is no limit.

#include <string>
#include <string_view>
#include <vector>

namespace agentops::report {

constexpr int kNeverCut = 1 << 20;

struct Column {
    int least = kNeverCut;  ///< never cut below this many terminal columns
    bool keep_end = false;  ///< cut at the start: "…/shop.intent.yaml:9"
};

using Rows = std::vector<std::vector<std::string>>;

/// One line per row, two spaces between columns. When lines exceed `width`, columns give way from
/// the last to the first. Columns that are empty in all rows take no space; columns that `columns`
/// does not name are never cut.
std::vector<std::string> table_lines(const Rows& rows, const std::vector<Column>& columns = {},
                                     int width = 0);
/// The same as one text.
std::string table(const Rows& rows, const std::vector<Column>& columns = {}, int width = 0);

/// At most `width` terminal columns of an escaped text; what is cut away shows as "…".
std::string cut(std::string_view text, int width, bool keep_end = false);

/// The text with spaces up to `width` terminal columns.
std::string pad(std::string text, int width);

/// Escapes the text and breaks it between words; a word that is too long stays whole.
std::vector<std::string> wrap(std::string_view text, int width);

/// The lead (already escaped), then the text broken between words; all its lines begin below the
/// first.
std::string hanging(const std::string& lead, std::string_view text, int width);

/// One line, indented.
std::string indented(int indent, std::string_view text);

/// Terminal columns that an indent leaves of `width`; 0 when there is no limit.
int room(int width, int indent);

}  // namespace agentops::report
