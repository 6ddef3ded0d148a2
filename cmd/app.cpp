#include "cmd/app.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/diagnostic.h"
#include "base/fs.h"
#include "base/instant.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/complete.h"
#include "cmd/man.h"
#include "cmd/session.h"
#include "report/table.h"

namespace agentops::cmd {

namespace {

constexpr const char* kDescription =
    "Say what infrastructure you want in a YAML intent; agents work out how, write Terraform that "
    "you can read, and apply exactly what you approved.";

constexpr const char* kFooter =
    "Start here:\n"
    "  agentops init                 write a starter intent\n"
    "  agentops check                validate it: no tool, no network\n"
    "  agentops plan                 see what would change, and why\n"
    "\n"
    "Each command has its own --help with examples.\n";

CLI::Option* everywhere(CLI::Option* option, const char* value = nullptr) {
    option->group("Everywhere");
    if (value != nullptr) option->type_name(value);
    return option;
}

void add_globals(CLI::App& app, Globals& globals) {
    everywhere(app.add_option("-C", globals.dir, "Work in this folder"), "DIR");
    everywhere(app.add_option("--env", globals.env, "Only this environment"), "NAME");
    everywhere(app.add_option("--param", globals.params, "Set a parameter of the intents"),
               "KEY=VALUE")
        ->allow_extra_args(false);
    everywhere(app.add_option("-j,--jobs", globals.jobs, "Run at most this many things at once"),
               "N")
        ->check(CLI::Validator(CLI::PositiveNumber).description(""));
    everywhere(app.add_flag("--json", globals.json, "Print one JSON record on stdout"));
    everywhere(app.add_option("--events", globals.events,
                              "Write JSON lines to this file as things happen"),
               "FILE");
    everywhere(app.add_option_function<std::string>(
                   "--lock-timeout",
                   [&globals](const std::string& text) {
                       globals.lock_timeout = parse_span(text);
                       if (globals.lock_timeout) return;
                       throw CLI::ValidationError("--lock-timeout", "wants a time, such as 5m");
                   },
                   "Wait this long for a stack or a state that somebody else has locked"),
               "TIME");
    everywhere(
        app.add_flag("--no-input", globals.no_input, "Never ask; fail where an answer is needed"));
    everywhere(app.add_option("--color", globals.color, "auto, always or never"), "WHEN")
        ->check(CLI::IsMember({"auto", "always", "never"}).description(""));
    everywhere(app.add_flag("-v,--verbose", globals.verbose, "Say more (-vv: even more)"));
    everywhere(app.add_flag("-q,--quiet", globals.quiet, "Say only the verdict and what is wrong"));
}

std::string footer_of(const CommandInfo& info) {
    std::string text = "Examples:\n";
    std::size_t width = 0;
    for (const auto& example : info.examples)
        width = std::max(width, example.command.size());
    for (const auto& example : info.examples)
        text += fmt::format("  {:{}}  {}\n", example.command, width, example.what);
    if (!info.exit_codes.empty()) {
        text += "\nExit codes here:\n";
        for (const auto& line : info.exit_codes)
            text += fmt::format("  {}\n", line);
    }
    text += "\nOptions that every command takes: agentops --help\n";
    return text;
}

CLI::App* add_command(CLI::App& app, Command& command) {
    const auto& info = command.info();
    auto* sub = app.add_subcommand(std::string(info.name), std::string(info.summary));
    sub->fallthrough();
    sub->footer(footer_of(info));
    Options options(*sub);
    command.options(options);
    return sub;
}

std::vector<std::string> names_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames())
            names.push_back("--" + name);
    }
    for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (sub->get_name().empty()) {
            for (auto& name : names_of(*sub))
                names.push_back(std::move(name));
        }
    }
    return names;
}

ExitCode usage(std::string message, std::string help) {
    fmt::print(stderr, "{}", render(error("cli.usage", std::move(message), {}, std::move(help))));
    return ExitCode::usage;
}

/// The first word that is no option and no command, when there is one.
std::optional<std::string> unknown_command(const CLI::App& app, int argc, char** argv) {
    std::vector<std::string> known;
    for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
        known.push_back(sub->get_name());
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word.empty() || word.front() == '-') continue;
        const std::string before = argv[i - 1];
        const auto* option = starts_with(before, "-") ? app.get_option_no_throw(before) : nullptr;
        if (i > 1 && option != nullptr && option->get_items_expected_min() > 0) continue;
        if (std::find(known.begin(), known.end(), word) == known.end()) return word;
        return std::nullopt;
    }
    return std::nullopt;
}

ExitCode explain_parse_error(const CLI::App& app, const CLI::ParseError& failure, int argc,
                             char** argv) {
    if (const auto word = unknown_command(app, argc, argv)) {
        std::vector<std::string> known;
        for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
            if (!sub->get_name().empty()) known.push_back(sub->get_name());
        }
        const auto near = did_you_mean(*word, known);
        return usage(
            fmt::format("there is no command '{}'", *word),
            near ? fmt::format("did you mean '{}'?", *near) : "agentops --help lists the commands");
    }
    const auto parsed = app.get_subcommands();
    const auto& scope = parsed.empty() ? app : *parsed.front();
    auto known = names_of(app);
    for (auto& name : names_of(scope))
        known.push_back(std::move(name));
    for (int i = 1; i < argc; ++i) {
        const std::string word = std::string(argv[i]).substr(0, std::string(argv[i]).find('='));
        if (!starts_with(word, "--") || word == "--") continue;
        if (std::find(known.begin(), known.end(), word) != known.end()) continue;
        const auto near = did_you_mean(word, known);
        return usage(fmt::format("there is no option '{}'", word),
                     near ? fmt::format("did you mean '{}'?", *near)
                          : fmt::format("agentops {} --help lists the options", scope.get_name()));
    }
    return usage(failure.what(), fmt::format("agentops {} --help", scope.get_name()));
}

/// The help of one command opens with its whole description; the list of commands has one line
/// each.
int print_help(const CLI::App& app, const CLI::Success& asked,
               const std::vector<std::unique_ptr<Command>>& all) {
    const auto parsed = app.get_subcommands();
    if (parsed.empty()) return app.exit(asked);
    for (const auto& command : all) {
        const auto& info = command->info();
        if (parsed.front()->get_name() != info.name) continue;
        auto text = std::string(info.summary) + "\n\n";
        for (const auto& line : report::wrap(info.description, 80))
            text += line + "\n";
        parsed.front()->description(text);
        fmt::print("{}", parsed.front()->help("agentops"));
    }
    return 0;
}

ExitCode write_man(const fs::path& folder, const std::map<std::string, std::string>& pages) {
    for (const auto& [name, text] : pages) {
        const auto written = write_file(folder / name, text, 0644);
        if (written) continue;
        fmt::print(stderr, "{}", render(written.error().front()));
        return ExitCode::tool_failed;
    }
    return ExitCode::done;
}

}  // namespace

std::vector<std::unique_ptr<Command>> commands() {
    std::vector<std::unique_ptr<Command>> all;
#define COMMAND(name) all.push_back(name##_command());
#include "cmd/commands.def"
#undef COMMAND
    return all;
}

ExitCode run_app(int argc, char** argv) {
    CLI::App app(kDescription, "agentops");
    app.footer(kFooter);
    app.require_subcommand(1);
    app.set_version_flag("-V,--version", "agentops " AGENTOPS_VERSION);
    Globals globals;
    add_globals(app, globals);
    app.get_formatter()->column_width(28);
    const auto all = commands();
    std::vector<CLI::App*> subs;
    for (const auto& command : all)
        subs.push_back(add_command(app, *command));
    const std::string_view first = argc > 1 ? argv[1] : "";
    if (first == "__man" && argc == 3) return write_man(argv[2], man_pages(app, all, subs));
    if (first == "__complete") {
        const std::vector<std::string> words(argv + 2, argv + argc);
        fmt::print("{}", suggestion_lines(complete(app, words), words.empty() ? "" : words.back()));
        return ExitCode::done;
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // --help, --version
        print_help(app, asked, all);
        return ExitCode::done;
    } catch (const CLI::RequiredError& failure) {
        if (unknown_command(app, argc, argv)) return explain_parse_error(app, failure, argc, argv);
        fmt::print(stderr, "{}\n", app.help());
        return usage("name a command", "agentops check, for a start");
    } catch (const CLI::ParseError& failure) {
        return explain_parse_error(app, failure, argc, argv);
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!subs[i]->parsed()) continue;
        Session session(std::move(globals), std::string(all[i]->info().name));
        return session.run(*all[i]);
    }
    return ExitCode::usage;
}

}  // namespace agentops::cmd
