#pragma once

// What the terminal is and may be sent: colour, width, or no terminal at all (CI). The environment
// comes in as a function, so that tests and the session decide what is seen.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace agentops {

/// Looks one variable up; nothing when it is not set.
using EnvLookup = std::function<std::optional<std::string>(const std::string& name)>;

/// A variable of this process.
std::optional<std::string> process_env(const std::string& name);

/// --color=auto|always|never
enum class ColourMode { automatic, always, never };
std::optional<ColourMode> parse_colour_mode(std::string_view text);

/// True when nobody watches: CI, GITHUB_ACTIONS, GITLAB_CI, JENKINS_URL, TF_BUILD or BUILDKITE is
/// set to something else than "0" or "false".
bool is_ci(const EnvLookup& env);

/// Whether a stream gets colour. The mode decides; then NO_COLOR (not empty), CLICOLOR_FORCE or
/// FORCE_COLOR, CLICOLOR=0; at last the stream itself: a terminal, TERM not "dumb", no CI.
bool use_colour(ColourMode mode, bool terminal, const EnvLookup& env);

bool is_terminal(int fd);

/// Columns of the terminal behind `fd`, else COLUMNS, else 80.
int terminal_width(int fd, const EnvLookup& env);

}  // namespace agentops
