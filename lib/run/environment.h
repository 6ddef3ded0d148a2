#pragma once

// What of the caller's environment a child may see; allowed_environment() is in run/runner.h.

#include <string_view>

namespace agentops::run {

/// Variables that change what a tool does behind our back (TF_CLI_ARGS*, LD_*, GIT_*, ...): no
/// child gets them from the caller.
bool is_never_passed(std::string_view variable);

}  // namespace agentops::run
