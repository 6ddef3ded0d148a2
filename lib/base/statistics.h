#pragma once

// Few numbers said honestly: how many there are, where they lie, and how far a share can be
// trusted.

#include <chrono>
#include <cstddef>
#include <vector>

namespace agentops {

/// Mean and percentiles are nothing when n is 0. A percentile is by nearest rank: of n sorted
/// values the one of rank ceil(P / 100 * n), so always one that was seen. It is definition 1 of R.
/// J. Hyndman and Y. Fan, Sample Quantiles in Statistical Packages, The American Statistician 50
/// (1996), 361-365.
struct Durations {
    std::size_t n = 0;
    std::chrono::milliseconds mean{0}, p50{0}, p95{0};
};
Durations durations_of(std::vector<std::chrono::milliseconds> samples);

struct Interval {
    double low = 0, high = 1;
};
/// Wilson's score interval at 95 % for `hits` of `n`, with p = hits / n and z = 1.959964:
///   (p + z^2/2n +- z * sqrt(p(1 - p)/n + z^2/4n^2)) / (1 + z^2/n)
/// E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, Journal of
/// the American Statistical Association 22 (1927), 209-212. From 0 to 1 when n is 0.
Interval wilson95(std::size_t hits, std::size_t n);

struct Share {
    std::size_t hits = 0, n = 0;
    double value() const { return n == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(n); }
    Interval interval() const { return wilson95(hits, n); }
};

}  // namespace agentops
