#include "base/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace agentops {

namespace {

using std::chrono::milliseconds;

milliseconds percentile(const std::vector<milliseconds>& sorted, std::size_t percent) {
    const auto rank = (percent * sorted.size() + 99) / 100;
    return sorted[rank - 1];
}

}  // namespace

Durations durations_of(std::vector<milliseconds> samples) {
    if (samples.empty()) return {};
    std::sort(samples.begin(), samples.end());
    const auto sum = std::accumulate(samples.begin(), samples.end(), milliseconds(0));
    const auto n = static_cast<milliseconds::rep>(samples.size());
    return {samples.size(), sum / n, percentile(samples, 50), percentile(samples, 95)};
}

Interval wilson95(std::size_t hits, std::size_t n) {
    if (n == 0) return {};
    constexpr double kZ = 1.959963984540054;
    const auto count = static_cast<double>(n);
    const auto p = static_cast<double>(hits) / count;
    const auto square = kZ * kZ / count;
    const auto middle = p + square / 2;
    const auto reach = std::sqrt(square * (p * (1 - p) + square / 4));
    // Rounding would leave a trace beside 0 and 1.
    return {hits == 0 ? 0 : (middle - reach) / (1 + square),
            hits == n ? 1 : (middle + reach) / (1 + square)};
}

}  // namespace agentops
