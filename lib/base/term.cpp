#include "base/term.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "base/text.h"

namespace agentops {

namespace {

constexpr int kDefaultWidth = 80;
constexpr int kMaxWidth = 10'000;

constexpr const char* kCiVariables[] = {"CI",          "GITHUB_ACTIONS", "GITLAB_CI",
                                        "JENKINS_URL", "TF_BUILD",       "BUILDKITE"};

bool is_on(const EnvLookup& env, const std::string& name) {
    const auto value = env(name).value_or("");
    return !value.empty() && value != "0" && value != "false";
}

std::optional<int> parse_width(const std::string& text) {
    const auto width = whole_number(text);
    return width && *width > 0 && *width <= kMaxWidth ? width : std::nullopt;
}

}  // namespace

std::optional<std::string> process_env(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::optional<ColourMode> parse_colour_mode(std::string_view text) {
    if (text == "auto") return ColourMode::automatic;
    if (text == "always") return ColourMode::always;
    if (text == "never") return ColourMode::never;
    return std::nullopt;
}

bool is_ci(const EnvLookup& env) {
    return std::any_of(std::begin(kCiVariables), std::end(kCiVariables),
                       [&](const char* name) { return is_on(env, name); });
}

bool use_colour(ColourMode mode, bool terminal, const EnvLookup& env) {
    if (mode != ColourMode::automatic) return mode == ColourMode::always;
    if (!env("NO_COLOR").value_or("").empty()) return false;
    if (is_on(env, "CLICOLOR_FORCE") || is_on(env, "FORCE_COLOR")) return true;
    if (env("CLICOLOR") == "0") return false;
    return terminal && env("TERM") != "dumb" && !is_ci(env);
}

bool is_terminal(int fd) {
    return isatty(fd) == 1;
}

int terminal_width(int fd, const EnvLookup& env) {
    winsize size{};
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return parse_width(env("COLUMNS").value_or("")).value_or(kDefaultWidth);
}

}  // namespace agentops
