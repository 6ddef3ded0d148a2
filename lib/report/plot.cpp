#include "report/plot.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace agentops::report {

namespace {

constexpr double kWidth = 720, kHeight = 440, kLeft = 80, kRight = 24, kTop = 40, kBottom = 56;
constexpr int kTicks = 5;

/// Where values lie between the edges of an axis.
struct Axis {
    double low = 0, high = 1;
    double place(double value) const { return (value - low) / (high - low); }
};

template <class Value>
Axis axis_of(const std::vector<PlotPoint>& points, const Value& value) {
    if (points.empty()) return {};
    const auto [low, high] =
        std::minmax_element(points.begin(), points.end(),
                            [&](const auto& a, const auto& b) { return value(a) < value(b); });
    const double least = value(*low), most = value(*high);
    const double margin =
        most > least ? (most - least) * 0.05 : std::max(1.0, std::abs(most) * 0.1);
    return {least - margin, most + margin};
}

Axis x_axis(const Plot& plot) {
    return axis_of(plot.points, [](const auto& point) { return point.x; });
}
Axis y_axis(const Plot& plot) {
    auto axis = axis_of(plot.points, [](const auto& point) { return point.y; });
    axis.high = std::min(axis.high, plot.y_most);
    return axis;
}

/// Enough digits that neighbouring ticks differ.
std::string number(double value, const Axis& axis) {
    const auto step = (axis.high - axis.low) / (2 * kTicks);
    const auto digits = std::clamp(static_cast<int>(std::ceil(-std::log10(step))), 0, 6);
    return fmt::format("{:.{}f}", value, digits);
}

const char* sign(const PlotPoint& point) {
    return point.chosen ? "◆" : point.allowed ? "●" : "○";
}

/// The point chosen over allowed ones over others.
int weight(const PlotPoint& point) {
    return point.chosen ? 2 : point.allowed ? 1 : 0;
}

std::string escape_xml(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '&')
            escaped += "&amp;";
        else if (c == '<')
            escaped += "&lt;";
        else if (c == '"')
            escaped += "&quot;";
        else
            escaped += c;
    }
    return escaped;
}

std::string svg_text(double x, double y, const char* anchor, const std::string& text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y,
                       anchor, escape_xml(text));
}

std::string svg_line(double x1, double y1, double x2, double y2, const char* colour) {
    return fmt::format(
        "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1,
        x2, y2, colour);
}

std::string svg_point(const PlotPoint& point, double x, double y) {
    const auto title = fmt::format("<title>{}</title>", escape_xml(point.label));
    if (point.chosen)
        return fmt::format(
            "<path d=\"M{0:.1f} {1:.1f}l8 8l-8 8l-8 -8z\" fill=\"#b3261e\">{2}</path>\n", x, y - 8,
            title);
    return fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"{}\" stroke=\"#1f4e79\" "
        "stroke-width=\"1.5\">{}</circle>\n",
        x, y, point.allowed ? "#1f4e79" : "#ffffff", title);
}

}  // namespace

std::string draw_text(const Plot& plot, int columns, int rows) {
    const auto xs = x_axis(plot), ys = y_axis(plot);
    const int margin = 11, width = std::max(10, columns - margin - 1);
    std::vector<std::vector<const PlotPoint*>> cells(
        static_cast<std::size_t>(rows),
        std::vector<const PlotPoint*>(static_cast<std::size_t>(width), nullptr));
    for (const auto& point : plot.points) {
        const auto column = static_cast<std::size_t>(std::lround(xs.place(point.x) * (width - 1)));
        const auto row =
            static_cast<std::size_t>(std::lround((1 - ys.place(point.y)) * (rows - 1)));
        auto& cell = cells[row][column];
        if (cell == nullptr || weight(point) > weight(*cell)) cell = &point;
    }
    std::string text = fmt::format("{}\n", plot.y_title);
    for (int row = 0; row < rows; ++row) {
        const bool tick = row % std::max(1, rows / kTicks) == 0;
        const double value = ys.high - (ys.high - ys.low) * row / (rows - 1);
        text +=
            fmt::format("{:>{}} {}", tick ? number(value, ys) : "", margin - 2, tick ? "┤" : "│");
        std::string line;
        for (const auto* cell : cells[static_cast<std::size_t>(row)])
            line += cell == nullptr ? " " : sign(*cell);
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    std::string bar;
    for (int i = 0; i < width; ++i)
        bar += "─";
    const auto left = number(xs.low, xs), right = number(xs.high, xs);
    text += fmt::format("{:>{}}└{}\n", "", margin - 1, bar);
    text += fmt::format("{:>{}}{}{:>{}}\n", "", margin, left, right,
                        std::max(1, width - static_cast<int>(left.size())));
    return text + fmt::format("{:>{}}{}\n", "", margin, plot.x_title);
}

std::string draw_svg(const Plot& plot) {
    const auto xs = x_axis(plot), ys = y_axis(plot);
    const double width = kWidth - kLeft - kRight, height = kHeight - kTop - kBottom;
    const auto x_at = [&](double x) { return kLeft + xs.place(x) * width; };
    const auto y_at = [&](double y) { return kTop + (1 - ys.place(y)) * height; };
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
        "height=\"{1}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222222\">\n"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
        kWidth, kHeight);
    for (int i = 0; i <= kTicks; ++i) {
        const double x = xs.low + (xs.high - xs.low) * i / kTicks;
        const double y = ys.low + (ys.high - ys.low) * i / kTicks;
        svg += svg_line(x_at(x), kTop, x_at(x), kTop + height, "#e4e4e4");
        svg += svg_line(kLeft, y_at(y), kLeft + width, y_at(y), "#e4e4e4");
        svg += svg_text(x_at(x), kTop + height + 18, "middle", number(x, xs));
        svg += svg_text(kLeft - 8, y_at(y) + 4, "end", number(y, ys));
    }
    svg += svg_line(kLeft, kTop + height, kLeft + width, kTop + height, "#222222");
    svg += svg_line(kLeft, kTop, kLeft, kTop + height, "#222222");
    svg += svg_text(kWidth / 2, 22, "middle", plot.title);
    svg += svg_text(kLeft + width / 2, kHeight - 14, "middle", plot.x_title);
    svg += svg_text(kLeft, kTop - 8, "start", plot.y_title);
    auto points = plot.points;
    std::stable_sort(points.begin(), points.end(),
                     [](const auto& a, const auto& b) { return weight(a) < weight(b); });
    for (const auto& point : points)
        svg += svg_point(point, x_at(point.x), y_at(point.y));
    return svg + "</svg>\n";
}

}  // namespace agentops::report
