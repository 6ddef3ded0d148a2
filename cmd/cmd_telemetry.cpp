#include <fmt/core.h>

#include <algorithm>

#include "base/fs.h"
#include "base/json_access.h"
#include "base/text.h"
#include "catalog/telemetry.h"
#include "cmd/command.h"
#include "cmd/knowledge.h"
#include "cmd/session.h"
#include "cmd/tooling.h"
#include "intent/project.h"
#include "record/store.h"
#include "report/table.h"
#include "run/runner.h"

namespace agentops::cmd {

namespace {

constexpr std::size_t kMostAnswer = 64 << 20;

/// One component's observed load: where it lies, and what is in there.
struct ObservedLoad {
    std::string component;
    const intent::TelemetryQuery* from = nullptr;
    catalog::Observed observed;
};

/// curl, because linking a TLS library would cost every start of ours; -q: no ~/.curlrc.
run::Step query_step(const ObservedLoad& known, std::int64_t now) {
    const auto& from = *known.from;
    const auto seconds = [](const Located<intent::Duration>& time) {
        return std::chrono::duration_cast<std::chrono::seconds>(time.value.value).count();
    };
    run::ToolCall call;
    call.argv = {"curl",
                 "-q",
                 "--silent",
                 "--show-error",
                 "--globoff",
                 "--proto",
                 "=http,https",
                 "--max-time",
                 "60",
                 "--get",
                 "--data-urlencode",
                 "query=" + from.query->value,
                 "--data-urlencode",
                 fmt::format("start={}", now - seconds(from.range)),
                 "--data-urlencode",
                 fmt::format("end={}", now),
                 "--data-urlencode",
                 fmt::format("step={}", seconds(from.step)),
                 "--url",
                 from.prometheus->value + "/api/v1/query_range"};
    call.deadline = std::chrono::seconds(90);
    call.capture = run::ToolCall::Capture::text;
    call.most_output = kMostAnswer;
    return {"query", "curl", std::move(call), false, ""};
}

class Telemetry final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "telemetry",
            .summary = "Show observed load, or fetch it from Prometheus",
            .description =
                "Lists the components whose load was observed: agentops.yaml names a file for each "
                "under `telemetry`, CSV or the answer of a Prometheus range query, and what is in "
                "it stands in place of the load that the intent states. With --fetch the files "
                "that have a `prometheus` and a `query` are filled anew. Nothing else asks the "
                "server, so that a check or a plan says the same until you fetch again.",
            .examples = {{"agentops telemetry", "what was observed"},
                         {"agentops telemetry --fetch web", "ask Prometheus for the load of web"}},
            .exit_codes = {"0 shown or fetched", "1 Prometheus could not be asked",
                           "3 no telemetry, or a file that is none"},
        };
        return info;
    }

    void options(Options& options) override {
        options.flag("--fetch", fetch_, "Fill the files anew from Prometheus");
        options.arguments("COMPONENT", components_, "Of these components only");
    }

    ExitCode run(Session& session) override {
        auto project = intent::open_project(session.start(), session.globals().dir.has_value(),
                                            session.sources());
        if (!project) return session.fail_with(project.error());
        auto known = wanted(*project);
        if (!known) return session.fail_with(known.error());
        if (const auto fetched = fetch_ ? fetch(session, *project, *known) : Status(); !fetched)
            return session.fail_with(fetched.error());
        for (auto& each : *known) {
            const auto read = read_observed(session, *project, *each.from);
            if (!read) return session.fail_with(read.error());
            each.observed = *read;
        }
        return show(session, *known);
    }

private:
    Result<std::vector<ObservedLoad>> wanted(const intent::Project& project) const {
        const auto& sources = project.settings.telemetry;
        std::vector<ObservedLoad> found;
        for (const auto& [component, source] : sources) {
            if (components_.empty() ||
                std::count(components_.begin(), components_.end(), component))
                found.push_back({component, &source.from, {}});
        }
        for (const auto& name : components_) {
            if (std::none_of(found.begin(), found.end(),
                             [&](const ObservedLoad& known) { return known.component == name; }))
                return fail(no_source(fmt::format("agentops.yaml names no telemetry of '{}'",
                                                  escape_terminal(name))));
        }
        if (found.empty()) return fail(no_source("agentops.yaml names no telemetry"));
        return found;
    }

    static Diagnostic no_source(std::string message, Position position = {}) {
        return error("telemetry.no-source", std::move(message), position,
                     "write telemetry: {web: {file: web.json, prometheus: http://prom:9090, query: "
                     "'sum(rate(http_requests_total[5m]))'}}");
    }

    /// Those that were named must have a server; without names, those that have one.
    Status fetch(Session& session, const intent::Project& project,
                 const std::vector<ObservedLoad>& known) const {
        TRY(const auto runner, make_side_runner(session, record::Store(project.root), "telemetry",
                                                run::allowed_environment(environ)));
        std::size_t asked = 0;
        for (const auto& each : known) {
            if (!each.from->prometheus && components_.empty()) continue;
            if (!each.from->prometheus)
                return fail(no_source(
                    fmt::format("no prometheus fills the telemetry of '{}'", each.component),
                    each.from->file.position));
            TRY_DO(fetch_one(session, project, each, *runner));
            ++asked;
        }
        if (asked == 0) return fail(no_source("no telemetry has a prometheus that fills it"));
        return {};
    }

    static Status fetch_one(Session& session, const intent::Project& project,
                            const ObservedLoad& known, run::Runner& runner) {
        const auto& server = *known.from->prometheus;
        const auto failed = [&](const std::string& why) {
            return fail(error("telemetry.fetch",
                              fmt::format("the load of {} could not be fetched: {}",
                                          known.component, escape_terminal(why)),
                              server.position, "the file is as it was"));
        };
        if (!starts_with(server.value, "http://") && !starts_with(server.value, "https://"))
            return failed(fmt::format("'{}' is no http:// or https:// address", server.value));
        const auto file = project.root / known.from->file.value;
        if (!lies_inside(file, project.root))
            return failed(fmt::format("{} lies outside of the project", known.from->file.value));
        const auto now = std::chrono::duration_cast<std::chrono::seconds>(
            session.clock().now().time_since_epoch());
        auto step = query_step(known, now.count());
        std::get<run::ToolCall>(step.action).cwd = project.root;
        const auto answer = runner.run(known.component, step);
        if (!answer.ok)
            return answer.diagnostics.empty() ? failed("curl failed")
                                              : failed(answer.diagnostics.front().message);
        const auto json = Json::parse(answer.output, nullptr, false);
        if (text_of(json, "status") == "error") return failed(text_of(json, "error"));
        const Source source{known.from->file.value, answer.output};
        if (const auto read = catalog::read_telemetry(source); !read)
            return failed(read.error().front().message);
        return write_file(file, answer.output, 0644);
    }

    static ExitCode show(Session& session, const std::vector<ObservedLoad>& known) {
        auto report = session.new_report();
        auto& records = report.extra["telemetry"] = Json::array();
        report::Rows rows{{"COMPONENT", "AVERAGE", "PEAK", "SAMPLES", "FILE", "FROM"}};
        for (const auto& each : known) {
            const auto from = each.from->prometheus ? each.from->prometheus->value : "";
            const auto& seen = each.observed;
            records.push_back({{"component", each.component},
                               {"average_rps", seen.average},
                               {"peak_rps", seen.peak},
                               {"samples", seen.samples},
                               {"file", each.from->file.value},
                               {"prometheus", from.empty() ? Json() : Json(from)}});
            rows.push_back({each.component, fmt::format("{:.4g} rps", seen.average),
                            fmt::format("{:.4g} rps", seen.peak), fmt::format("{}", seen.samples),
                            each.from->file.value, from});
        }
        report.verdict = fmt::format("load of {} observed", count_of(known.size(), "component"));
        if (!session.globals().json)
            session.print(
                report::table(rows, {{}, {}, {}, {}, {}, {10}}, session.text_options().width));
        return session.finish(std::move(report));
    }

    bool fetch_ = false;
    std::vector<std::string> components_;
};

}  // namespace

std::unique_ptr<Command> telemetry_command() {
    return std::make_unique<Telemetry>();
}

}  // namespace agentops::cmd
