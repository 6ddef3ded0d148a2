#include <fmt/core.h>

#include "base/text.h"
#include "cmd/approval.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "cmd/workspace.h"

namespace agentops::cmd {

namespace {

class Approve final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "approve",
            .summary = "Approve a plan, by its digest and within limits",
            .description =
                "Records who lets a run be applied, and how much it may destroy or replace. The "
                "approval is bound to the digest of the run's manifest and stands in the journal; "
                "any change of intent, artifacts, plan, state or tools makes it void.",
            .examples = {{"agentops approve latest", "the newest plan"},
                         {"agentops approve 7f3c9a --as ann --reason CHG-1234",
                          "in somebody's name"},
                         {"agentops approve 7f3c9a --max-destroy 2",
                          "it may destroy two resources"}},
            .exit_codes = {"0 approved", "4 findings block it", "5 it exceeds the limits given",
                           "6 the run was started or changed"},
        };
        return info;
    }

    void options(Options& options) override {
        options.argument("RUN", run_, "Id of the run, a unique part of it, or latest");
        options.text("--as", as_, "WHO", "Who approves (default: the user)");
        options.text("--reason", reason_, "TEXT", "Why");
        options.number("--max-destroy", max_destroy_, "N", "Most resources it may destroy (0)");
        options.number("--max-replace", max_replace_, "N", "Most resources it may replace (0)");
        options.flag("--allow-protected", allow_protected_,
                     "It may destroy or replace protected components");
    }

    ExitCode run(Session& session) override {
        auto approval = approve_run(session);
        if (!approval) return session.fail_with(approval.error());
        auto report = session.new_report();
        report.run = approval->run;
        report.extra["approval"] = record::to_json(*approval);
        report.next = {"agentops apply " + approval->run.substr(approval->run.rfind('-') + 1)};
        report.verdict = fmt::format("run {} approved by {}", approval->run, approval->as);
        return session.finish(std::move(report));
    }

private:
    Result<record::Approval> approve_run(Session& session) {
        if (!run_)
            return fail(error("cli.usage", "name the run to approve", {},
                              "agentops approve latest; agentops runs lists them"));
        TRY(auto project, intent::open_project(session.start(), session.globals().dir.has_value(),
                                               session.sources()));
        const record::Store store(project.root);
        TRY(auto id, store.find_run(*run_));
        TRY(auto manifest, record::read_manifest(store, id));
        return approve(session, store, manifest,
                       {as_.value_or(current_user()), reason_.value_or(""), max_destroy_,
                        max_replace_, allow_protected_});
    }

    std::optional<std::string> run_, as_, reason_;
    std::optional<int> max_destroy_, max_replace_;
    bool allow_protected_ = false;
};

}  // namespace

std::unique_ptr<Command> approve_command() {
    return std::make_unique<Approve>();
}

}  // namespace agentops::cmd
