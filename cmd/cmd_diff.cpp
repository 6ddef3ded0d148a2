#include <fmt/core.h>

#include "base/text.h"
#include "cmd/affected.h"
#include "cmd/command.h"
#include "cmd/desired.h"
#include "cmd/scope.h"
#include "cmd/session.h"

namespace agentops::cmd {

namespace {

/// One side of the comparison. (On the heap: its findings borrow from it.)
struct Side {
    std::unique_ptr<Workspace> workspace;
    StaticWalk walk;
    DesiredStacks stacks;
};

/// What a finding is about, without its place: a line that moved makes it no new one.
std::string key_of(const catalog::Finding& finding) {
    return finding.stack + '\0' + finding.rule + '\0' + finding.address + '\0' + finding.message;
}

class Diff final : public Command {
public:
    const CommandInfo& info() const override {
        static const CommandInfo info{
            .name = "diff",
            .summary = "Compare what two revisions want: offline, without state or credentials",
            .description =
                "Works out the designs of two revisions of git in memory and compares them: "
                "resources added, changed and removed, what that costs and puts at risk, findings "
                "that are new and gone. It says which stacks need a real plan; what a plan would "
                "do depends on "
                "their states too.",
            .examples = {{"agentops diff", "the working tree against HEAD"},
                         {"agentops diff main", "the working tree against a branch"},
                         {"agentops diff v1.4 v1.5 --json", "two revisions, for a script"}},
            .exit_codes = {"0 they want the same", "2 they differ", "3 an intent is invalid"},
        };
        return info;
    }

    void options(Options& options) override {
        options.argument("BASE", base_, "Revision to compare with (HEAD)");
        options.argument("HEAD", head_, "Revision to look at (the working tree)");
    }

    ExitCode run(Session& session) override {
        auto report = compare(session);
        if (!report) return session.fail_with(report.error());
        return session.finish(*std::move(report));
    }

private:
    Result<report::Report> compare(Session& session) {
        TRY(const auto repository, vcs::Repository::open(session.start()));
        TRY(const auto base, repository.commit(base_.value_or("HEAD")));
        TRY(const auto before, repository.commit_tree(base));
        auto after = disk_tree();
        vcs::FileChanges changes;
        if (head_) {
            TRY(const auto head, repository.commit(*head_));
            TRY(after, repository.commit_tree(head));
            TRY(changes, repository.changes_between(base, head));
        } else {
            TRY(changes, repository.changes_on_disk(base));
        }
        if (auto project = project_in(session, *after); !project && !project_in(session, *before))
            return fail(std::move(project).error());
        TRY(const auto old_side, side(session, before, repository.root(), changes));
        TRY(const auto new_side, side(session, after, repository.root(), changes));
        return report_of(session, *old_side, *new_side);
    }

    static Result<fs::path> project_in(const Session& session, const FileTree& tree) {
        return intent::find_project(start_of(session), session.globals().dir.has_value(), tree);
    }

    /// The stacks of a side that the changes concern. A side without a project wants nothing.
    static Result<std::unique_ptr<Side>> side(Session& session, const FileTreePtr& tree,
                                              const fs::path& top,
                                              const vcs::FileChanges& changes) {
        Reading reading;
        reading.tree = tree;
        reading.root = project_in(session, *tree).value_or(start_of(session));
        reading.allow_empty = true;
        reading.ask_agents = false;
        std::set<fs::path> files;
        reading.choose = [&](intent::Project& project) {
            const auto affected = find_affected(project, top, changes, nullptr);
            files = affected.files;
            const auto& limits = project.settings.limits;
            if (limits.budget || limits.processors) return;
            std::erase_if(project.files,
                          [&](const fs::path& file) { return affected.needed.count(file) == 0; });
        };
        auto made = std::make_unique<Side>();
        TRY(made->workspace, load_workspace(session, reading));
        TRY(auto selection, select_stacks(session, *made->workspace, {}));
        std::erase_if(selection, [&](const intent::Stack* stack) {
            return files.count(made->workspace->project.base / stack->source->path) == 0;
        });
        made->walk = walk_static(session, *made->workspace, std::move(selection));
        if (has_errors(made->walk.diagnostics)) return fail(std::move(made->walk.diagnostics));
        made->stacks = desired_of(*made->workspace, made->walk);
        return made;
    }

    static report::Report report_of(Session& session, const Side& before, const Side& after) {
        auto report = session.new_report();
        std::set<std::string> names;
        for (const auto* one : {&before, &after}) {
            for (const auto& [name, stack] : one->stacks)
                names.insert(name);
        }
        for (const auto& name : names) {
            const auto find = [&](const Side& one) {
                const auto found = one.stacks.find(name);
                return found == one.stacks.end() ? nullptr : &found->second;
            };
            auto compared =
                compare_desired(name, find(before), find(after), after.workspace->prices);
            if (compared) report.stacks.push_back(*std::move(compared));
        }
        add_findings(report, before, after);
        append(report.diagnostics, after.walk.diagnostics);
        const auto stacks = report.stacks.size();
        if (stacks == 0) {
            report.verdict = "both want the same";
            return report;
        }
        report.exit = ExitCode::changes;
        report.verdict = fmt::format("{}, in {}", report::verdict_of(report.counts()),
                                     count_of(stacks, "stack"));
        std::string plan = "agentops plan";
        for (const auto& stack : report.stacks) {
            if (stack.status != "removed") plan += " " + stack.id;
        }
        report.next = {plan};
        return report;
    }

    /// New findings stand in the report; of those that are gone a line tells.
    static void add_findings(report::Report& report, const Side& before, const Side& after) {
        std::map<std::string, const catalog::Finding*> old_ones;
        const auto old_findings = before.walk.findings();
        for (const auto& finding : old_findings)
            old_ones.emplace(key_of(finding), &finding);
        for (auto& finding : after.walk.findings()) {
            if (old_ones.erase(key_of(finding)) == 0) report.findings.push_back(finding);
        }
        auto gone = Json::array();
        for (const auto& [key, finding] : old_ones) {
            report.remarks.push_back(fmt::format("gone: {} {} {}", finding->rule, finding->stack,
                                                 escape_terminal(finding->address)));
            gone.push_back(catalog::to_json(*finding));
        }
        report.extra["findings_gone"] = std::move(gone);
    }

    std::optional<std::string> base_, head_;
};

}  // namespace

std::unique_ptr<Command> diff_command() {
    return std::make_unique<Diff>();
}

}  // namespace agentops::cmd
