#pragma once

// A project folder of its own, a clock that stands still, and processes, for the tests of
// lib/record.

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <nlohmann/json.hpp>

#include "record/store.h"

namespace agentops::record {

class FixedClock final : public Clock {
public:
    std::chrono::system_clock::time_point now() const override { return time; }
    std::chrono::system_clock::time_point time{std::chrono::milliseconds(1795407120250)};
};

/// An empty project below the test's folder.
inline Store new_store() {
    static int count = 0;
    const auto root = fs::absolute("project-" + std::to_string(++count));
    fs::create_directories(root);
    return Store(root);
}

/// "code: message" of the first diagnostic, "" when there is none.
inline std::string first(const Diagnostics& diagnostics) {
    if (diagnostics.empty()) return "";
    return diagnostics.front().code + ": " + diagnostics.front().message;
}

template <class T>
std::string first(const Result<T>& result) {
    return result ? "" : first(result.error());
}

inline std::string text_of(const fs::path& path) {
    return read_file(path).value_or("(no file)");
}

/// Runs `body` in a child process; its result is the child's exit code.
inline pid_t start(const std::function<int()>& body) {
    const pid_t pid = fork();
    if (pid == 0) _exit(body());
    REQUIRE(pid > 0);
    return pid;
}

inline int wait_for(pid_t pid) {
    int status = 0;
    REQUIRE(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace agentops::record
