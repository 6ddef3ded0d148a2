#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "sizing/availability.h"
#include "sizing/queueing.h"

namespace sizing_test {

using namespace agentops::sizing;

namespace {

/// Mean and 95th percentile of a simulated M/M/c queue, first come, first served.
std::pair<double, double> simulated(const Queue& queue) {
    std::mt19937_64 engine(1);
    std::exponential_distribution<double> gap(queue.rate), work(1 / queue.service);
    std::vector<double> free(static_cast<std::size_t>(queue.servers), 0), times;
    double now = 0, sum = 0;
    for (int i = 0; i < 400'000; ++i) {
        now += gap(engine);
        auto& server = *std::min_element(free.begin(), free.end());
        server = std::max(server, now) + work(engine);
        times.push_back(server - now);
        sum += times.back();
    }
    std::sort(times.begin(), times.end());
    return {sum / static_cast<double>(times.size()), times[times.size() * 95 / 100]};
}

}  // namespace

TEST_CASE("queueing: Erlang's C formula") {
    // Tables of Gross et al.: one server waits as often as it is busy.
    CHECK(erlang_c(1, 0.5) == doctest::Approx(0.5));
    CHECK(erlang_c(2, 1) == doctest::Approx(1.0 / 3));
    CHECK(erlang_c(10, 8) == doctest::Approx(0.40918).epsilon(1e-4));
    CHECK(erlang_c(3, 3) == 1);
}

TEST_CASE("queueing: one server is the M/M/1 queue") {
    const Queue queue{1, 8, 0.1};
    CHECK(queue.utilisation() == doctest::Approx(0.8));
    CHECK(queue.mean() == doctest::Approx(0.5));  // 1 / (mu - lambda)
    CHECK(queue.quantile(0.95) == doctest::Approx(-std::log(0.05) / 2));
    CHECK(queue.concurrency() == doctest::Approx(4));
}

TEST_CASE("queueing: the formulas are what a simulation shows") {
    for (const auto& queue : {Queue{2, 30, 0.05}, Queue{4, 300, 0.012}, Queue{8, 70, 0.1}}) {
        const auto [mean, p95] = simulated(queue);
        CHECK(queue.mean() == doctest::Approx(mean).epsilon(0.05));
        CHECK(queue.quantile(0.95) == doctest::Approx(p95).epsilon(0.05));
    }
}

TEST_CASE("queueing: where waiting and serving are alike the limit holds") {
    CHECK(Queue{2, 1, 1}.quantile(0.95) ==
          doctest::Approx(Queue{2, 1.0001, 1}.quantile(0.95)).epsilon(1e-3));
}

TEST_CASE("queueing: least servers leave headroom") {
    CHECK(least_servers(3.6, 0.7) == 6);
    CHECK(least_servers(3.5, 0.7) == 5);
    CHECK(least_servers(0, 0.7) == 1);
}

TEST_CASE("availability: composition") {
    CHECK(series({0.99, 0.98}) == doctest::Approx(0.9702));
    CHECK(parallel({0.99, 0.9}) == doctest::Approx(0.999));
    CHECK(k_of_n(1, 2, 0.99) == doctest::Approx(0.9999));
    CHECK(k_of_n(2, 3, 0.9) == doctest::Approx(0.972));
    CHECK(k_of_n(0, 0, 0.5) == 1);
    CHECK(k_of_n(3, 2, 0.99) == 0);
    CHECK(from_times(999, 1) == doctest::Approx(0.999));
}

TEST_CASE("availability: zones are a shared risk") {
    // Two machines in one zone cannot be better than the zone.
    CHECK(in_zones(1, 2, 1, 0.99, 0.999) == doctest::Approx(0.999 * 0.9999));
    // In two zones: both up, or one of them.
    const double both = 0.999 * 0.999 * 0.9999, one = 2 * 0.999 * 0.001 * 0.99;
    CHECK(in_zones(1, 2, 2, 0.99, 0.999) == doctest::Approx(both + one));
    // Three machines in two zones, two of which are needed: the fuller zone fails first.
    const double all = 0.999 * 0.999 * k_of_n(2, 3, 0.99);
    CHECK(in_zones(2, 3, 2, 0.99, 0.999) == doctest::Approx(all));
    CHECK(in_zones(1, 2, 2, 0.99, 0.999) > in_zones(1, 2, 1, 0.99, 0.999));
}

}  // namespace sizing_test
