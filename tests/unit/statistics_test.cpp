#include "base/statistics.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

namespace statistics_test {

using namespace agentops;
using std::chrono::milliseconds;

namespace {

/// "n mean p50 p95".
std::string shown(const std::vector<int>& samples) {
    std::vector<milliseconds> times;
    for (const int sample : samples)
        times.emplace_back(sample);
    const auto found = durations_of(times);
    return fmt::format("{} {} {} {}", found.n, found.mean.count(), found.p50.count(),
                       found.p95.count());
}

std::vector<int> up_to(int n) {
    std::vector<int> numbers;
    for (int i = n; i > 0; --i)
        numbers.push_back(i);
    return numbers;
}

}  // namespace

TEST_CASE("statistics: durations by nearest rank") {
    CHECK(shown({}) == "0 0 0 0");
    CHECK(shown({7}) == "1 7 7 7");
    CHECK(shown({9, 1}) == "2 5 1 9");
    CHECK(shown({0, 0, 0}) == "3 0 0 0");
    // https://en.wikipedia.org/wiki/Percentile, the worked example of the nearest-rank method.
    CHECK(shown({15, 20, 35, 40, 50}) == "5 32 35 50");
    CHECK(shown({3, 6, 7, 8, 8, 10, 13, 15, 16, 20}) == "10 10 8 20");
    CHECK(shown({3, 6, 7, 8, 8, 9, 10, 13, 15, 16, 20}) == "11 10 9 20");
    CHECK(shown(up_to(19)) == "19 10 10 19");
    CHECK(shown(up_to(20)) == "20 10 10 19");
    CHECK(shown(up_to(21)) == "21 11 11 20");
    CHECK(shown(up_to(100)) == "100 50 50 95");
}

TEST_CASE("statistics: Wilson's interval, as published") {
    struct Row {
        std::size_t hits, n;
        double low, high;
    };
    // R. G. Newcombe, Two-sided confidence intervals for the single proportion: comparison of seven
    // methods, Statistics in Medicine 17 (1998), 857-872, table I, method 3.
    for (const auto& row : {Row{81, 263, 0.2553, 0.3662}, Row{15, 148, 0.0624, 0.1605},
                            Row{0, 20, 0.0000, 0.1611}, Row{1, 29, 0.0061, 0.1718}}) {
        CAPTURE(row.hits);
        const auto found = wilson95(row.hits, row.n);
        CHECK(fmt::format("{:.4f} {:.4f}", found.low, found.high) ==
              fmt::format("{:.4f} {:.4f}", row.low, row.high));
    }
}

TEST_CASE("statistics: Wilson's interval keeps within bounds") {
    CHECK(wilson95(0, 0).low == 0);
    CHECK(wilson95(0, 0).high == 1);
    for (std::size_t n = 1; n <= 200; ++n) {
        CAPTURE(n);
        CHECK(wilson95(0, n).low == 0);
        CHECK(wilson95(n, n).high == 1);
        for (std::size_t hits = 0; hits <= n; ++hits) {
            const auto one = wilson95(hits, n);
            const auto other = wilson95(n - hits, n);
            const auto share = Share{hits, n}.value();
            REQUIRE((0 <= one.low && one.low <= share && share <= one.high && one.high <= 1));
            REQUIRE(one.low == doctest::Approx(1 - other.high).epsilon(1e-12));
        }
    }
}

TEST_CASE("statistics: a share of nothing") {
    CHECK(Share{}.value() == 0);
    CHECK(Share{1, 4}.value() == 0.25);
    CHECK(Share{1, 4}.interval().low == wilson95(1, 4).low);
}

TEST_CASE("statistics: the bootstrap is the same every time, and about the mean") {
    CHECK(!durations_of({}).mean95);
    CHECK(!durations_of({milliseconds(5)}).mean95);
    std::vector<milliseconds> times;
    for (const int each : up_to(100))
        times.emplace_back(each * 1000);
    const auto one = durations_of(times).mean95, other = durations_of(times).mean95;
    REQUIRE(one);
    CHECK(one->low == other->low);
    // By the normal approximation: 50.5 +- 1.96 * 28.87 / 10.
    CHECK(one->low == doctest::Approx(44.84).epsilon(0.02));
    CHECK(one->high == doctest::Approx(56.16).epsilon(0.02));
    CHECK(!bootstrap95(3, [](const Indices&) { return std::optional<double>(); }));
}

TEST_CASE("statistics: counts of events") {
    CHECK(poisson95(0).low == 0);
    CHECK(poisson95(0).high == doctest::Approx(3.689).epsilon(0.02));
    // The exact limits for 10 are 4.795 and 18.39.
    CHECK(poisson95(10).low == doctest::Approx(4.795).epsilon(0.01));
    CHECK(poisson95(10).high == doctest::Approx(18.39).epsilon(0.01));
}

TEST_CASE("statistics: the power of a law") {
    CHECK(!power_of({}));
    CHECK(!power_of({{10, 1}, {10, 2}}));
    CHECK(!power_of({{0, 1}, {10, 2}, {20, 0}}));
    CHECK(*power_of({{1, 3}, {2, 12}, {4, 48}}) == doctest::Approx(2));
}

}  // namespace statistics_test
