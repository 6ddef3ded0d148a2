#include "run/schedule.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "base/result.h"

namespace agentops::run {

namespace {

using Graph = std::vector<std::vector<std::size_t>>;

class Pool {
public:
    Pool(const Graph& after, const std::function<void(std::size_t)>& body)
        : body_(body), next_(after.size()), waiting_(after.size()), left_(after.size()) {
        for (std::size_t i = 0; i < after.size(); ++i) {
            waiting_[i] = after[i].size();
            if (waiting_[i] == 0) ready_.insert(i);
            for (const auto before : after[i]) {
                if (before >= after.size()) throw InternalError("a task waits for an unknown one");
                next_[before].push_back(i);
            }
        }
        require_order();
    }

    void run(std::size_t threads) {
        {
            std::vector<std::jthread> others;
            for (std::size_t i = 1; i < threads; ++i)
                others.emplace_back([this] { work(); });
            work();
        }
        if (error_) std::rethrow_exception(error_);
    }

private:
    /// Throws for a cycle before anything has run.
    void require_order() const {
        auto waiting = waiting_;
        std::vector<std::size_t> order(ready_.begin(), ready_.end());
        for (std::size_t at = 0; at < order.size(); ++at) {
            for (const auto i : next_[order[at]]) {
                if (--waiting[i] == 0) order.push_back(i);
            }
        }
        if (order.size() != waiting.size()) throw InternalError("tasks wait for each other");
    }

    void work() {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [this] { return error_ || left_ == 0 || !ready_.empty(); });
            if (error_ || left_ == 0) return;
            const auto task = ready_.extract(ready_.begin()).value();
            lock.unlock();
            const auto thrown = attempt(task);
            lock.lock();
            finish(task, thrown);
        }
    }

    std::exception_ptr attempt(std::size_t task) const {
        try {
            body_(task);
        } catch (...) {
            return std::current_exception();
        }
        return nullptr;
    }

    void finish(std::size_t task, const std::exception_ptr& thrown) {
        if (thrown && !error_) error_ = thrown;
        for (const auto i : next_[task]) {
            if (--waiting_[i] == 0) ready_.insert(i);
        }
        --left_;
        changed_.notify_all();
    }

    const std::function<void(std::size_t)>& body_;
    Graph next_;
    std::vector<std::size_t> waiting_;
    std::size_t left_;
    std::set<std::size_t> ready_;
    std::exception_ptr error_;
    std::mutex mutex_;
    std::condition_variable changed_;
};

}  // namespace

void parallel_for(std::size_t n, int jobs, const std::function<void(std::size_t)>& body) {
    run_dag(Graph(n), jobs, body);
}

void run_dag(const Graph& after, int jobs, const std::function<void(std::size_t)>& body) {
    const auto threads = std::min(after.size(), static_cast<std::size_t>(std::max(jobs, 1)));
    Pool(after, body).run(threads);
}

}  // namespace agentops::run
