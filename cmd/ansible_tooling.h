#pragma once

// Finds ansible-playbook, and prepares what its units need from this machine.

#include "ansible/steps.h"
#include "cmd/workspace.h"
#include "run/runner.h"

namespace agentops::cmd {

/// The program alone. Code: tool.missing.
Result<fs::path> locate_ansible(const intent::Project& project);

/// ansible-playbook as agentops.yaml names it, or from PATH. Codes: tool.missing, ansible.version,
/// ansible.too-old.
Result<ansible::Tool> find_ansible(const Workspace& workspace, run::Runner& runner);

/// Everything the steps of a unit need; `run_dir` is this run's folder for it.
Result<ansible::StepContext> ansible_context(const Workspace& workspace, const ansible::Tool& tool,
                                             const ansible::Unit& unit, const fs::path& run_dir);

}  // namespace agentops::cmd
