#include "base/term.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <map>

namespace term_test {

using namespace agentops;

namespace {

EnvLookup env_of(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

}  // namespace

TEST_CASE("colour: each rule beats the ones after it") {
    struct Case {
        ColourMode mode;
        bool terminal;
        std::map<std::string, std::string> variables;
        bool colour;
    };
    const auto automatic = ColourMode::automatic;
    const std::vector<Case> cases = {
        {automatic, true, {}, true},
        {automatic, false, {}, false},
        {ColourMode::always, false, {{"NO_COLOR", "1"}}, true},
        {ColourMode::never, true, {{"FORCE_COLOR", "1"}}, false},
        {automatic, true, {{"NO_COLOR", "1"}, {"FORCE_COLOR", "1"}}, false},
        {automatic, true, {{"NO_COLOR", ""}}, true},
        {automatic, false, {{"CLICOLOR_FORCE", "1"}, {"CLICOLOR", "0"}}, true},
        {automatic, false, {{"FORCE_COLOR", "1"}, {"CI", "true"}, {"TERM", "dumb"}}, true},
        {automatic, false, {{"FORCE_COLOR", "0"}}, false},
        {automatic, true, {{"CLICOLOR", "0"}}, false},
        {automatic, true, {{"CLICOLOR", "1"}}, true},
        {automatic, true, {{"TERM", "dumb"}}, false},
        {automatic, true, {{"TERM", "xterm"}}, true},
        {automatic, true, {{"CI", "true"}}, false},
    };
    for (std::size_t i = 0; i < cases.size(); ++i) {
        CAPTURE(i);
        CHECK(use_colour(cases[i].mode, cases[i].terminal, env_of(cases[i].variables)) ==
              cases[i].colour);
    }
}

TEST_CASE("colour modes by name") {
    CHECK(parse_colour_mode("auto") == ColourMode::automatic);
    CHECK(parse_colour_mode("always") == ColourMode::always);
    CHECK(parse_colour_mode("never") == ColourMode::never);
    CHECK(parse_colour_mode("yes") == std::nullopt);
}

TEST_CASE("CI is known by its variables") {
    CHECK_FALSE(is_ci(env_of({})));
    CHECK_FALSE(is_ci(env_of({{"CI", ""}})));
    CHECK_FALSE(is_ci(env_of({{"CI", "false"}})));
    for (const auto* name :
         {"CI", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "TF_BUILD", "BUILDKITE"})
        CHECK(is_ci(env_of({{name, "true"}})));
}

TEST_CASE("the width of what is no terminal is COLUMNS, or 80") {
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK_FALSE(is_terminal(fd));
    CHECK(terminal_width(fd, env_of({{"COLUMNS", "132"}})) == 132);
    CHECK(terminal_width(fd, env_of({})) == 80);
    for (const auto* wrong : {"", "0", "-5", "12x", "99999999999"})
        CHECK(terminal_width(fd, env_of({{"COLUMNS", wrong}})) == 80);
    close(fd);
}

TEST_CASE("the width of a terminal is its own") {
    const int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(fd >= 0);
    const winsize size{24, 97, 0, 0};
    REQUIRE(ioctl(fd, TIOCSWINSZ, &size) == 0);
    CHECK(is_terminal(fd));
    CHECK(terminal_width(fd, env_of({{"COLUMNS", "132"}})) == 97);
    close(fd);
}

TEST_CASE("the process environment") {
    setenv("AGENTOPS_TERM_TEST", "x", 1);
    CHECK(process_env("AGENTOPS_TERM_TEST") == "x");
    unsetenv("AGENTOPS_TERM_TEST");
    CHECK(process_env("AGENTOPS_TERM_TEST") == std::nullopt);
}

}  // namespace term_test
