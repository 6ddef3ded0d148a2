#include <fmt/core.h>

#include "base/text.h"
#include "cmd/adopt.h"
#include "cmd/command.h"
#include "cmd/drift_accept.h"
#include "cmd/drift_flow.h"
#include "cmd/drift_record.h"
#include "cmd/plan_flow.h"
#include "cmd/repair.h"
#include "cmd/session.h"

namespace agentops::cmd {

namespace {

class Drift final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "drift",
            .summary = "Compare what was applied with what is there; repair it either way",
            .description =
                "Looks at every managed object with the tools' own means (a refreshing plan, check "
                "mode) and gives a verdict for each: in sync, modified, deleted, not checked or "
                "unknown. What providers change by themselves and an intent that moved on are told "
                "apart. What could not be looked at is never called in sync. --revert and --adopt "
                "make a plan like any other: approve it, then apply it.",
            .examples = {{"agentops drift", "every stack of the project"},
                         {"agentops drift shop@prod --revert", "plan to restore what drifted"},
                         {"agentops drift shop@prod --adopt",
                          "write what is there into the intent"},
                         {"agentops drift accept 'shop@prod/main:aws_vpc.net:tags.Owner'",
                          "with --until 14d --reason TEXT: leave it for a time"},
                         {"agentops drift --unmanaged", "also list what is in no state"}},
            .exit_codes = {"0 no drift", "2 drift, or stale artifacts",
                           "9 something could not be checked"},
        };
        return info;
    }

    void options(Options& options) override {
        options.arguments("STACK", words_,
                          "Stacks to check; or: accept REF..., ignore REF... (as printed)");
        add_scope_options(options, scope_);
        options.flag("--revert", revert_, "Make a plan that restores what drifted");
        options.flag("--adopt", adopt_, "Write what is there into the intent, and make a plan");
        options.flag("--unmanaged", unmanaged_, "List what exists and is in no state");
        options.flag("--who", who_, "Ask the cloud's trail who changed what drifted");
        options.text("--reason", wish_.reason, "TEXT", "accept, ignore: why");
        options.text("--owner", wish_.owner, "WHO", "accept, ignore: who answers for it");
        options.text("--until", wish_.until, "DATE", "accept, ignore: last day, or a time: 14d");
    }

    ExitCode run(Session& session) override {
        if (!words_.empty() && (words_.front() == "accept" || words_.front() == "ignore")) {
            wish_.mode = words_.front();
            wish_.references.assign(words_.begin() + 1, words_.end());
            return accept_drift(session, wish_);
        }
        if (wish_.reason || wish_.owner || wish_.until)
            return session.fail_with(
                {error("cli.usage", "--reason, --owner and --until go with accept or ignore", {},
                       "agentops drift accept REF --until 14d --reason TEXT")});
        if (revert_ && adopt_)
            return session.fail_with(
                {error("cli.usage", "--revert and --adopt exclude each other", {},
                       "a repair goes one way: restore, or take over what is there")});
        auto prepared = prepare(session, words_, false, Scope(scope_));
        if (!prepared) return session.fail_with(prepared.error());
        if (prepared->scope.concerns_nothing())
            return session.finish(prepared->scope.nothing(session, prepared->workspace.get()));
        auto checked = check_and_record(session, *prepared->workspace, prepared->walk,
                                        {.unmanaged = unmanaged_, .who = who_});
        if (!checked) return session.fail_with(checked.error());
        prepared->scope.tell(checked->report, *prepared->workspace);
        if (revert_) return revert_drift(session, *prepared, *std::move(checked));
        if (adopt_) return adopt_drift(session, *prepared, *std::move(checked));
        return session.finish(std::move(checked->report));
    }

private:
    std::vector<std::string> words_;
    bool revert_ = false, adopt_ = false, unmanaged_ = false, who_ = false;
    AcceptWish wish_;
    ScopeWish scope_;
};

}  // namespace

std::unique_ptr<Command> drift_command() {
    return std::make_unique<Drift>();
}

}  // namespace agentops::cmd
