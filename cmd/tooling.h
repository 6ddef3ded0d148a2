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

/// A program as a setting of agentops.yaml names it (a path is relative to the project), else the
/// first of `names` on PATH. Code: tool.missing.
Result<fs::path> locate_program(const intent::Project& project,
                                const std::optional<Located<std::string>>& named,
                                const std::vector<std::string>& names, std::string_view setting);

/// Terraform or OpenTofu, as the project wants it. Code: tool.missing.
Result<fs::path> locate_terraform(const intent::Project& project);

/// A name for what is cached of a program; changes whenever the binary does.
std::string fingerprint(const fs::path& program);

/// The runner of programs that belong to no run (curl, agents of the project): its logs go to a
/// folder of .agentops/, which it makes.
Result<std::unique_ptr<run::Runner>> make_side_runner(
    Session& session, const record::Store& store, const char* folder,
    std::map<std::string, std::string> environment);

/// The runner for real: its logs under `log_dir`, the project's secrets, the caller's environment
/// cut to what tools may see.
std::unique_ptr<run::Runner> make_real_runner(Session& session, const Workspace& workspace,
                                              const fs::path& log_dir, report::Live* live,
                                              std::vector<int> inherited_fds = {});

}  // namespace agentops::cmd
