#pragma once

// One invocation: its options, its clock, what it may touch, and how it answers. Everything that a
// command needs from the world comes through here.

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/source.h"
#include "base/term.h"
#include "cmd/app.h"
#include "cmd/command.h"
#include "record/events.h"
#include "report/live.h"
#include "report/model.h"
#include "run/interrupt.h"
#include "run/redact.h"

namespace agentops::cmd {

class Session {
public:
    Session(Globals globals, std::string command);

    /// Runs the command; an interruption beats its own exit code.
    ExitCode run(Command& command);
    /// The exit code of the signal that came, or else this one.
    ExitCode or_signal(ExitCode code) const;

    const Globals& globals() const { return globals_; }
    const std::string& command() const { return command_; }
    Sources& sources() { return sources_; }
    const Clock& clock() const { return system_clock(); }
    run::Interrupt& interrupt() { return interrupt_; }
    run::Redactor& redactor() { return redactor_; }
    record::EventLog& events() { return events_; }

    /// The folder to work in: -C, else the current one.
    fs::path start() const;
    int jobs() const;
    /// 2026-11-23 in UTC.
    std::string today() const;
    /// A terminal to ask on, and permission to.
    bool can_ask() const;
    /// Shows the question on stderr and reads a line; nothing at end of input.
    std::optional<std::string> ask(const std::string& question) const;
    std::unique_ptr<report::Live> make_live() const;
    /// The width of the terminal on stdout, and whether colour goes there.
    report::TextOptions text_options() const;

    /// Prints the report and returns its exit code: text on stdout, or the JSON record.
    ExitCode finish(report::Report report);
    /// A report that holds only what went wrong, with the exit code of the worst of it.
    ExitCode fail_with(Diagnostics diagnostics);
    /// Plain text on stdout, for commands whose answer is no report.
    void print(const std::string& text) const;
    /// A line on stderr about what goes on; not with -q.
    void note(const std::string& text) const;

    report::Report new_report() const;

private:
    bool colour_on(int fd) const;
    /// Writes the record of a run into its folder, for `agentops report`.
    bool keep(const report::Report& report);

    Globals globals_;
    std::string command_;
    Sources sources_;
    run::Interrupt interrupt_;
    run::Redactor redactor_;
    record::EventLog events_;
};

/// The exit code that a diagnostic's code calls for; errors only.
ExitCode exit_of(const Diagnostics& diagnostics);

}  // namespace agentops::cmd
