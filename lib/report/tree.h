#pragma once

// The rows of the live tree, as text that fits the terminal. Drawing them is live.cpp's part.

#include <string>
#include <vector>

#include "report/paint.h"
#include "report/progress.h"

namespace agentops::report {

struct TreeLine {
    std::string glyph;  ///< coloured by `tone`; may be empty
    std::string text;
    Tone tone = Tone::plain;
};

/// At most 20 lines, none wider than `columns` - 1: a summary when there are several subjects, then
/// a row per subject, those that matter least folded into "and 37 more".
std::vector<TreeLine> tree_lines(const Progress& progress, Instant begun, Instant now, int columns);

}  // namespace agentops::report
