#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "cmd/ci_comment.h"
#include "cmd/ci_init.h"
#include "cmd/command.h"
#include "cmd/plan_flow.h"
#include "cmd/session.h"
#include "cmd/tooling.h"
#include "intent/project.h"
#include "vcs/repository.h"

namespace agentops::cmd {

namespace {

constexpr int kUsualShards = 4;

class CiCommand final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "ci",
            .summary = "Pipelines for a CI, its comments and issues, and stacks for its machines",
            .description =
                "`init` writes a pipeline for github, gitlab, jenkins or buildkite: check and diff "
                "on pull requests, a plan, apply of exactly that plan once somebody approved it, "
                "and drift every night. `comment` puts records (`--json`) into the one comment of "
                "the pull request that the job runs for, each section in the place of its last; "
                "`issue` opens, updates and closes the one issue about drift. Both take the forge "
                "from the job's variables and need GITHUB_TOKEN or GITLAB_TOKEN, and curl; for a "
                "server whose name tells neither, set AGENTOPS_FORGE to github or gitlab, and "
                "AGENTOPS_FORGE_API to its API. "
                "`matrix` prints the include list of a job matrix as JSON: which stacks each "
                "machine takes, so that all take about as long, by the durations of earlier runs. "
                "Stacks that read outputs of others are in a later level: start a level when the "
                "one before is applied. `durations` prints how long each stack took. `--shard` of "
                "plan, check, drift and apply needs no matrix: it counts all stacks alike, or by "
                "that file (--durations), so that all machines agree. `agentops report merge` "
                "makes one verdict of their records.",
            .examples = {{"agentops ci init github", ".github/workflows/agentops.yml"},
                         {"agentops ci comment --section check check.json diff.json",
                          "in a job for a pull request"},
                         {"agentops ci issue drift.json", "after agentops drift --json"},
                         {"agentops ci matrix --shards 8", "for a matrix of GitHub Actions"},
                         {"agentops ci matrix --changed --base main", "only what a branch changes"},
                         {"agentops plan --shard auto --json > plan.json", "on each machine"}},
            .exit_codes = {"0 written, posted or printed", "1 the forge refused",
                           "3 no such action, an invalid intent, or a pipeline is there already"},
        };
        return info;
    }

    void options(Options& options) override {
        options.arguments("ACTION", words_,
                          "init CI, comment FILE..., issue FILE, matrix STACK..., or durations");
        options.text("--image", image_, "IMAGE", "Of init: a container that has agentops");
        options.text("--branch", branch_, "NAME", "Of init: the default branch, if not git's");
        options.flag("--force", force_, "Of init: overwrite the pipeline");
        options.text("--section", section_, "NAME", "Of comment: which part of it (report)");
        options.number("--shards", shards_, "N", "Of matrix: machines (4)");
        add_scope_options(options, wish_);
    }

    ExitCode run(Session& session) override {
        using Action = Result<ExitCode> (CiCommand::*)(Session&) const;
        static const std::map<std::string, Action> kActions = {
            {"init", &CiCommand::init},           {"comment", &CiCommand::comment},
            {"issue", &CiCommand::issue},         {"matrix", &CiCommand::matrix},
            {"durations", &CiCommand::durations},
        };
        const auto action = kActions.find(words_.empty() ? "" : words_.front());
        if (action == kActions.end())
            return session.fail_with({error("cli.usage", "ci needs an action", {},
                                            "init, comment, issue, matrix or durations")});
        auto done = (this->*action->second)(session);
        return done ? *done : session.fail_with(done.error());
    }

private:
    std::vector<std::string> rest() const { return {words_.begin() + 1, words_.end()}; }

    Result<ExitCode> init(Session& session) const {
        if (words_.size() != 2)
            return fail(error("cli.usage", "which CI?", {},
                              "agentops ci init " + join(pipeline_names(), "|")));
        TRY(const auto project,
            intent::open_project(session.start(), session.globals().dir.has_value(),
                                 session.sources()));
        TRY(const auto repository, vcs::Repository::open(project.root));
        const auto folder = fs::relative(project.root, repository.root()).generic_string();
        auto branch = branch_.value_or(repository.default_branch());
        if (branch.empty() && !branch_) branch = "main";
        TRY(const auto pipeline,
            render_pipeline({words_[1], std::move(branch), folder == "." ? "" : folder, image_}));
        const auto file = repository.root() / pipeline.file;
        std::error_code ignored;
        if (fs::exists(fs::symlink_status(file, ignored)) && !force_)
            return fail(error("cli.exists", pipeline.file.string() + " is there already", {},
                              "move it away, or pass --force to overwrite it"));
        fs::create_directories(file.parent_path(), ignored);
        TRY_DO(write_file(file, pipeline.text, 0644));
        auto report = session.new_report();
        report.extra["written"] = Json::array({pipeline.file.string()});
        report.verdict = "wrote " + pipeline.file.string();
        report.diagnostics = doubts(project);
        report.next = {"read its first lines: they say what the CI has to be told",
                       "git add " + pipeline.file.string()};
        return session.finish(std::move(report));
    }

    /// What would go wrong in the CI only.
    static Diagnostics doubts(const intent::Project& project) {
        const auto& backend = project.settings.terraform.backend;
        const bool is_local = !backend || backend->value.members.empty() ||
                              backend->value.members.front().key == "local";
        if (!is_local) return {};
        return {warning("ci.local-state",
                        "states lie on the machine, and a CI's machine is gone after the job", {},
                        "set terraform: {backend: ...} in agentops.yaml")};
    }

    /// Reads the records, then talks to the forge.
    template <class Post>
    Result<ExitCode> talk(Session& session, const char* what, const Post& post) const {
        if (words_.size() < 2)
            return fail(error("cli.usage", fmt::format("{} needs a record", words_.front()), {},
                              "agentops check --json > check.json writes one"));
        std::vector<report::Document> documents;
        for (const auto& file : rest()) {
            TRY(auto document, report::read_document_file(file));
            documents.push_back(std::move(document));
        }
        TRY(const auto forge, forge_of(process_env));
        TRY(const auto project,
            intent::open_project(session.start(), session.globals().dir.has_value(),
                                 session.sources()));
        session.redactor().add(forge.token);
        TRY(const auto runner, make_side_runner(session, record::Store(project.root), "ci",
                                                run::allowed_environment(environ)));
        TRY(const Posted posted, post(forge, documents, *runner));
        auto report = session.new_report();
        report.extra[what] = {{"action", posted.action}, {"url", posted.url}};
        report.verdict = posted.action == "none"
                             ? posted.why
                             : fmt::format("{} {} {}", what, posted.action, posted.url);
        return session.finish(std::move(report));
    }

    Result<ExitCode> comment(Session& session) const {
        const auto section = section_.value_or("report");
        if (!std::all_of(section.begin(), section.end(), [](unsigned char c) {
                return std::isalnum(c) != 0 || c == '-' || c == '_';
            }))
            return fail(error("cli.usage", "a section's name has letters, digits, - and _", {},
                              "--section plan"));
        return talk(session, "comment",
                    [&](const Forge& forge, const auto& documents, run::Runner& runner) {
                        return post_comment(forge, section, documents, runner);
                    });
    }

    Result<ExitCode> issue(Session& session) const {
        if (words_.size() > 2)
            return fail(error("cli.usage", "one record at a time", {},
                              "agentops report merge FILE... -o all.json makes one of many"));
        return talk(session, "issue",
                    [](const Forge& forge, const auto& documents, run::Runner& runner) {
                        return post_issue(forge, documents.front(), runner);
                    });
    }

    static ExitCode print_json(Session& session, const char* name, Json answer) {
        if (!session.globals().json) {
            session.print(dump_json(answer) + "\n");
            return ExitCode::done;
        }
        auto report = session.new_report();
        report.extra[name] = std::move(answer);
        return session.finish(std::move(report));
    }

    Result<ExitCode> matrix(Session& session) const {
        TRY(auto answer, matrix_of(session));
        return print_json(session, "matrix", std::move(answer));
    }

    Result<ExitCode> durations(Session& session) const {
        TRY(const auto project,
            intent::open_project(session.start(), session.globals().dir.has_value(),
                                 session.sources()));
        return print_json(session, "durations", Json(read_durations(record::Store(project.root))));
    }

    Result<Json> matrix_of(Session& session) const {
        const int shards = shards_.value_or(kUsualShards);
        TRY_DO(read_shard(fmt::format("1/{}", shards), process_env));
        if (wish_.shard)
            return fail(error("cli.usage", "a matrix is of all shards", {},
                              "agentops ci matrix --shards 8, without --shard"));
        Scope scope(wish_);
        TRY_DO(scope.compare(session));
        const auto patterns = rest();
        TRY(const auto workspace, scope.load(session, std::nullopt, !patterns.empty()));
        TRY(auto selection, select_stacks(session, *workspace, patterns));
        selection = scope.within(std::move(selection), session, *workspace);
        auto durations = read_durations(workspace->store);
        if (wish_.durations) {
            TRY(durations, durations_in(*wish_.durations));
        }
        const auto parts = deal_parts(selection, *workspace, durations, shards);
        auto include = Json::array();
        for (std::size_t level = 0; level < parts.size(); ++level) {
            for (std::size_t i = 0; i < parts[level].size(); ++i) {
                std::vector<std::string> names;
                for (const auto* stack : parts[level][i])
                    names.push_back(stack->id);
                if (names.empty()) continue;
                include.push_back({{"level", level},
                                   {"shard", fmt::format("{}/{}", i + 1, shards)},
                                   {"stacks", join(names, " ")}});
            }
        }
        return Json{{"include", std::move(include)}};
    }

    std::vector<std::string> words_;
    std::optional<std::string> image_, branch_, section_;
    bool force_ = false;
    std::optional<int> shards_;
    ScopeWish wish_;
};

}  // namespace

std::unique_ptr<Command> ci_command() {
    return std::make_unique<CiCommand>();
}

}  // namespace agentops::cmd
