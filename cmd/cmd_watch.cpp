#include <fmt/core.h>

#include <algorithm>
#include <random>

#include "base/instant.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "cmd/unit_run.h"
#include "cmd/watch_flow.h"

namespace agentops::cmd {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kDefaultInterval = std::chrono::minutes(5);
constexpr milliseconds kLeastInterval = std::chrono::seconds(1);
constexpr int kMostBackoff = 8;  ///< times the interval

class Watching final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "watch",
            .summary = "Keep looking for drift and failed checks; heal what the intent allows",
            .description =
                "Looks at the stacks again and again, and prints a line whenever the condition of "
                "one changes: Ready, Drifted, Degraded or Progressing. What the intent's `heal` "
                "section allows is proposed or repaired by itself, through the same gate and "
                "limits as any plan. A pass that finds nothing new writes nothing. Stop it with "
                "Ctrl-C or SIGTERM.",
            .examples = {{"agentops watch --interval 5m", "every stack, until it is stopped"},
                         {"agentops watch shop@prod --once", "one pass, for cron"},
                         {"agentops watch --metrics /var/lib/node_exporter/agentops.prom",
                          "gauges for Prometheus' textfile collector"}},
            .exit_codes = {"0 with --once: all stacks are ready",
                           "2 with --once: something drifted",
                           "6 another watch runs in this project", "8 with --once: checks fail",
                           "9 with --once: could not look", "130, 143 stopped"},
        };
        return info;
    }

    void options(Options& options) override {
        options.arguments("STACK", patterns_, "Stacks to watch: intent, intent@env, or a pattern");
        options.flag("--once", once_, "One pass, then end");
        options.text("--interval", interval_, "TIME", "Time between two passes (5m)");
        options.number("--debounce", debounce_, "N",
                       "Passes that must agree before a change is told (1)");
        options.flag("--who", who_, "Ask the cloud's trail who changed what drifted");
        options.text("--metrics", metrics_, "FILE", "Write gauges for Prometheus to this file");
    }

    ExitCode run(Session& session) override {
        if (session.globals().json && !once_)
            return session.fail_with({error("cli.usage", "--json is for one answer", {},
                                            "add --once, or use --events FILE")});
        const auto interval = interval_ ? parse_span(*interval_) : std::optional(kDefaultInterval);
        if (!interval || *interval < kLeastInterval)
            return session.fail_with({error("cli.usage",
                                            fmt::format("--interval wants a time of at least 1s, "
                                                        "got '{}'",
                                                        interval_.value_or("")),
                                            {}, "e.g. --interval 5m")});
        auto project = intent::open_project(session.start(), session.globals().dir.has_value(),
                                            session.sources());
        if (!project) return session.fail_with(project.error());
        const record::Store store(project->root);
        // Two loops would repair against each other.
        auto lock = lock_stack(session, store, ".watch", "watch");
        if (!lock) return session.fail_with(lock.error());
        Watch watch(session, patterns_, once_ ? 1 : std::max(debounce_.value_or(1), 1), who_);
        return once_ ? one_pass(session, watch) : loop(session, watch, *interval);
    }

private:
    ExitCode one_pass(Session& session, Watch& watch) {
        auto pass = watch.pass();
        if (!pass) return session.fail_with(pass.error());
        auto& report = pass->report;
        tell(session, *pass);
        if (auto written = write_metrics(*pass); !written)
            append(report.diagnostics, written.error());
        for (const auto& stack : pass->stacks) {
            if (stack.checks_failed > 0) report.exit = worst(report.exit, ExitCode::not_converged);
        }
        auto list = Json::array();
        for (const auto& stack : pass->stacks) {
            auto record = drift::to_json(stack.condition);
            record["stack"] = stack.id;
            record["changed"] = stack.told;
            list.push_back(std::move(record));
        }
        report.extra["conditions"] = std::move(list);
        if (!session.globals().json) {
            // The lines have said it.
            report.stacks.clear();
            report.remarks.clear();
            report.next.clear();
        }
        return session.finish(std::move(report));
    }

    ExitCode loop(Session& session, Watch& watch, milliseconds interval) {
        int backoff = 1;
        while (session.interrupt().count() == 0) {
            auto pass = watch.pass();
            if (session.interrupt().count() > 0) break;
            const bool bad = !pass || pass->could_not_look;
            if (pass) {
                tell(session, *pass);
                if (auto written = write_metrics(*pass); !written)
                    append(pass->report.diagnostics, written.error());
                complain(session, pass->report.diagnostics);
            } else {
                complain(session, pass.error());
            }
            backoff = bad ? std::min(backoff * 2, kMostBackoff) : 1;
            rest(session, interval * backoff);
        }
        session.print("stopped\n");
        return ExitCode::done;  // the signal says which exit it was
    }

    void tell(Session& session, const WatchPass& pass) const {
        for (const auto& stack : pass.stacks) {
            if (!stack.told) continue;
            session.events().write("condition", drift::to_json(stack.condition));
            if (!session.globals().json)
                session.print(session.redactor().apply(line_of(stack)) + "\n");
        }
    }

    Status write_metrics(const WatchPass& pass) const {
        if (!metrics_) return {};
        TRY_DO(write_if_changed(*metrics_, metrics_text(pass), 0644));
        return {};
    }

    /// On stderr, once as long as it stays the same.
    void complain(Session& session, Diagnostics diagnostics) const {
        sort_and_unique(diagnostics);
        const auto text = session.redactor().apply(render(diagnostics));
        if (text == complained_) return;
        complained_ = text;
        if (!text.empty()) fmt::print(stderr, "{}\n", text);
    }

    /// Sleeps about that long, or until a signal comes. Many loops started at once drift apart.
    static void rest(Session& session, milliseconds time) {
        static std::minstd_rand chance{std::random_device{}()};
        const auto tenth = std::max<long>(time.count() / 10, 1);
        std::uniform_int_distribution<long> jitter(-tenth, tenth);
        session.interrupt().pause(time + milliseconds(jitter(chance)));
    }

    std::vector<std::string> patterns_;
    bool once_ = false, who_ = false;
    std::optional<std::string> interval_, metrics_;
    std::optional<int> debounce_;
    mutable std::string complained_;
};

}  // namespace

std::unique_ptr<Command> watch_command() {
    return std::make_unique<Watching>();
}

}  // namespace agentops::cmd
