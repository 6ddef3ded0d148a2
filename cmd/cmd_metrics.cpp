#include <fmt/core.h>

#include <charconv>
#include <set>

#include "base/instant.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "intent/project.h"
#include "record/journal.h"
#include "record/metrics.h"
#include "report/progress.h"
#include "report/table.h"

namespace agentops::cmd {

namespace {

using record::Measures;
using record::Spells;

/// "30d", "12h"; at most a hundred years.
std::optional<std::chrono::hours> hours_of(const std::string& text) {
    if (text.empty() || (text.back() != 'd' && text.back() != 'h')) return std::nullopt;
    const int unit = text.back() == 'd' ? 24 : 1;
    const auto end = text.data() + text.size() - 1;
    int count = 0;
    const auto [rest, failure] = std::from_chars(text.data(), end, count);
    if (failure != std::errc() || rest != end || count < 1 || count > 876'000 / unit)
        return std::nullopt;
    return std::chrono::hours(count * unit);
}

/// A time to count back from now, a day (in UTC), or a moment; of our time, as clocks overflow.
std::optional<record::Instant> moment_of(const std::string& text, record::Instant now) {
    if (const auto back = hours_of(text)) return now - *back;
    if (text < "1970" || text > "2200") return std::nullopt;
    if (const auto day = parse_rfc3339(text + "T00:00:00Z")) return day;
    return parse_rfc3339(text);
}

double seconds(std::chrono::milliseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

Json record_of(const Spells& spells) {
    Json record = {{"n", spells.n},
                   {"mean_seconds", nullptr},
                   {"p50_seconds", nullptr},
                   {"p95_seconds", nullptr},
                   {"unknown", spells.unknown}};
    if (spells.n == 0) return record;
    record["mean_seconds"] = seconds(spells.mean);
    record["p50_seconds"] = seconds(spells.p50);
    record["p95_seconds"] = seconds(spells.p95);
    return record;
}

/// `hits` is what those that count are called.
Json record_of(const Share& share, const char* hits) {
    Json record = {{"n", share.n},
                   {hits, share.hits},
                   {"share", nullptr},
                   {"low", nullptr},
                   {"high", nullptr}};
    if (share.n == 0) return record;
    record["share"] = share.value();
    record["low"] = share.interval().low;
    record["high"] = share.interval().high;
    return record;
}

Json record_of(const Measures& measures) {
    auto applies = record_of(measures.applies, "failed");
    applies["interrupted"] = measures.interrupted;
    auto checks = record_of(measures.checks, "drifted");
    checks["inconclusive"] = measures.inconclusive;
    return {{"incidents",
             {{"opened", measures.opened},
              {"carried", measures.carried},
              {"restored", measures.restored},
              {"open", measures.open}}},
            {"differences", {{"repaired", measures.repaired}, {"open", measures.drifting}}},
            {"time_to_restore", record_of(measures.restore)},
            {"time_to_detect", record_of(measures.detect)},
            {"time_to_repair", record_of(measures.repair)},
            {"applies", std::move(applies)},
            {"drift_checks", std::move(checks)}};
}

Json record_of(const record::Metrics& metrics, const std::optional<record::Instant>& since) {
    Json stacks = Json::array();
    for (const auto& [stack, measures] : metrics.stacks) {
        stacks.push_back(record_of(measures));
        stacks.back()["stack"] = stack;
    }
    return {{"since", since ? Json(rfc3339(*since)) : Json(nullptr)},
            {"unfinished_applies", metrics.unfinished},
            {"all", record_of(metrics.all)},
            {"stacks", std::move(stacks)}};
}

std::string percent(double share) {
    return fmt::format("{:.1f} %", 100 * share);
}

/// "" for nothing: "2 still open, 1 of unknown length".
std::string besides(const std::vector<std::pair<std::size_t, const char*>>& counts) {
    std::vector<std::string> parts;
    for (const auto& [count, what] : counts) {
        if (count > 0) parts.push_back(fmt::format("{} {}", count, what));
    }
    return join(parts, ", ");
}

void add_times(report::Rows& rows, const std::string& what, const Spells& spells,
               std::size_t open) {
    const auto shown = [&](std::chrono::milliseconds duration) {
        return spells.n == 0 ? "-" : report::duration_text(duration);
    };
    rows.push_back({what, std::to_string(spells.n), shown(spells.mean), shown(spells.p50),
                    shown(spells.p95),
                    besides({{open, "still open"}, {spells.unknown, "of unknown length"}})});
}

void add_share(report::Rows& rows, const std::string& what, const Share& share,
               const std::string& beside) {
    const auto [low, high] = share.interval();
    rows.push_back({what, fmt::format("{} of {}", share.hits, share.n),
                    share.n == 0 ? "-" : percent(share.value()),
                    share.n == 0 ? "-" : fmt::format("{} to {}", percent(low), percent(high)),
                    beside});
}

std::string tables_of(const Measures& measures, int width) {
    report::Rows times{{"TIME TO", "N", "MEAN", "P50", "P95", "BESIDES"}};
    add_times(times, "restore an incident", measures.restore, measures.open);
    add_times(times, "detect drift, at most", measures.detect, 0);
    add_times(times, "repair a difference", measures.repair, measures.drifting);
    report::Rows shares{{"SHARE OF", "N", "SHARE", "95 % INTERVAL", "BESIDES"}};
    add_share(shares, "applies that failed", measures.applies,
              besides({{measures.interrupted, "interrupted"}}));
    add_share(shares, "checks that saw drift", measures.checks,
              besides({{measures.inconclusive, "could not see everything"}}));
    return report::table(times, {}, width) + "\n" + report::table(shares, {}, width);
}

/// One line per stack, when there are several.
std::string table_of(const std::map<std::string, Measures>& stacks, int width) {
    if (stacks.size() < 2) return "";
    report::Rows rows{{"STACK", "INCIDENTS", "OPEN", "MTTR", "APPLIES FAILED", "CHECKS DRIFTED"}};
    for (const auto& [stack, one] : stacks)
        rows.push_back({stack, std::to_string(one.opened + one.carried), std::to_string(one.open),
                        one.restore.n == 0 ? "-" : report::duration_text(one.restore.mean),
                        fmt::format("{} of {}", one.applies.hits, one.applies.n),
                        fmt::format("{} of {}", one.checks.hits, one.checks.n)});
    return "\n" + report::table(rows, {}, width);
}

std::string verdict_of(const record::Metrics& metrics, const record::MetricsOptions& wish) {
    const auto& all = metrics.all;
    auto text = all.empty() ? "nothing on record" : count_of(all.opened + all.carried, "incident");
    if (wish.since) text += " since " + rfc3339(*wish.since).substr(0, 16) + "Z";
    if (all.open > 0) text += fmt::format(", {} still open", all.open);
    if (all.restore.n > 0)
        text += fmt::format("; mean time to restore {} (n = {})",
                            report::duration_text(all.restore.mean), all.restore.n);
    if (metrics.unfinished > 0 && !wish.stacks)
        text +=
            fmt::format("; {} began to apply and did not end", count_of(metrics.unfinished, "run"));
    return text;
}

class Metrics final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "metrics",
            .summary = "Times to restore, detect and repair, and shares of failures",
            .description =
                "Computed from the journal alone, over the project and by stack. What is still "
                "open is counted beside the times, never left out; shares come with Wilson's 95 % "
                "interval, percentiles are by nearest rank. Time to detect is an upper bound: it "
                "begins when the stack was last known to be clean. An apply has failed when it "
                "ended as partial, failed or not converged; what somebody interrupted stands "
                "beside. An apply or incident of several stacks counts once for each of them. With "
                "--since, what ended in that time counts, and all that is still open.",
            .examples = {{"agentops metrics", "the whole record"},
                         {"agentops metrics shop --since 30d", "all of one intent, for a month"},
                         {"agentops metrics shop@prod --since 2026-11-01 --json",
                          "for a program; times in seconds, null where n is 0"}},
            .exit_codes = {"0 fine, also when nothing is on record",
                           "1 the journal was changed or damaged"},
        };
        return info;
    }

    void options(Options& options) override {
        options.argument("STACK", word_, "A stack, an intent (all its stacks), or a pattern");
        options.text("--since", since_, "TIME", "A time back (30d, 12h), or a day: 2026-11-01");
    }

    ExitCode run(Session& session) override {
        auto project = intent::open_project(session.start(), session.globals().dir.has_value(),
                                            session.sources());
        if (!project) return session.fail_with(project.error());
        env_ = session.globals().env;
        record::MetricsOptions wish;
        if (since_ && !(wish.since = moment_of(*since_, session.clock().now())))
            return session.fail_with(
                {error("cli.usage", fmt::format("--since is no time: '{}'", *since_), {},
                       "write 30d, 12h, or a day such as 2026-11-01")});
        if (word_ || env_) wish.stacks = [this](const auto& stack) { return matches(stack); };
        return answer(session, record::read_journal(record::Store(project->root)), wish);
    }

private:
    bool matches(const std::string& stack) const {
        const auto intent = stack.substr(0, stack.find('@'));
        if (env_ && stack != intent + "@" + *env_) return false;
        return !word_ || glob_match(*word_, names_environment() ? stack : intent);
    }

    bool names_environment() const { return word_->find('@') != std::string::npos; }

    /// Numbers of what comes before a break in the chain are shown, with the break.
    ExitCode answer(Session& session, const record::Journal& journal,
                    const record::MetricsOptions& wish) const {
        auto report = session.new_report();
        const auto metrics = record::measure(journal.entries, wish);
        report.extra["metrics"] = record_of(metrics, wish.since);
        report.diagnostics = journal.diagnostics;
        if (metrics.stacks.empty() && wish.stacks) append(report.diagnostics, doubts(journal));
        report.verdict = verdict_of(metrics, wish);
        if (has_errors(report.diagnostics)) {
            report.exit = ExitCode::tool_failed;
            report.verdict = "the journal is not whole; up to there: " + report.verdict;
        }
        const int width = session.text_options().width;
        if (!session.globals().json && !metrics.all.empty())
            session.print(tables_of(metrics.all, width) + table_of(metrics.stacks, width) + "\n");
        return session.finish(std::move(report));
    }

    /// A stack may be new, so this is no error; but a misspelt word must not read as "no
    /// incidents".
    Diagnostics doubts(const record::Journal& journal) const {
        std::set<std::string> known;
        for (const auto& [stack, measures] : record::measure(journal.entries).stacks) {
            if (matches(stack)) return {};
            known.insert(word_ && names_environment() ? stack : stack.substr(0, stack.find('@')));
        }
        if (known.empty()) return {};
        if (!word_)
            return {warning("cli.unknown-environment",
                            fmt::format("no stack of '{}' is on record", *env_))};
        const auto near = did_you_mean(*word_, {known.begin(), known.end()});
        return {warning("cli.unknown-stack", fmt::format("no stack on record matches '{}'", *word_),
                        {}, near ? fmt::format("did you mean '{}'?", *near) : "")};
    }

    std::optional<std::string> word_, since_, env_;
};

}  // namespace

std::unique_ptr<Command> metrics_command() {
    return std::make_unique<Metrics>();
}

}  // namespace agentops::cmd
