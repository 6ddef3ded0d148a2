#include <fmt/core.h>

#include "base/text.h"
#include "cmd/command.h"
#include "cmd/plan_flow.h"
#include "cmd/session.h"

namespace agentops::cmd {

namespace {

constexpr int kUsualShards = 4;

class Ci final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "ci",
            .summary = "Deal the stacks to the machines of a CI",
            .description =
                "`matrix` prints the include list of a job matrix as JSON: which stacks each "
                "machine takes, so that all take about as long, by the durations of earlier runs. "
                "Stacks that read outputs of others are in a later level: start a level when the "
                "one before is applied. `durations` prints how long each stack took. `--shard` of "
                "plan, check, drift and apply needs no matrix: it counts all stacks alike, or by "
                "that file (--durations), so that all machines agree. `agentops report merge` "
                "makes one verdict of their records.",
            .examples = {{"agentops ci matrix --shards 8", "for a matrix of GitHub Actions"},
                         {"agentops ci matrix --changed --base main", "only what a branch changes"},
                         {"agentops plan --shard auto --json > plan.json", "on each machine"}},
            .exit_codes = {"0 printed", "3 no such action, or an invalid intent"},
        };
        return info;
    }

    void options(Options& options) override {
        options.arguments("ACTION", words_,
                          "matrix and stacks (intent, intent@env, a pattern), or durations");
        options.number("--shards", shards_, "N", "Machines (4)");
        add_scope_options(options, wish_);
    }

    ExitCode run(Session& session) override {
        const auto action = words_.empty() ? std::string() : words_.front();
        if (action != "matrix" && action != "durations")
            return session.fail_with(
                {error("cli.usage", "ci needs an action", {}, "agentops ci matrix --shards 8")});
        auto answer = action == "matrix" ? matrix_of(session) : durations_of(session);
        if (!answer) return session.fail_with(answer.error());
        if (!session.globals().json) {
            session.print(dump_json(*answer) + "\n");
            return ExitCode::done;
        }
        auto report = session.new_report();
        report.extra[action] = *std::move(answer);
        return session.finish(std::move(report));
    }

private:
    static Result<Json> durations_of(Session& session) {
        TRY(const auto project,
            intent::open_project(session.start(), session.globals().dir.has_value(),
                                 session.sources()));
        return Json(read_durations(record::Store(project.root)));
    }

    Result<Json> matrix_of(Session& session) const {
        const int shards = shards_.value_or(kUsualShards);
        TRY_DO(read_shard(fmt::format("1/{}", shards), process_env));
        if (wish_.shard)
            return fail(error("cli.usage", "a matrix is of all shards", {},
                              "agentops ci matrix --shards 8, without --shard"));
        Scope scope(wish_);
        TRY_DO(scope.compare(session));
        const std::vector<std::string> patterns(words_.begin() + 1, words_.end());
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
    std::optional<int> shards_;
    ScopeWish wish_;
};

}  // namespace

std::unique_ptr<Command> ci_command() {
    return std::make_unique<Ci>();
}

}  // namespace agentops::cmd
