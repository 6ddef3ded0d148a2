#include "run/schedule.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "base/result.h"

namespace schedule_test {

using agentops::run::parallel_for;
using agentops::run::run_dag;
using Order = std::vector<std::size_t>;

namespace {

void nap(int ms) {
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

}  // namespace

TEST_CASE("schedule: each index is visited once") {
    for (const int jobs : {0, 1, 4}) {
        std::vector<std::atomic<int>> visits(100);
        parallel_for(100, jobs, [&](std::size_t i) { ++visits[i]; });
        for (const auto& n : visits)
            CHECK(n == 1);
    }
    parallel_for(0, 4, [](std::size_t) { FAIL("nothing to visit"); });
}

TEST_CASE("schedule: no more than `jobs` run at once, and as many do") {
    std::atomic<int> now{0}, most{0};
    parallel_for(12, 3, [&](std::size_t) {
        const int n = ++now;
        for (int seen = most; n > seen && !most.compare_exchange_weak(seen, n);) {
        }
        nap(5);
        --now;
    });
    CHECK(most == 3);
}

TEST_CASE("schedule: with one thread, ready tasks start in index order") {
    Order order;
    // 0 waits for 3; 2 waits for 1 and 4.
    run_dag({{3}, {}, {1, 4}, {}, {}}, 1, [&](std::size_t i) { order.push_back(i); });
    CHECK(order == Order{1, 3, 0, 4, 2});
}

TEST_CASE("schedule: a task starts when all it waits for have returned") {
    const std::vector<Order> after = {{}, {0}, {0}, {1, 2}, {}, {3, 4}};
    for (int round = 0; round < 20; ++round) {
        std::mutex mutex;
        std::vector<bool> done(after.size());
        run_dag(after, 4, [&](std::size_t i) {
            const std::scoped_lock lock(mutex);
            for (const auto before : after[i])
                CHECK(done[before]);
            done[i] = true;
        });
        CHECK(done == std::vector<bool>(after.size(), true));
    }
}

TEST_CASE("schedule: after an exception nothing new starts and running tasks end first") {
    std::atomic<bool> slow_ended{false};
    std::atomic<int> started{0};
    const auto body = [&](std::size_t i) {
        ++started;
        if (i == 0) {
            nap(10);
            throw std::runtime_error("first");
        }
        nap(40);
        slow_ended = true;
    };
    CHECK_THROWS_WITH_AS(run_dag({{}, {}, {0}, {1}}, 2, body), "first", std::runtime_error);
    CHECK(slow_ended);
    CHECK(started == 2);
}

TEST_CASE("schedule: a cycle is a bug of ours, found before anything ran") {
    int ran = 0;
    CHECK_THROWS_AS(run_dag({{}, {2}, {1}}, 2, [&](std::size_t) { ++ran; }),
                    agentops::InternalError);
    CHECK_THROWS_AS(run_dag({{7}}, 2, [&](std::size_t) { ++ran; }), agentops::InternalError);
    CHECK(ran == 0);
}

}  // namespace schedule_test
