#include "base/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace agentops {

namespace {

using std::chrono::milliseconds;

constexpr double kZ = 1.959963984540054;

milliseconds percentile(const std::vector<milliseconds>& sorted, std::size_t percent) {
    const auto rank = (percent * sorted.size() + 99) / 100;
    return sorted[rank - 1];
}

}  // namespace

std::optional<Interval> bootstrap95(
    std::size_t n, const std::function<std::optional<double>(const Indices&)>& figure) {
    constexpr std::size_t kSamples = 1000;
    if (n < 2) return std::nullopt;
    std::mt19937_64 random(20261123);  // its numbers are the same everywhere, distributions are not
    std::vector<double> figures;
    Indices drawn(n);
    for (std::size_t i = 0; i < kSamples; ++i) {
        for (auto& index : drawn)
            index = static_cast<std::size_t>(random() % n);
        if (const auto found = figure(drawn)) figures.push_back(*found);
    }
    if (figures.empty()) return std::nullopt;
    std::sort(figures.begin(), figures.end());
    const auto last = static_cast<double>(figures.size() - 1);
    return Interval{figures[static_cast<std::size_t>(0.025 * last)],
                    figures[static_cast<std::size_t>(std::ceil(0.975 * last))]};
}

Durations durations_of(std::vector<milliseconds> samples) {
    if (samples.empty()) return {};
    std::sort(samples.begin(), samples.end());
    const auto sum = std::accumulate(samples.begin(), samples.end(), milliseconds(0));
    const auto n = static_cast<milliseconds::rep>(samples.size());
    const auto mean_of = [&](const Indices& drawn) {
        double total = 0;
        for (const auto index : drawn)
            total += std::chrono::duration<double>(samples[index]).count();
        return std::optional(total / static_cast<double>(drawn.size()));
    };
    return {samples.size(), sum / n, percentile(samples, 50), percentile(samples, 95),
            bootstrap95(samples.size(), mean_of)};
}

Interval poisson95(std::size_t count) {
    const auto edge = [](double n, double z) {
        return n * std::pow(1 - 1 / (9 * n) + z / (3 * std::sqrt(n)), 3);
    };
    const auto n = static_cast<double>(count);
    return {count == 0 ? 0 : edge(n, -kZ), edge(n + 1, kZ)};
}

Interval wilson95(std::size_t hits, std::size_t n) {
    if (n == 0) return {};
    const auto count = static_cast<double>(n);
    const auto p = static_cast<double>(hits) / count;
    const auto square = kZ * kZ / count;
    const auto middle = p + square / 2;
    const auto reach = std::sqrt(square * (p * (1 - p) + square / 4));
    // Rounding would leave a trace beside 0 and 1.
    return {hits == 0 ? 0 : (middle - reach) / (1 + square),
            hits == n ? 1 : (middle + reach) / (1 + square)};
}

std::optional<double> power_of(const std::vector<Point>& points) {
    double n = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
    for (const auto& point : points) {
        if (point.x <= 0 || point.y <= 0) continue;
        const double x = std::log(point.x), y = std::log(point.y);
        ++n;
        sum_x += x;
        sum_y += y;
        sum_xx += x * x;
        sum_xy += x * y;
    }
    const double spread = n * sum_xx - sum_x * sum_x;
    if (n < 2 || spread <= 1e-9 * n * sum_xx) return std::nullopt;
    return (n * sum_xy - sum_x * sum_y) / spread;
}

}  // namespace agentops
