#include "cmd/session.h"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/text.h"

namespace agentops::cmd {

namespace {

/// What a code's area calls for; the first prefix that fits wins.
struct AreaExit {
    std::string_view prefix;
    ExitCode exit;
};

constexpr AreaExit kAreas[] = {
    {"intent.", ExitCode::usage},
    {"yaml.", ExitCode::usage},
    {"project.", ExitCode::usage},
    {"agent.name", ExitCode::usage},
    {"catalog.", ExitCode::usage},
    {"negotiate.", ExitCode::usage},
    {"prices.", ExitCode::usage},
    {"telemetry.fetch", ExitCode::tool_failed},
    {"telemetry.", ExitCode::usage},
    {"ci.", ExitCode::usage},
    {"cli.", ExitCode::usage},
    {"forge.refused", ExitCode::tool_failed},
    {"forge.", ExitCode::usage},
    {"report.shards-missing", ExitCode::unknown},
    {"report.", ExitCode::usage},
    {"run.unknown", ExitCode::usage},
    {"run.ambiguous", ExitCode::usage},
    {"run.no-manifest", ExitCode::usage},
    {"run.damaged", ExitCode::stale},
    {"secret.", ExitCode::usage},
    {"vcs.unreadable", ExitCode::tool_failed},
    {"vcs.", ExitCode::usage},
    {"drift.mode", ExitCode::usage},
    {"drift.unknown-reference", ExitCode::usage},
    {"drift.until", ExitCode::usage},
    {"lock.", ExitCode::stale},
    {"stale.", ExitCode::stale},
    {"state.", ExitCode::stale},
    {"terraform.locked", ExitCode::stale},
    {"terraform.stale-plan", ExitCode::stale},
    {"approval.", ExitCode::approval_needed},
    {"gate.", ExitCode::blocked},
    {"graph.", ExitCode::internal},
    {"ansible.missing-file", ExitCode::usage},
    {"ansible.not-installed", ExitCode::usage},
    {"ansible.syntax", ExitCode::usage},
    {"ansible.unreachable", ExitCode::unknown},
    {"ansible.host-key", ExitCode::unknown},
    {"ansible.login", ExitCode::unknown},
};

ExitCode exit_of(std::string_view code) {
    for (const auto& area : kAreas) {
        if (starts_with(code, area.prefix)) return area.exit;
    }
    return ExitCode::tool_failed;
}

/// A reader that went away must not end an apply: what it missed is in the run's folder. False when
/// the text is lost for another reason, such as a full disk.
bool say(std::FILE* stream, const std::string& text) {
    const bool written =
        std::fwrite(text.data(), 1, text.size(), stream) == text.size() && std::fflush(stream) == 0;
    return written || errno == EPIPE;
}

bool plain_progress() {
    return is_ci(process_env) || isatty(STDERR_FILENO) == 0;
}

}  // namespace

ExitCode exit_of(const Diagnostics& diagnostics) {
    ExitCode code = ExitCode::done;
    for (const auto& diagnostic : diagnostics) {
        if (diagnostic.level == Level::error) code = worst(code, exit_of(diagnostic.code));
    }
    return code;
}

Session::Session(Globals globals, std::string command)
    : globals_(std::move(globals)), command_(std::move(command)), events_(system_clock()) {}

ExitCode Session::run(Command& command) {
    interrupt_.install();
    if (globals_.events) {
        if (auto opened = events_.open(*globals_.events, ""); !opened)
            return fail_with(opened.error());
    }
    return or_signal(command.run(*this));
}

ExitCode Session::or_signal(ExitCode code) const {
    if (interrupt_.count() == 0) return code;
    return interrupt_.signal() == SIGINT ? ExitCode::interrupted : ExitCode::terminated;
}

fs::path Session::start() const {
    return globals_.dir ? fs::path(*globals_.dir) : fs::path(".");
}

int Session::jobs() const {
    const auto cores = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
    return globals_.jobs.value_or(std::max(cores, 1));
}

std::string Session::today() const {
    return rfc3339(clock().now()).substr(0, 10);
}

bool Session::can_ask() const {
    return !globals_.no_input && !globals_.json && !is_ci(process_env) &&
           isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0;
}

std::optional<std::string> Session::ask(const std::string& question) const {
    say(stderr, question + " ");
    std::string line;
    // A signal does not end a read, so both are waited for.
    pollfd sources[] = {{STDIN_FILENO, POLLIN, 0}, {interrupt_.fd(), POLLIN, 0}};
    while (interrupt_.count() == 0) {
        if (poll(sources, 2, -1) < 0 && errno != EINTR) return std::nullopt;
        if (sources[0].revents == 0) continue;
        char byte = 0;
        if (read(STDIN_FILENO, &byte, 1) != 1) return std::nullopt;
        if (byte == '\n') return std::string(trim(line));
        line += byte;
    }
    return std::nullopt;
}

bool Session::colour_on(int fd) const {
    const auto mode = parse_colour_mode(globals_.color).value_or(ColourMode::automatic);
    return use_colour(mode, is_terminal(fd), process_env);
}

std::unique_ptr<report::Live> Session::make_live() const {
    report::LiveOptions options;
    options.verbosity = globals_.verbose;
    options.colour = colour_on(STDERR_FILENO);
    using Style = report::LiveOptions::Style;
    options.style = globals_.quiet ? Style::quiet : plain_progress() ? Style::plain : Style::tree;
    return report::make_live(
        options, [this](const std::string& text) { say(stderr, redactor_.apply(text)); },
        [] { return terminal_width(STDERR_FILENO, process_env); });
}

report::TextOptions Session::text_options() const {
    // A pipe has no edge: nothing is cut there.
    const int width = is_terminal(STDOUT_FILENO) ? terminal_width(STDOUT_FILENO, process_env) : 0;
    return {colour_on(STDOUT_FILENO), width, globals_.quiet ? -1 : globals_.verbose};
}

ExitCode Session::finish(report::Report report) {
    sort_and_unique(report.diagnostics);
    report.exit = or_signal(worst(report.exit, exit_of(report.diagnostics)));
    bool answered = true;
    if (globals_.json) {
        answered = say(stdout, dump_json(redactor_.apply(report::to_json(report))) + "\n");
    } else {
        const bool colour = colour_on(STDERR_FILENO);
        const auto shown = redactor_.apply(render(report.diagnostics, colour));
        if (!shown.empty()) say(stderr, shown + "\n");
        answered = say(stdout, redactor_.apply(report::to_text(report, text_options())));
    }
    if (!answered) {
        say(stderr, "the answer could not be written to stdout\n");
        report.exit = worst(report.exit, ExitCode::tool_failed);
    }
    if (!keep(report)) report.exit = worst(report.exit, ExitCode::tool_failed);
    events_.write("end", {{"exit", static_cast<int>(report.exit)}, {"verdict", report.verdict}});
    return report.exit;
}

bool Session::keep(const report::Report& report) {
    if (report.run_dir.empty()) return true;
    auto record = redactor_.apply(report::to_json(report));
    record["time"] = rfc3339(clock().now());
    const auto kept = write_file(report.run_dir / "report.json", dump_json(record, 1) + "\n", 0600);
    if (!kept) say(stderr, render(kept.error()));
    return kept.has_value();
}

ExitCode Session::fail_with(Diagnostics diagnostics) {
    auto report = new_report();
    std::size_t errors = 0;
    for (const auto& diagnostic : diagnostics)
        errors += diagnostic.level == Level::error ? 1 : 0;
    report.diagnostics = std::move(diagnostics);
    report.verdict = count_of(errors, "error");
    return finish(std::move(report));
}

void Session::print(const std::string& text) const {
    say(stdout, text);
}

void Session::note(const std::string& text) const {
    if (!globals_.quiet) say(stderr, redactor_.apply(text) + "\n");
}

report::Report Session::new_report() const {
    report::Report report;
    report.command = command_;
    return report;
}

}  // namespace agentops::cmd
