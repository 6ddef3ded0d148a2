#include <fmt/core.h>

#include "base/text.h"
#include "cmd/command.h"
#include "cmd/plan_flow.h"
#include "cmd/session.h"

namespace agentops::cmd {

namespace {

class Check final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "check",
            .summary = "Validate intents: static, offline, fast",
            .description =
                "Loads every intent, works out the design and its resources in memory, and "
                "judges them by the rules. Runs no tool and needs no network, so it fits a git "
                "hook, where the project's own agents are not asked either.",
            .examples = {{"agentops check", "every stack of the project"},
                         {"agentops check shop@prod", "one of them"},
                         {"agentops check --env dev --json", "all dev stacks, for a script"},
                         {"agentops check --staged", "what the next commit will contain"},
                         {"agentops check --changed --base main --why", "what a branch changes"}},
            .exit_codes = {"0 sound", "3 an intent is invalid", "4 findings block"},
        };
        return info;
    }

    void options(Options& options) override {
        options.arguments("STACK", patterns_, "Stacks to check: intent, intent@env, or a pattern");
        add_scope_options(options, wish_, true);
    }

    ExitCode run(Session& session) override {
        Scope scope(wish_);
        if (auto compared = scope.compare(session); !compared)
            return session.fail_with(compared.error());
        std::vector<report::Report> reports;
        std::vector<std::optional<fs::path>> projects{std::nullopt};
        if (wish_.staged) {
            const auto found = scope.projects(session);
            projects.assign(found.begin(), found.end());
        }
        for (const auto& project : projects) {
            auto report = check(session, scope, project);
            if (!report) return session.fail_with(report.error());
            reports.push_back(*std::move(report));
        }
        return session.finish(reports.empty() ? scope.nothing(session)
                                              : merged(std::move(reports)));
    }

private:
    Result<report::Report> check(Session& session, Scope& scope,
                                 const std::optional<fs::path>& project) const {
        TRY(const auto workspace, scope.load(session, project, !patterns_.empty()));
        TRY(auto selection, select_stacks(session, *workspace, patterns_));
        auto within = scope.within(std::move(selection), session, *workspace);
        if (scope.concerns_nothing()) return scope.nothing(session, workspace.get());
        const auto walk = walk_static(session, *workspace, std::move(within), Depth::findings);
        auto report = make_report(session, *workspace, walk);
        scope.tell(report, *workspace);
        return report;
    }

    /// Several projects of one repository, judged together.
    static report::Report merged(std::vector<report::Report> reports) {
        auto all = std::move(reports.front());
        for (std::size_t i = 1; i < reports.size(); ++i) {
            auto& more = reports[i];
            if (all.stacks.empty())
                all.verdict = std::move(more.verdict);
            else if (!more.stacks.empty())
                all.verdict += "; " + more.verdict;
            all.exit = worst(all.exit, more.exit);
            std::move(more.stacks.begin(), more.stacks.end(), std::back_inserter(all.stacks));
            std::move(more.findings.begin(), more.findings.end(), std::back_inserter(all.findings));
            std::move(more.remarks.begin(), more.remarks.end(), std::back_inserter(all.remarks));
            append(all.diagnostics, std::move(more.diagnostics));
            for (auto& one : more.extra["affected"])
                all.extra["affected"].push_back(std::move(one));
        }
        return all;
    }

    static report::Report make_report(Session& session, const Workspace& workspace,
                                      const StaticWalk& walk) {
        auto report = session.new_report();
        add_static(report, walk);
        append(report.diagnostics, find_missing_sources(workspace, walk));
        std::size_t blocking = 0, invalid = 0;
        for (const auto& finding : report.findings)
            blocking += finding.blocks ? 1 : 0;
        for (const auto* stack : walk.stacks) {
            const bool ok = walk.result.ok(stack->id);
            invalid += ok ? 0 : 1;
            report::StackReport made;
            made.id = stack->id;
            made.status = ok ? "checked" : "invalid";
            report.stacks.push_back(std::move(made));
        }
        if (blocking > 0) report.exit = ExitCode::blocked;
        report.verdict = fmt::format("{} checked", count_of(walk.stacks.size(), "stack"));
        if (invalid > 0) report.verdict += fmt::format(", {} invalid", invalid);
        if (!report.findings.empty())
            report.verdict += ", " + count_of(report.findings.size(), "finding");
        if (blocking > 0) report.verdict += fmt::format(", {} of them block", blocking);
        if (invalid == 0 && report.findings.empty()) report.verdict += ", no findings";
        return report;
    }

    std::vector<std::string> patterns_;
    ScopeWish wish_;
};

}  // namespace

std::unique_ptr<Command> check_command() {
    return std::make_unique<Check>();
}

}  // namespace agentops::cmd
