#pragma once

// Which calls may run now, beyond the count of threads: by memory, and by words that exclude.

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

namespace agentops::run {

/// Lets calls in as long as the sum of their memory stays within the limit. One that is too big by
/// itself runs alone.
class Admission {
public:
    explicit Admission(int limit_mb) : limit_(limit_mb) {}

    /// Holds its share of memory.
    class Ticket {
    public:
        Ticket(Admission& admission, int mb) : admission_(admission), mb_(mb) {}
        Ticket(const Ticket&) = delete;
        Ticket& operator=(const Ticket&) = delete;
        ~Ticket() { admission_.leave(mb_); }

    private:
        Admission& admission_;
        int mb_;
    };

    Ticket enter(int mb) {
        std::unique_lock lock(mutex_);
        freed_.wait(lock,
                    [&] { return mb == 0 || limit_ == 0 || used_ == 0 || used_ + mb <= limit_; });
        used_ += mb;
        return {*this, mb};
    }

private:
    void leave(int mb) {
        const std::scoped_lock lock(mutex_);
        used_ -= mb;
        freed_.notify_all();
    }

    int limit_;
    int used_ = 0;
    std::mutex mutex_;
    std::condition_variable freed_;
};

/// One lock per word; no lock for the empty one.
class Turns {
public:
    std::unique_lock<std::mutex> take(const std::string& word) {
        if (word.empty()) return {};
        return std::unique_lock(find(word));
    }

private:
    std::mutex& find(const std::string& word) {
        const std::scoped_lock lock(mutex_);
        return turns_[word];
    }

    std::mutex mutex_;
    std::map<std::string, std::mutex> turns_;
};

}  // namespace agentops::run
