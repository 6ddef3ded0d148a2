#pragma once

// The man pages, made from the same declarations as the help: commands, options, kinds, fields of
// the schemas, exit codes. `agentops __man DIR` writes them; man/ holds them, and a test compares.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cmd/command.h"

namespace CLI {
class App;
}

namespace agentops::cmd {

/// Every page by its file name ("agentops-plan.1"), in man(7) macros. `subs` are the commands as
/// the parser knows them, in the order of `all`.
std::map<std::string, std::string> man_pages(const CLI::App& app,
                                             const std::vector<std::unique_ptr<Command>>& all,
                                             const std::vector<CLI::App*>& subs);

}  // namespace agentops::cmd
