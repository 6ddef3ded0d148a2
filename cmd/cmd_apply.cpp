#include <fmt/core.h>

#include "cmd/command.h"
#include "cmd/plan_and_apply.h"
#include "cmd/session.h"

namespace agentops::cmd {

namespace {

class Apply final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "apply",
            .summary = "Apply exactly what was approved",
            .description =
                "With a run: verifies every link of its manifest (intent, artifacts, plan file, "
                "provider lock, state, tool) and applies the saved plans. Without one: plans, "
                "shows "
                "the plan, asks, and applies it. A second plan must then be empty.",
            .examples = {{"agentops apply 7f3c9a", "an approved run"},
                         {"agentops apply --env dev", "plan, ask, apply"},
                         {"agentops apply shop@dev --auto-approve", "within approvals.auto"},
                         {"agentops apply --resume 7f3c9a", "go on where a run stopped"}},
            .exit_codes = {"0 applied, or nothing to do", "5 approval needed",
                           "6 locked, or what was approved no longer matches",
                           "7 some units applied, some not",
                           "8 applied, but not converged or checks failed"},
        };
        return info;
    }

    void options(Options& options) override {
        options.arguments("RUN", words_,
                          "A run (id, part of it, latest), or stacks to plan and apply");
        options.flag("--auto-approve", auto_approve_,
                     "Ask nobody, within approvals.auto of the intent");
        options.flag("--allow-protected", allow_protected_,
                     "It may destroy or replace protected components");
        add_scope_options(options, wish_);
        options.flag("--resume", resume_, "Continue a run that was interrupted or failed");
    }

    ExitCode run(Session& session) override {
        if (resume_ && words_.size() != 1)
            return session.fail_with(
                {error("cli.usage", "--resume wants one run", {}, "agentops runs lists them")});
        if (words_.size() == 1) {
            const auto run = run_named(session, words_.front());
            if (run && wish_.any())
                return session.fail_with({error("cli.usage", "--changed goes with stacks", {},
                                                "a run was planned as it is")});
            if (run) return apply_run(session, *run);
            if (resume_)
                return session.fail_with(
                    {error("run.unknown", fmt::format("there is no run '{}'", words_.front()), {},
                           "agentops runs lists them")});
        }
        return plan_and_apply(session, {words_, false, auto_approve_, allow_protected_, wish_});
    }

private:
    /// The run that a word names, if it names one: else it is a stack.
    static std::optional<std::string> run_named(Session& session, const std::string& word) {
        auto project = intent::open_project(session.start(), session.globals().dir.has_value(),
                                            session.sources());
        if (!project) return std::nullopt;
        auto id = record::Store(project->root).find_run(word);
        if (!id) return std::nullopt;
        return *id;
    }

    ExitCode apply_run(Session& session, const std::string& id) {
        auto report = approved_run(session, id);
        if (!report) return session.fail_with(report.error());
        return session.finish(std::move(*report));
    }

    Result<report::Report> approved_run(Session& session, const std::string& id) {
        TRY(auto project, intent::open_project(session.start(), session.globals().dir.has_value(),
                                               session.sources()));
        const record::Store store(project.root);
        TRY(auto manifest, record::read_manifest(store, id));
        TRY(auto approval, record::read_approval(store, manifest));
        if (!approval)
            return fail(error("approval.needed", fmt::format("run {} is not approved", id), {},
                              fmt::format("agentops approve {}", id)));
        TRY(auto prepared, prepare_manifest(session, manifest));
        const Limits limits{approval->max_destroy, approval->max_replace,
                            approval->allow_protected || allow_protected_};
        return apply_manifest(session, *prepared.workspace, prepared.walk,
                              {manifest, limits, resume_});
    }

    std::vector<std::string> words_;
    ScopeWish wish_;
    bool auto_approve_ = false, allow_protected_ = false, resume_ = false;
};

}  // namespace

std::unique_ptr<Command> apply_command() {
    return std::make_unique<Apply>();
}

}  // namespace agentops::cmd
