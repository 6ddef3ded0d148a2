#include "cmd/command.h"
#include "cmd/plan_and_apply.h"
#include "cmd/session.h"

namespace agentops::cmd {

namespace {

class Destroy final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "destroy",
            .summary = "Plan to destroy, ask, and destroy",
            .description =
                "Plans the removal of everything in the stacks, in reverse order, shows it, asks "
                "for "
                "the number of resources, and applies it. Protected components stay unless "
                "--allow-protected is given.",
            .examples = {{"agentops destroy shop@dev", "asks on the terminal"},
                         {"agentops destroy shop@dev --auto-approve", "within approvals.auto"},
                         {"agentops destroy --at HEAD~1 shop", "an intent that is gone since"}},
            .exit_codes = {"0 nothing is left", "5 approval needed",
                           "7 some units destroyed, some not"},
        };
        return info;
    }

    void options(Options& options) override {
        options.arguments("STACK", patterns_, "Stacks to destroy: intent, intent@env");
        add_revision_option(options, wish_);
        options.flag("--auto-approve", auto_approve_,
                     "Ask nobody, within approvals.auto of the intent");
        options.flag("--allow-protected", allow_protected_, "Destroy protected components too");
    }

    ExitCode run(Session& session) override {
        if (wish_.at && patterns_.empty())
            return session.fail_with({error("cli.usage", "--at is for stacks that you name", {},
                                            "agentops destroy --at REV STACK")});
        return plan_and_apply(session, {patterns_, true, auto_approve_, allow_protected_, wish_});
    }

private:
    std::vector<std::string> patterns_;
    ScopeWish wish_;
    bool auto_approve_ = false, allow_protected_ = false;
};

}  // namespace

std::unique_ptr<Command> destroy_command() {
    return std::make_unique<Destroy>();
}

}  // namespace agentops::cmd
