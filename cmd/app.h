#pragma once

// The command line: global options, dispatch, help, and what a wrong word gets as an answer.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/exit_code.h"

namespace agentops::cmd {

/// Options that every command takes.
struct Globals {
    std::optional<std::string> dir;                         ///< -C
    std::optional<std::string> env;                         ///< --env
    std::vector<std::string> params;                        ///< --param K=V
    std::optional<int> jobs;                                ///< -j
    std::optional<std::string> events;                      ///< --events FILE
    std::optional<std::chrono::milliseconds> lock_timeout;  ///< --lock-timeout TIME
    std::string color = "auto";
    bool json = false;
    bool no_input = false;
    int verbose = 0;
    bool quiet = false;
};

/// Parses and runs. Never throws for what a user can cause.
ExitCode run_app(int argc, char** argv);

}  // namespace agentops::cmd
