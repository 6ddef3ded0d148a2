#pragma once

// A loaded project and its static walk: everything that needs no tool.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ansible/unit.h"
#include "catalog/stack_index.h"
#include "catalog/telemetry.h"
#include "cmd/council.h"
#include "cmd/session.h"
#include "graph/walk.h"
#include "intent/project.h"
#include "prices/book.h"
#include "record/store.h"
#include "terraform/unit.h"

namespace agentops::cmd {

struct Workspace {
    intent::Project project;
    std::vector<intent::Stack> stacks;  ///< all of the project, by id
    std::unique_ptr<catalog::StackIndex> index;
    record::Store store{fs::path()};
    std::string revision;  ///< the commit that it was read from; empty: the disk
    catalog::Severity fail_on = catalog::Severity::high;
    std::shared_ptr<Council> council;  ///< the project's own agents; null: none is asked
    prices::Book prices;               ///< the built-in book, with the project's own over it
    std::map<std::string, std::pair<catalog::Observed, std::string>> observed;
    std::map<std::string, std::string>
        shares;           ///< by stack: what it got of a shared budget, and why
    Diagnostics remarks;  ///< warnings about the project itself, such as old prices
};

/// How a project is read.
struct Reading {
    FileTreePtr tree = disk_tree();
    std::optional<fs::path> root = {};  ///< the project's folder when it is not the usual one
    std::string revision = {};          ///< the commit of the tree, when it is one
    bool allow_empty = false;           ///< no intent at all is fine
    /// In place of those of the command line: apply uses what the plan used.
    const std::map<std::string, std::string>* params = nullptr;
    bool ask_agents = true;  ///< the project's own programs; never for what only git has
    /// May leave out intents before they are read.
    std::function<void(intent::Project&)> choose = {};
};

/// (On the heap: stacks and designs borrow from it.)
/// Opens the project and loads its intents on the pool. All mistakes of all files in one go.
Result<std::unique_ptr<Workspace>> load_workspace(Session& session, const Reading& reading = {});

/// The same project with other stacks: to try what an intent would be.
std::unique_ptr<Workspace> with_stacks(const Workspace& workspace,
                                       std::vector<intent::Stack> stacks);

using Selection = std::vector<const intent::Stack*>;

/// The stacks that the patterns and --env name.
Result<Selection> select_stacks(const Session& session, const Workspace& workspace,
                                const std::vector<std::string>& patterns);

/// apply and destroy want one environment named when an intent has several.
Status require_named_environment(const Session& session, const Workspace& workspace,
                                 const std::vector<std::string>& patterns,
                                 const Selection& selection);

/// What the static walk found, stack by stack.
struct StaticWalk {
    Selection stacks;
    std::deque<graph::Board> boards;  ///< by stack
    graph::WalkResult result;
    Diagnostics diagnostics;

    std::vector<catalog::Finding> findings() const;
    /// Terraform's units of all stacks that have them, in stack order.
    std::vector<const tf::Unit*> units() const;
    /// Ansible's.
    std::vector<const ansible::Unit*> playbooks() const;
    const graph::Board* board(const std::string& stack) const;
};

/// How far a static walk goes. `negotiation`: to what the arbiter awards, also where nothing asks
/// for a negotiation.
enum class Depth { findings, artifacts, negotiation };

/// Walks the stacks up to the slot `findings`, and to the units when artifacts are wanted; no disk
/// but for one stat per stack.
StaticWalk walk_static(Session& session, const Workspace& workspace, Selection stacks,
                       Depth depth = Depth::artifacts);

/// Files, roles and playbooks that intents name and that are not there.
Diagnostics find_missing_sources(const Workspace& workspace, const StaticWalk& walk);

/// KEY=VALUE words; cli.param when one is not.
Result<std::map<std::string, std::string>> parse_params(const std::vector<std::string>& words);

}  // namespace agentops::cmd
