#include <fmt/core.h>

#include "agents/counsel.h"
#include "base/text.h"
#include "catalog/kind.h"
#include "cmd/command.h"
#include "cmd/schemas.h"
#include "cmd/session.h"
#include "intent/project.h"

namespace agentops::cmd {

namespace {

struct Published {
    std::string_view name;
    Json (*schema)();
};

constexpr Published kPublished[] = {
    {"intent", published_intent_schema}, {"project", intent::settings_schema},
    {"record", record_schema},           {"events", events_schema},
    {"agent-request", request_schema},   {"agent-reply", reply_schema},
};

class Schema final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "schema",
            .summary = "Print a JSON Schema: of the files and records that programs share",
            .description =
                "The schema of the files you write comes from the same tables that read them, so "
                "an editor completes and checks exactly what agentops accepts. The schemas of "
                "--json and --events say what a script may rely on, agent-request and agent-reply "
                "what "
                "an agent of your own reads and writes. All are draft 7.",
            .examples = {{"agentops schema > intent.schema.json", "for an editor"},
                         {"agentops schema project", "of agentops.yaml"},
                         {"agentops schema record", "of every --json record"}},
        };
        return info;
    }

    void options(Options& options) override {
        options.argument(
            "WHAT", what_,
            "intent, project, record, events, agent-request or agent-reply (default: intent)");
    }

    ExitCode run(Session& session) override {
        const auto what = what_.value_or("intent");
        for (const auto& each : kPublished) {
            if (each.name != what) continue;
            if (!session.globals().json) {
                session.print(dump_json(each.schema(), 2) + "\n");
                return ExitCode::done;
            }
            auto report = session.new_report();
            report.extra["schema"] = each.schema();
            return session.finish(std::move(report));
        }
        std::vector<std::string> names;
        for (const auto& each : kPublished)
            names.emplace_back(each.name);
        return session.fail_with({error("cli.usage", fmt::format("there is no schema '{}'", what),
                                        {}, "one of " + join(names, ", "))});
    }

private:
    std::optional<std::string> what_;
};

}  // namespace

Json published_intent_schema() {
    std::map<std::string, Json> bodies;
    for (const auto* kind : catalog::kinds()) {
        const auto& info = kind->info();
        auto body = kind->schema();
        body["description"] = info.summary;
        Sources sources;
        const auto example = yaml::parse(sources.add("example", std::string(info.example)));
        if (example) body["examples"] = {plain_json(*example)};
        bodies.emplace(info.name, std::move(body));
    }
    return intent::intent_schema(bodies);
}

std::unique_ptr<Command> schema_command() {
    return std::make_unique<Schema>();
}

}  // namespace agentops::cmd
