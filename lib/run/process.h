#pragma once

// The one door to other programs: an argument vector, an environment of its own, a session of its
// own, no input, output to open files. No shell. Only process.cpp knows Boost.Process.

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "run/interrupt.h"

namespace agentops::run {

using Environment = std::map<std::string, std::string>;

struct ProcessSpec {
    std::vector<std::string> argv;  ///< [0] is a path, or a name to find on `env`'s PATH
    std::filesystem::path cwd;      ///< empty: ours
    Environment env;                ///< all that the program sees
    int stdout_fd = -1, stderr_fd = -1;
    std::vector<int> inherited_fds;  ///< stay open in the program, under the same numbers
    int stdin_fd = -1;               ///< -1: nothing to read
};

/// How long a program may take, and to stop once it was asked to.
struct Patience {
    std::chrono::milliseconds deadline{std::chrono::hours(6)};
    std::chrono::milliseconds after_second{std::chrono::seconds(5)};
    std::chrono::milliseconds after_deadline{std::chrono::seconds(20)};
    /// Called for the first interrupt instead of sending SIGINT: the program stops when it can.
    std::function<void()> stop_gently = nullptr;
    std::function<void()> tick = nullptr;  ///< called about every 100 ms while it runs
    /// Called as often; when true, the program is killed.
    std::function<bool()> had_enough = nullptr;
};

struct ProcessEnd {
    int exit_code = 0;         ///< meaningful when signal is 0
    int signal = 0;            ///< the signal that ended it
    bool timed_out = false;    ///< the deadline passed
    bool interrupted = false;  ///< an interrupt was forwarded
    std::chrono::milliseconds took{0};
};

/// Runs a program to its end. The first interrupt is forwarded as one SIGINT to its process group,
/// the second as another, with SIGKILL after `after_second`; the deadline as one SIGINT, with
/// SIGKILL after `after_deadline`. If we die, the program lives on and finishes.
/// Codes: tool.missing, tool.not-started.
Result<ProcessEnd> run_process(const ProcessSpec& spec, const Patience& patience,
                               const Interrupt& interrupt);

}  // namespace agentops::run
