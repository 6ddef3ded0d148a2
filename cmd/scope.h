#pragma once

// The part of a project that a change concerns: --changed, --staged, --base and --why.

#include <memory>
#include <optional>
#include <string>

#include "cmd/affected.h"
#include "cmd/options.h"
#include "cmd/shard.h"
#include "cmd/workspace.h"

namespace agentops::cmd {

struct ScopeWish {
    bool changed = false;  ///< only what differs from the base
    bool staged = false;   ///< what the next commit will contain, and of it what it changes
    bool why = false;
    std::optional<std::string> base;       ///< a revision; HEAD when none is named
    std::optional<std::string> shard;      ///< which part of the stacks, as read_shard() reads it
    std::optional<std::string> durations;  ///< the file by which shards are balanced
    std::optional<std::string> at;         ///< the revision to read the project from, not the disk

    bool any() const { return changed || staged; }
};

/// --changed, --base and --why; --staged where the command can do with the index alone.
void add_scope_options(Options& options, ScopeWish& wish, bool with_staged = false);

/// --at REV, for what was removed.
void add_revision_option(Options& options, ScopeWish& wish);

/// How to read a project as a commit has it. Codes: vcs.*, project.not-found.
Result<Reading> reading_at(Session& session, const std::string& revision);

/// What Terraform reads from the disk and is not there: the folders of existing roots and of local
/// modules. Code: vcs.source-gone.
Diagnostics find_gone_sources(const Workspace& workspace, const StaticWalk& walk);

/// The folder that a command works in, links followed, as git names its files.
fs::path start_of(const Session& session);

/// One project of the repository within that scope.
class Scope {
public:
    explicit Scope(const ScopeWish& wish) : wish_(wish) {}

    /// Opens the repository and compares. Does nothing when no scope was asked for. Codes: vcs.*,
    /// cli.usage.
    Status compare(Session& session);
    /// The folders to open as projects: the usual one, or, when that is none and the index is
    /// asked for, every project below.
    std::vector<fs::path> projects(Session& session) const;
    /// Loads a project: only the intents that the change concerns and what they read, unless the
    /// project's intents share limits or `all` is wanted.
    Result<std::unique_ptr<Workspace>> load(Session& session, const std::optional<fs::path>& root,
                                            bool all);
    Selection within(Selection stacks, Session& session, const Workspace& workspace);
    /// Nothing changed that any intent depends on, or nothing is left for this shard.
    bool concerns_nothing() const {
        return (wish_.any() && affected_.files.empty()) || shard_is_empty_;
    }
    /// The report of a command that has nothing to do then.
    report::Report nothing(Session& session, const Workspace* workspace = nullptr) const;
    /// Adds what --why asks for, and the intents that are gone.
    void tell(report::Report& report, const Workspace& workspace) const;

private:
    ScopeWish wish_;
    std::shared_ptr<const vcs::Repository> repository_;
    FileTreePtr tree_ = disk_tree(), before_;
    std::optional<std::string> base_;  ///< the commit compared with
    std::optional<Shard> shard_;
    Durations durations_;
    Json shard_record_;
    bool shard_is_empty_ = false;
    vcs::FileChanges changes_;
    Affected affected_;
};

}  // namespace agentops::cmd
