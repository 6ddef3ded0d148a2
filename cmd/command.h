#pragma once

// A command is data plus one file: cmd/cmd_<name>.cpp and one line in commands.def.

#include <string_view>
#include <vector>

#include "base/exit_code.h"
#include "cmd/options.h"

namespace agentops::cmd {

class Session;

struct Example {
    std::string_view command, what;
};

struct CommandInfo {
    std::string_view name;
    std::string_view summary;      ///< one line, for the list
    std::string_view description;  ///< a paragraph or two
    std::vector<Example> examples;
    std::vector<std::string_view> exit_codes = {};  ///< what the common ones mean here
};

class Command {
public:
    virtual ~Command() = default;
    virtual const CommandInfo& info() const = 0;
    virtual void options(Options& options) = 0;
    virtual ExitCode run(Session& session) = 0;
};

#define COMMAND(name) std::unique_ptr<Command> name##_command();
#include "cmd/commands.def"
#undef COMMAND

/// All commands, in the order of commands.def.
std::vector<std::unique_ptr<Command>> commands();

}  // namespace agentops::cmd
