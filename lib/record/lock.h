#pragma once

// One lock per stack under .agentops/locks/. The lock is an flock on a file whose content names the
// holder. Tools that run for us inherit the descriptor: when agentops is killed and Terraform lives
// on, the stack stays locked until Terraform has ended.

#include <optional>
#include <string>

#include "base/clock.h"
#include "record/store.h"

namespace agentops::record {

class StackLock {
public:
    /// Takes the lock at once or fails with lock.held, naming holder, pid, host, run and since.
    static Result<StackLock> take(const Store& store, const std::string& stack,
                                  const std::string& run, const Clock& clock);
    /// Who holds the lock, in words; nothing when nobody does. Takes nothing and writes nothing.
    static std::optional<std::string> holder(const Store& store, const std::string& stack);
    ~StackLock();
    StackLock(StackLock&& other) noexcept;
    StackLock& operator=(StackLock&&) = delete;
    StackLock(const StackLock&) = delete;

    int fd() const { return fd_; }

private:
    StackLock(int fd, fs::path path) : fd_(fd), path_(std::move(path)) {}
    int fd_ = -1;
    fs::path path_;
};

}  // namespace agentops::record
