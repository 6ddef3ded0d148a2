#include <fmt/core.h>

#include "base/text.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "vcs/hook.h"

namespace agentops::cmd {

namespace {

class Hook final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "hook",
            .summary = "Check every commit before it is made: git's pre-commit hook",
            .description =
                "Installs a hook that runs `agentops check --staged`: a commit with a mistake in "
                "an intent is refused, with its position. It looks at what will be committed, "
                "runs no tool and no program of the repository, and needs no network. A hook that "
                "is there already is kept and runs first; core.hooksPath and worktrees are "
                "honoured.",
            .examples = {{"agentops hook install", "once for each clone"},
                         {"agentops hook status", "whether it is there, and where"},
                         {"agentops hook uninstall", "the hook before it comes back"}},
            .exit_codes = {"0 done", "2 with status: it is not installed, or an older one is",
                           "3 no git repository"},
        };
        return info;
    }

    void options(Options& options) override {
        options.argument("ACTION", action_, "install, uninstall or status (status)");
    }

    ExitCode run(Session& session) override {
        const auto action = action_.value_or("status");
        if (action != "install" && action != "uninstall" && action != "status")
            return session.fail_with(
                {error("cli.usage", fmt::format("a hook has no action '{}'", action), {},
                       "install, uninstall or status")});
        auto repository = vcs::Repository::open(session.start());
        if (!repository) return session.fail_with(repository.error());
        Status done;
        if (action == "install") done = vcs::install_hook(*repository);
        if (action == "uninstall") done = vcs::uninstall_hook(*repository);
        if (!done) return session.fail_with(done.error());
        auto status = vcs::hook_status(*repository);
        if (!status) return session.fail_with(status.error());
        auto report = tell(session, *status);
        if (action == "status" && !status->current) report.exit = ExitCode::changes;
        return session.finish(std::move(report));
    }

private:
    static report::Report tell(Session& session, const vcs::HookStatus& status) {
        auto report = session.new_report();
        const auto file = escape_terminal(status.file.string());
        if (status.shared)
            report.remarks.push_back("core.hooksPath is " + escape_terminal(*status.shared));
        if (status.chained)
            report.remarks.push_back("runs first: " + escape_terminal(status.chained->string()));
        report.verdict = status.current     ? "installed: " + file
                         : status.installed ? "an older or changed hook of agentops: " + file
                         : status.foreign   ? "not installed; another hook is at " + file
                                            : "not installed: " + file;
        if (!status.current) report.next = {"agentops hook install"};
        report.extra["hook"] = {
            {"file", status.file.string()},
            {"installed", status.installed},
            {"current", status.current},
            {"chained", status.chained ? Json(status.chained->string()) : Json()},
            {"hooks_path", status.shared ? Json(*status.shared) : Json()}};
        return report;
    }

    std::optional<std::string> action_;
};

}  // namespace

std::unique_ptr<Command> hook_command() {
    return std::make_unique<Hook>();
}

}  // namespace agentops::cmd
