#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.h"
#include "cmd/ansible_tooling.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "cmd/tooling.h"
#include "intent/configuration.h"
#include "report/table.h"

extern char** environ;

namespace agentops::cmd {

namespace {

struct ConfigRow {
    std::string key;
    Json value;  ///< null: not set
    std::string origin;
    std::string doc;
};
using ConfigRows = std::vector<ConfigRow>;

/// The first of the variables that is set.
std::string first_set(std::initializer_list<const char*> names, std::string otherwise) {
    for (const auto* name : names) {
        if (!process_env(name).value_or("").empty()) return name;
    }
    return otherwise;
}

std::string origin_of_colour(const Globals& globals) {
    if (globals.color != "auto") return "--color";
    return first_set({"NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "CLICOLOR"},
                     is_ci(process_env) ? "CI" : "terminal");
}

std::string origin_of_input(const Session& session) {
    if (session.globals().no_input) return "--no-input";
    if (session.globals().json) return "--json";
    return is_ci(process_env) ? "CI" : "terminal";
}

ConfigRow program_row(const char* key, const Result<fs::path>& found,
                      const std::optional<Located<std::string>>& named) {
    return {key, found ? Json(found->string()) : Json(), named ? named->position.text() : "PATH",
            "the program that is started"};
}

/// What this invocation is, beyond the settings.
ConfigRows invocation(Session& session, const intent::Project& project) {
    const auto& globals = session.globals();
    ConfigRows rows{
        {"project", project.root.string(), globals.dir ? "-C" : "found from here upward",
         "the folder of the project"},
        {"environment", globals.env ? Json(*globals.env) : Json(),
         globals.env ? "--env" : "default", "the only environment"},
        {"jobs", session.jobs(), globals.jobs ? "-j" : "cores of this machine",
         "things done at once"},
        {"questions", session.can_ask(), origin_of_input(session), "whether agentops may ask"},
        {"colour", session.text_options().colour, origin_of_colour(globals),
         "whether colour is shown"}};
    for (const auto& word : globals.params) {
        const auto equals = word.find('=');
        rows.push_back({"params." + word.substr(0, equals), word.substr(equals + 1), "--param",
                        "a parameter of the intents"});
    }
    const auto& settings = project.settings;
    rows.push_back(
        program_row("programs.terraform", locate_terraform(project), settings.terraform.binary));
    rows.push_back(
        program_row("programs.ansible", locate_ansible(project), settings.ansible.binary));
    return rows;
}

/// Names only: a value may be a secret.
ConfigRows passed_variables() {
    ConfigRows rows;
    for (const auto& entry : run::allowed_environment(environ)) {
        const auto& name = entry.first;
        const bool counts = starts_with(name, "AWS_") || starts_with(name, "TF_") ||
                            name.ends_with("_PROXY") || name.ends_with("_proxy");
        if (counts) rows.push_back({"variables." + name, "set", "environment", "passed to tools"});
    }
    return rows;
}

Result<ConfigRows> project_settings(const intent::Project& project) {
    ConfigRows rows;
    yaml::Node root;
    if (project.source != nullptr) {
        TRY(root, yaml::parse(*project.source));
    }
    const auto* written = project.source == nullptr ? nullptr : &root;
    for (auto& setting : intent::list_settings(project.settings, written)) {
        auto origin = setting.position.known() ? setting.position.text() : "default";
        rows.push_back({std::move(setting.key), std::move(setting.value), std::move(origin),
                        std::move(setting.doc)});
    }
    return rows;
}

/// "terraform" names terraform and all that is below it.
bool names_key(const std::string& word, const std::string& key) {
    return key == word || starts_with(key, word + ".");
}

Status keep_named(ConfigRows& rows, const std::vector<std::string>& words) {
    std::vector<std::string> known;
    for (const auto& row : rows) {
        known.push_back(row.key);
        known.push_back(row.key.substr(0, row.key.find('.')));
    }
    for (const auto& word : words) {
        const bool found = std::any_of(rows.begin(), rows.end(),
                                       [&](const auto& row) { return names_key(word, row.key); });
        if (found) continue;
        const auto near = did_you_mean(word, known);
        return fail(error(
            "cli.unknown-setting", fmt::format("there is no setting '{}'", word), {},
            near ? fmt::format("did you mean '{}'?", *near) : "agentops config show lists all"));
    }
    if (words.empty()) return {};
    rows.erase(std::remove_if(rows.begin(), rows.end(),
                              [&](const auto& row) {
                                  return std::none_of(
                                      words.begin(), words.end(),
                                      [&](const auto& word) { return names_key(word, row.key); });
                              }),
               rows.end());
    return {};
}

std::string value_text(const Json& value) {
    if (value.is_null()) return "(not set)";
    return value.is_string() ? value.get<std::string>() : dump_json(value);
}

class Config final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "config",
            .summary = "Show the settings that count here, and where each comes from",
            .description =
                "Lists the settings of agentops.yaml with their defaults, and what this machine "
                "and this command line decide: the project, the programs, the limits. With "
                "--origin each line says where its value was written. It shows where secrets come "
                "from, never what they are.",
            .examples = {{"agentops config show --origin", "everything, with its origin"},
                         {"agentops config show terraform", "one part"},
                         {"agentops config show --json", "for scripts"}},
            .exit_codes = {"0 shown", "3 no such setting, or mistakes in agentops.yaml"},
        };
        return info;
    }

    void options(Options& options) override {
        options.arguments("ACTION", words_, "show, then names of settings (show everything)");
        options.flag("--origin", origin_, "Say where each value comes from");
    }

    ExitCode run(Session& session) override {
        if (!words_.empty() && words_.front() != "show")
            return session.fail_with(
                {error("cli.usage", fmt::format("config has no action '{}'", words_.front()), {},
                       fmt::format("agentops config show {}", words_.front()))});
        auto rows = gather(session);
        if (!rows) return session.fail_with(rows.error());
        const std::vector<std::string> keys(words_.begin() + (words_.empty() ? 0 : 1),
                                            words_.end());
        if (auto kept = keep_named(*rows, keys); !kept) return session.fail_with(kept.error());
        if (!session.globals().json)
            session.print(session.redactor().apply(text_of(*rows, session)));
        return session.finish(report_of(*rows, session));
    }

private:
    /// Mistakes in intents, and files that are missing, do not matter here: none is read.
    static Result<ConfigRows> gather(Session& session) {
        TRY(const auto project,
            intent::open_project(session.start(), session.globals().dir.has_value(),
                                 session.sources()));
        auto rows = invocation(session, project);
        TRY(auto settings, project_settings(project));
        std::move(settings.begin(), settings.end(), std::back_inserter(rows));
        auto variables = passed_variables();
        std::move(variables.begin(), variables.end(), std::back_inserter(rows));
        return rows;
    }

    std::string text_of(const ConfigRows& rows, const Session& session) const {
        report::Rows cells;
        for (const auto& row : rows)
            cells.push_back({row.key, value_text(row.value), origin_ ? row.origin : ""});
        return report::table(cells, {{}, {20}, {12, true}}, session.text_options().width) + "\n";
    }

    static report::Report report_of(const ConfigRows& rows, const Session& session) {
        auto report = session.new_report();
        auto& records = report.extra["config"] = Json::array();
        std::size_t written = 0;
        for (const auto& row : rows) {
            written += row.origin.find("agentops.yaml:") == std::string::npos ? 0 : 1;
            records.push_back({{"key", row.key},
                               {"value", row.value},
                               {"origin", row.origin},
                               {"description", row.doc}});
        }
        report.verdict = fmt::format("{}, {} of them from agentops.yaml",
                                     count_of(rows.size(), "setting"), written);
        return report;
    }

    std::vector<std::string> words_;
    bool origin_ = false;
};

}  // namespace

std::unique_ptr<Command> config_command() {
    return std::make_unique<Config>();
}

}  // namespace agentops::cmd
