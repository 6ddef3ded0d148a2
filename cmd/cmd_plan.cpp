#include <fmt/core.h>

#include "base/text.h"
#include "cmd/approval.h"
#include "cmd/command.h"
#include "cmd/plan_flow.h"
#include "cmd/session.h"

namespace agentops::cmd {

namespace {

class Plan final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "plan",
            .summary = "Show what would change and why; make a run that can be approved",
            .description =
                "Works out the design, writes and validates the artifacts, plans every unit with "
                "the "
                "real tool, names the intent line behind each change, and saves the plans under a "
                "digest. Only what was planned here can be applied.",
            .examples = {{"agentops plan", "every stack of the project"},
                         {"agentops plan shop@dev", "one of them"},
                         {"agentops plan --detailed-exitcode",
                          "exit 2 when something would change"},
                         {"agentops plan shop@dev --destroy", "what removing it would mean"},
                         {"agentops plan --destroy --at HEAD~1 shop",
                          "the same for an intent that is gone since"}},
            .exit_codes = {"0 planned", "2 with --detailed-exitcode: something would change",
                           "3 invalid intent", "4 findings block",
                           "6 locked, or a state that "
                           "cannot be trusted"},
        };
        return info;
    }

    void options(Options& options) override {
        options.arguments("STACK", patterns_, "Stacks to plan: intent, intent@env, or a pattern");
        add_scope_options(options, wish_);
        add_revision_option(options, wish_);
        options.flag("--destroy", destroy_, "Plan to destroy everything in the stacks");
        options.flag("--detailed-exitcode", detailed_, "Exit 2 when something would change");
    }

    ExitCode run(Session& session) override {
        if (wish_.at && (!destroy_ || patterns_.empty()))
            return session.fail_with(
                {error("cli.usage", "--at is for destroying stacks that you name", {},
                       "agentops plan --destroy --at REV STACK")});
        auto prepared = prepare(session, patterns_, false, Scope(wish_));
        if (!prepared) return session.fail_with(prepared.error());
        if (prepared->scope.concerns_nothing())
            return session.finish(prepared->scope.nothing(session, prepared->workspace.get()));
        auto planned =
            make_plan(session, *prepared->workspace, prepared->walk, {.destroy = destroy_});
        auto& report = planned.report;
        report.verdict = plan_verdict(planned);
        prepared->scope.tell(report, *prepared->workspace);
        if (planned.manifest && planned.changes && !planned.blocked)
            report.next = next_after_plan(*planned.manifest);
        if (detailed_ && planned.changes) report.exit = worst(report.exit, ExitCode::changes);
        return session.finish(std::move(report));
    }

private:
    std::vector<std::string> patterns_;
    ScopeWish wish_;
    bool destroy_ = false, detailed_ = false;
};

}  // namespace

std::unique_ptr<Command> plan_command() {
    return std::make_unique<Plan>();
}

}  // namespace agentops::cmd
