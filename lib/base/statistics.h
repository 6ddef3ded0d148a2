#pragma once

// Few numbers said honestly: how many there are, where they lie, and how far a share can be
// trusted.

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace agentops {

struct Interval {
    double low = 0, high = 1;
};

/// The percentile bootstrap at 95 % of a figure that is computed from `n` observations: it is
/// computed again from 1,000 samples of n observations, drawn with replacement by a generator with
/// a fixed seed, so the same numbers give the same interval. `figure` gets the indices that were
/// drawn; what it cannot compute from them (none) does not count. None when n is below 2. B. Efron
/// and R. J. Tibshirani, An Introduction to the Bootstrap, Chapman & Hall 1993, chapter 13.
using Indices = std::vector<std::size_t>;
std::optional<Interval> bootstrap95(
    std::size_t n, const std::function<std::optional<double>(const Indices&)>& figure);

/// Mean and percentiles are nothing when n is 0. A percentile is by nearest rank: of n sorted
/// values the one of rank ceil(P / 100 * n), so always one that was seen. It is definition 1 of R.
/// J. Hyndman and Y. Fan, Sample Quantiles in Statistical Packages, The American Statistician 50
/// (1996), 361-365.
struct Durations {
    std::size_t n = 0;
    std::chrono::milliseconds mean{0}, p50{0}, p95{0};
    std::optional<Interval> mean95;  ///< of the mean, in seconds, by bootstrap95()
};
Durations durations_of(std::vector<std::chrono::milliseconds> samples);

/// Wilson's score interval at 95 % for `hits` of `n`, with p = hits / n and z = 1.959964:
///   (p + z^2/2n +- z * sqrt(p(1 - p)/n + z^2/4n^2)) / (1 + z^2/n)
/// E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, Journal of
/// the American Statistical Association 22 (1927), 209-212. From 0 to 1 when n is 0.
Interval wilson95(std::size_t hits, std::size_t n);

/// The interval at 95 % of a count of events that happen independently of each other, by Byar's
/// approximation: n(1 - 1/9n - z/3sqrt(n))^3 and, with m = n + 1, m(1 - 1/9m + z/3sqrt(m))^3. N. E.
/// Breslow and N. E. Day, Statistical Methods in Cancer Research II, IARC 1987, page 69.
Interval poisson95(std::size_t count);

struct Share {
    std::size_t hits = 0, n = 0;
    double value() const { return n == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(n); }
    Interval interval() const { return wilson95(hits, n); }
    Share& operator+=(const Share& other) {
        hits += other.hits;
        n += other.n;
        return *this;
    }
};

/// The exponent p of y = b * x^p: the slope of the least squares line through the logarithms. None
/// when fewer than two x differ; points that are not above 0 are left out.
struct Point {
    double x = 0, y = 0;
};
std::optional<double> power_of(const std::vector<Point>& points);

}  // namespace agentops
