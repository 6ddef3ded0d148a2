#include <fmt/core.h>

#include <set>

#include "base/instant.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/figures.h"
#include "cmd/session.h"
#include "intent/project.h"
#include "record/journal.h"
#include "record/metrics.h"
#include "report/progress.h"
#include "report/table.h"

namespace agentops::cmd {

namespace {

using record::Measures;

/// A time to count back from now, a day (in UTC), or a moment; of our time, as clocks overflow.
std::optional<record::Instant> moment_of(const std::string& text, record::Instant now) {
    if (const auto back = parse_span(text); back && back->count() > 0) return now - *back;
    if (text < "1970" || text > "2200") return std::nullopt;
    if (const auto day = parse_rfc3339(text + "T00:00:00Z")) return day;
    return parse_rfc3339(text);
}

Json measures_record(const Measures& measures) {
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

Json metrics_record(const record::Metrics& metrics, const std::vector<record::Topic>& topics,
                    const std::optional<record::Instant>& since) {
    Json stacks = Json::array();
    for (const auto& [stack, measures] : metrics.stacks) {
        stacks.push_back(measures_record(measures));
        stacks.back()["stack"] = stack;
    }
    return {{"since", since ? Json(rfc3339(*since)) : Json(nullptr)},
            {"indicators", record_of(topics)},
            {"unfinished_applies", metrics.unfinished},
            {"all", measures_record(metrics.all)},
            {"stacks", std::move(stacks)}};
}

/// One line per stack, when there are several.
std::string stacks_table(const std::map<std::string, Measures>& stacks, int width) {
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
            .summary = "How well it goes: times, errors, decisions, people, and DORA's four",
            .description =
                "Computed from the journal alone, over the project and by stack: provisioning "
                "time, error rate, utilisation of processors, scalability, time to restore, "
                "decision accuracy, deployment success, autonomy, human intervention, "
                "adaptability, and DORA's four. What is still open is counted beside, never left "
                "out. All come with n and a 95 % interval: Wilson's for shares, Byar's for counts "
                "in a time, a bootstrap for means; percentiles are by nearest rank. 'Afterwards' "
                "is within a day of the apply, and a decision held when nobody pinned it "
                "otherwise and nothing failed in that time. Time to detect is an upper bound: it "
                "begins when the stack was last known to be clean. An apply has failed when it "
                "ended as partial, failed or not converged; what somebody interrupted stands "
                "beside. An apply or incident of several stacks counts once for each of them. "
                "With --since, what ended in that time counts, and all that is still open.",
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
        const auto topics = record::indicators(journal.entries, metrics.all, wish);
        report.extra["metrics"] = metrics_record(metrics, topics, wish.since);
        report.diagnostics = journal.diagnostics;
        if (metrics.stacks.empty() && wish.stacks) append(report.diagnostics, doubts(journal));
        report.verdict = verdict_of(metrics, wish);
        if (has_errors(report.diagnostics)) {
            report.exit = ExitCode::tool_failed;
            report.verdict = "the journal is not whole; up to there: " + report.verdict;
        }
        const int width = session.text_options().width;
        if (!session.globals().json && !journal.entries.empty())
            session.print(table_of(topics, width) + stacks_table(metrics.stacks, width) + "\n");
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
