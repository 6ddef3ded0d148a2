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
        if (!wish_.staged) return check(session, scope, std::nullopt);
        const auto projects = scope.projects(session);
        auto worst_exit = ExitCode::done;
        for (const auto& project : projects)
            worst_exit = worst(worst_exit, check(session, scope, project));
        if (projects.empty()) return session.finish(scope.nothing(session));
        return worst_exit;
    }

private:
    ExitCode check(Session& session, Scope& scope, const std::optional<fs::path>& project) const {
        auto workspace = scope.load(session, project, !patterns_.empty());
        if (!workspace) return session.fail_with(workspace.error());
        auto selection = select_stacks(session, **workspace, patterns_);
        if (!selection) return session.fail_with(selection.error());
        auto within = scope.within(std::move(*selection), **workspace);
        if (scope.concerns_nothing())
            return session.finish(scope.nothing(session, workspace->get()));
        const auto walk = walk_static(session, **workspace, std::move(within), Depth::findings);
        auto report = make_report(session, **workspace, walk);
        scope.tell(report, **workspace);
        return session.finish(std::move(report));
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
