#pragma once

// The exit codes of agentops, one table (exit_code.def). Worst wins over many stacks.

#include <optional>
#include <string_view>

namespace agentops {

enum class ExitCode {
#define EXIT_CODE(name, number, rank, text) name = number,
#include "base/exit_code.def"
#undef EXIT_CODE
};

/// One line on what the code means.
std::string_view to_text(ExitCode code);
/// The code of a number; none when it is not in the table.
std::optional<ExitCode> exit_code_of(int number);
/// The worse of two, by the rank in the table.
ExitCode worst(ExitCode a, ExitCode b);

}  // namespace agentops
