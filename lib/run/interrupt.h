#pragma once

// Ctrl-C and SIGTERM. The first asks running tools to stop (one SIGINT each, forwarded once), the
// second stops them now. Handlers only count and wake; all else happens in the runner.

#include <atomic>
#include <chrono>
#include <csignal>

namespace agentops::run {

class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    /// Catches SIGINT, SIGTERM and SIGHUP of this process and ignores SIGPIPE. Once per process.
    /// System calls are restarted, so whoever waits for a person must poll() fd() as well. SIGHUP
    /// stays ignored if it was (nohup).
    void install();
    /// Requests so far: 0, 1 (finish cleanly), 2 or more (stop now).
    int count() const;
    /// SIGINT or SIGTERM: the first that came; 0 when none. SIGHUP counts as SIGTERM.
    int signal() const;
    /// Readable whenever count() may have changed; for poll(). Never drained: level triggered.
    int fd() const;
    /// Sleeps, but not through an interrupt.
    void pause(std::chrono::milliseconds time) const;
    /// For tests and for stopping after a first failure: as if the signal had come.
    void request(int signal);

private:
    std::atomic<int> count_{0};
    std::atomic<int> signal_{0};
    int fd_;
};

}  // namespace agentops::run
