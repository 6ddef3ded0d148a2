#pragma once

// Diagnostics are values: remarks on input or on our own operation. They are collected, sorted and
// rendered in one place. Remarks on the user's infrastructure are findings (report/finding.h).

#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"

namespace agentops {

enum class Level { note, warning, error };

std::string_view to_text(Level level);

/// One remark. `code` is stable ("intent.unknown-key") and documented in base/codes.def.
struct Diagnostic {
    Level level = Level::error;
    std::string code;
    std::string message;  ///< what is wrong, one line
    Position position;    ///< where, if anywhere
    int width = 1;        ///< bytes to underline from position.column; 0: the line is not shown
    std::string help;     ///< what to do; may be empty
    friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

using Diagnostics = std::vector<Diagnostic>;

Diagnostic error(std::string code, std::string message, Position position = {},
                 std::string help = {});
Diagnostic warning(std::string code, std::string message, Position position = {},
                   std::string help = {});
Diagnostic note(std::string code, std::string message, Position position = {},
                std::string help = {});

bool has_errors(const Diagnostics& diagnostics);
void append(Diagnostics& to, Diagnostics from);

/// Sorts by file, line, column, then level; removes exact repeats (the same mistake seen through
/// several environments).
void sort_and_unique(Diagnostics& diagnostics);

/// Human form: "error[code]: message", position, source line, caret, help. Text from users is
/// escaped (base/text.h). `colour` adds ANSI colour, never meaning.
std::string render(const Diagnostic& diagnostic, bool colour = false);
std::string render(const Diagnostics& diagnostics, bool colour = false);

}  // namespace agentops
