#include "cmd/scope.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace agentops::cmd {

namespace {

constexpr std::size_t kShownHash = 12;  ///< characters of a commit's hash

}  // namespace

void add_scope_options(Options& options, ScopeWish& wish, bool with_staged) {
    options.flag("--changed", wish.changed,
                 "Only stacks that differ from --base, and their readers");
    if (with_staged)
        options.flag("--staged", wish.staged,
                     "Judge what the next commit will contain, as git has it, not the disk");
    options.text("--base", wish.base, "REV",
                 "What to compare with: where the work left REV (HEAD)");
    options.text("--shard", wish.shard, "I/N",
                 "Only the I-th of N parts of the stacks; auto: as the CI says");
    options.text("--durations", wish.durations, "FILE",
                 "Balance the parts by this file, which agentops ci durations wrote");
    options.flag("--why", wish.why, "Show the way from each change to each stack");
}

void add_revision_option(Options& options, ScopeWish& wish) {
    options.text("--at", wish.at, "REV",
                 "Read the intents from this commit: to destroy what was removed since");
}

Result<Reading> reading_at(Session& session, const std::string& revision) {
    TRY(const auto repository, vcs::Repository::open(session.start()));
    TRY(const auto commit, repository.commit(revision));
    Reading reading;
    reading.revision = commit;
    TRY(reading.tree, repository.commit_tree(commit));
    const bool named = session.globals().dir.has_value();
    TRY(reading.root, intent::find_project(start_of(session), named, *reading.tree));
    return reading;
}

Diagnostics find_gone_sources(const Workspace& workspace, const StaticWalk& walk) {
    Diagnostics found;
    const auto require = [&](const fs::path& folder) {
        std::error_code ignored;
        if (fs::is_directory(folder, ignored)) return;
        const auto path = relative_to(folder, workspace.project.root);
        found.push_back(error(
            "vcs.source-gone", fmt::format("Terraform reads {}, which is not there any more", path),
            {},
            fmt::format("git checkout {} -- {}", workspace.revision.substr(0, kShownHash), path)));
    };
    for (const auto* unit : walk.units()) {
        if (unit->existing) require(unit->dir);
        for (const auto& source : unit->local_modules)
            require((unit->dir / source).lexically_normal());
    }
    return found;
}

Status Scope::compare(Session& session) {
    if (wish_.shard) {
        TRY(shard_, read_shard(*wish_.shard, process_env));
    }
    if (wish_.durations) {
        TRY(durations_, durations_in(*wish_.durations));
    }
    if (wish_.at) {
        if (!wish_.any() && !wish_.base) return {};
        return fail(error("cli.usage", "--at goes without --changed and --base", {},
                          "name the stacks: agentops plan --destroy --at REV STACK"));
    }
    if (!wish_.any()) {
        if (wish_.base || wish_.why)
            return fail(error("cli.usage", "--base and --why go with --changed or --staged", {},
                              "agentops check --changed --base main --why"));
        return {};
    }
    if (wish_.changed && wish_.staged)
        return fail(error("cli.usage", "--changed and --staged exclude each other", {},
                          "--changed looks at the disk, --staged at what will be committed"));
    TRY(auto repository, vcs::Repository::open(session.start()));
    repository_ = std::make_shared<const vcs::Repository>(std::move(repository));
    base_ = repository_->head();
    if (wish_.base) {
        TRY(const auto named, repository_->commit(*wish_.base));
        TRY(base_, repository_->fork_point(named));
    }
    if (base_) {
        TRY(before_, repository_->commit_tree(*base_));
    }
    if (wish_.staged) {
        TRY(tree_, repository_->index_tree());
        TRY(changes_, repository_->changes_in_index(base_));
    } else {
        TRY(changes_, repository_->changes_on_disk(base_));
    }
    return {};
}

fs::path start_of(const Session& session) {
    std::error_code ignored;
    auto folder = fs::weakly_canonical(fs::absolute(session.start()), ignored);
    return folder.has_filename() ? folder : folder.parent_path();
}

std::vector<fs::path> Scope::projects(Session& session) const {
    const auto start = start_of(session);
    const bool named = session.globals().dir.has_value();
    if (const auto usual = intent::find_project(start, named, *tree_)) return {*usual};
    std::vector<fs::path> found;
    for (const auto& file : tree_->files(start).value_or(std::vector<fs::path>())) {
        const auto folder = file.parent_path();
        if (!intent::marks_project(file)) continue;
        const bool inside = std::any_of(found.begin(), found.end(), [&](const auto& project) {
            return is_below(folder, project);
        });
        if (!inside) found.push_back(folder);
    }
    return found;
}

Result<std::unique_ptr<Workspace>> Scope::load(Session& session,
                                               const std::optional<fs::path>& root, bool all) {
    if (wish_.at) {
        TRY(const auto reading, reading_at(session, *wish_.at));
        return load_workspace(session, reading);
    }
    if (!wish_.any()) return load_workspace(session);
    const bool named = session.globals().dir.has_value();
    Reading reading;
    reading.tree = tree_;
    reading.root = root;
    if (!root) {
        TRY(reading.root, intent::find_project(start_of(session), named, *tree_));
    }
    reading.allow_empty = true;
    reading.choose = [&](intent::Project& project) {
        // A project below is shown from where the command runs.
        if (const auto start = start_of(session); is_below(project.root, start))
            project.base = start;
        affected_ = find_affected(project, repository_->root(), changes_, before_.get());
        const auto& limits = project.settings.limits;
        if (all || limits.budget || limits.processors) return;
        std::erase_if(project.files,
                      [&](const fs::path& file) { return affected_.needed.count(file) == 0; });
    };
    return load_workspace(session, reading);
}

Selection Scope::within(Selection stacks, Session& session, const Workspace& workspace) {
    std::erase_if(stacks, [&](const intent::Stack* stack) {
        const auto file = workspace.project.base / stack->source->path;
        return wish_.any() && affected_.files.count(file.lexically_normal()) == 0;
    });
    if (!shard_) return stacks;
    shard_record_ = shard_record(session, stacks, *shard_);
    const auto parts = deal_parts(stacks, workspace, durations_, shard_->count);
    auto mine = part_of(parts, stacks, *shard_);
    shard_is_empty_ = mine.empty();
    return mine;
}

report::Report Scope::nothing(Session& session, const Workspace* workspace) const {
    auto report = session.new_report();
    report.verdict = shard_is_empty_ ? "nothing to do in this shard"
                                     : "nothing to do: no intent depends on what changed";
    if (workspace != nullptr) tell(report, *workspace);
    return report;
}

void Scope::tell(report::Report& report, const Workspace& workspace) const {
    if (shard_) report.extra["shard"] = shard_record_;
    if (!wish_.any()) return;
    const auto& base = workspace.project.base;
    auto record = Json::array();
    for (const auto& [file, chain] : affected_.why) {
        record.push_back({{"file", relative_to(file, base)}, {"because", chain}});
        if (wish_.why)
            report.remarks.push_back(
                fmt::format("{}: {}", relative_to(file, base), join(chain, " -> ")));
    }
    report.extra["affected"] = std::move(record);
    for (const auto& [name, file] : affected_.removed)
        report.diagnostics.push_back(warning(
            "vcs.intent-removed",
            fmt::format("intent {} is gone with {}; what it made stays", name,
                        escape_terminal(file)),
            {},
            fmt::format("to see what destroying it means: agentops plan --destroy --at {} {}",
                        base_->substr(0, kShownHash), name)));
}

}  // namespace agentops::cmd
