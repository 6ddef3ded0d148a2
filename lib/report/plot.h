#pragma once

// Points as a picture: in a terminal, and as SVG.

#include <limits>
#include <string>
#include <vector>

namespace agentops::report {

struct PlotPoint {
    double x = 0, y = 0;
    bool chosen = false;
    bool allowed = true;  ///< drawn full; others hollow
    std::string label;    ///< shown when the mouse rests on it, in SVG
};

struct Plot {
    std::string title, x_title, y_title;
    std::vector<PlotPoint> points;
    double y_most = std::numeric_limits<double>::infinity();  ///< no axis goes beyond
};

/// `columns` wide and `rows` high with its axes; the point chosen is ◆, allowed ones ●, others ○.
std::string draw_text(const Plot& plot, int columns, int rows);

/// A file of its own, 720 x 440, readable without colour.
std::string draw_svg(const Plot& plot);

}  // namespace agentops::report
