#pragma once

// Finds terraform or tofu, once per run, and asks its version only when the binary has changed.

#include "cmd/workspace.h"
#include "run/runner.h"
#include "terraform/steps.h"

namespace agentops::cmd {

/// The tool that agentops.yaml names, else terraform, else tofu. Codes: tool.missing,
/// terraform.version, terraform.too-old.
Result<tf::Tool> find_tool(const Workspace& workspace, run::Runner& runner);

/// The absolute path of a program on PATH (or of a path), or nothing.
std::optional<fs::path> find_program(const std::string& name);

/// The runner for real: its logs under `log_dir`, the project's secrets, the caller's environment
/// cut to what tools may see.
std::unique_ptr<run::Runner> make_real_runner(Session& session, const Workspace& workspace,
                                              const fs::path& log_dir, report::Live* live,
                                              std::vector<int> inherited_fds = {});

}  // namespace agentops::cmd
