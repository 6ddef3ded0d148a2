#include "cmd/workspace.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "agents/keys.h"
#include "agents/registry.h"
#include "ansible/sources.h"
#include "base/text.h"
#include "cmd/knowledge.h"
#include "cmd/shares.h"
#include "run/runner.h"
#include "run/schedule.h"

namespace agentops::cmd {

namespace {

std::vector<intent::Loaded> load_files(Session& session, const intent::Project& project,
                                       const intent::Inputs& inputs) {
    std::vector<intent::Loaded> loaded(project.files.size());
    run::parallel_for(project.files.size(), session.jobs(), [&](std::size_t i) {
        loaded[i] = intent::load_file(project, project.files[i], inputs, session.sources());
    });
    return loaded;
}

/// Node diagnostics, and those who were skipped say nothing.
Diagnostics collect(const graph::WalkResult& result) {
    Diagnostics all;
    for (const auto& report : result.reports)
        append(all, report.diagnostics);
    return all;
}

template <class T>
std::vector<const T*> collect_units(const std::deque<graph::Board>& boards,
                                    graph::Key<std::vector<T>> key) {
    std::vector<const T*> all;
    for (const auto& board : boards) {
        const auto* units = board.get(key);
        if (units == nullptr) continue;
        for (const auto& unit : *units)
            all.push_back(&unit);
    }
    return all;
}

StackInput stack_input(const Session& session, const Workspace& workspace,
                       const intent::Stack& stack) {
    StackInput input;
    input.stack = &stack;
    input.index = workspace.index.get();
    input.project = &workspace.project;
    input.today = session.today();
    input.stacks_dir = workspace.store.stacks();
    input.prices = &workspace.prices;
    input.observed = workspace.observed;
    const auto share = workspace.shares.find(stack.id);
    if (share != workspace.shares.end()) input.share = share->second;
    std::error_code ignored;
    input.keep_main =
        fs::exists(input.stacks_dir / stack.id / "main" / "terraform.tfstate", ignored);
    return input;
}

}  // namespace

Result<std::map<std::string, std::string>> parse_params(const std::vector<std::string>& words) {
    std::map<std::string, std::string> params;
    for (const auto& word : words) {
        const auto equals = word.find('=');
        if (equals == std::string::npos || equals == 0)
            return fail(error("cli.param", fmt::format("--param wants KEY=VALUE, got '{}'", word),
                              {}, "for example: --param domain=shop.example.com"));
        params[word.substr(0, equals)] = word.substr(equals + 1);
    }
    return params;
}

namespace {

Result<intent::Project> open(Session& session, const Reading& reading) {
    const auto start = reading.root.value_or(session.start());
    const bool named = session.globals().dir.has_value() || reading.root.has_value();
    return intent::open_project(start, named, session.sources(), reading.tree);
}

/// Mistakes between files, of those that were read.
Diagnostics check_files(const Reading& reading, const std::vector<intent::Loaded>& loaded,
                        const intent::Inputs& inputs) {
    if (reading.allow_empty && loaded.empty()) return {};
    // Who knows a parameter may be left out.
    return intent::check_project(loaded, reading.choose ? intent::Inputs() : inputs);
}

}  // namespace

Result<std::unique_ptr<Workspace>> load_workspace(Session& session, const Reading& reading) {
    auto made = std::make_unique<Workspace>();
    auto& workspace = *made;
    TRY(workspace.project, open(session, reading));
    workspace.revision = reading.revision;
    if (reading.choose) reading.choose(workspace.project);
    workspace.store = record::Store(workspace.project.root);
    const auto fail_on = workspace.project.settings.fail_on.value.value;
    workspace.fail_on = catalog::parse_severity(fail_on).value_or(catalog::Severity::high);
    intent::Inputs inputs;
    inputs.getenv = process_env;
    if (reading.params != nullptr) {
        inputs.params = *reading.params;
    } else {
        TRY(inputs.params, parse_params(session.globals().params));
    }
    auto loaded = load_files(session, workspace.project, inputs);
    auto diagnostics = check_files(reading, loaded, inputs);
    for (auto& one : loaded) {
        append(diagnostics, one.diagnostics);
        std::move(one.stacks.begin(), one.stacks.end(), std::back_inserter(workspace.stacks));
    }
    if (has_errors(diagnostics)) return fail(std::move(diagnostics));
    std::sort(workspace.stacks.begin(), workspace.stacks.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    workspace.index = std::make_unique<catalog::StackIndex>(workspace.stacks);
    workspace.council = std::make_shared<Council>(session, workspace.project, reading.ask_agents);
    workspace.remarks = workspace.council->remarks();
    TRY_DO(read_knowledge(session, workspace));
    TRY_DO(deal_out(session, workspace));
    return made;
}

std::unique_ptr<Workspace> with_stacks(const Workspace& workspace,
                                       std::vector<intent::Stack> stacks) {
    auto made = std::make_unique<Workspace>();
    made->project = workspace.project;
    made->stacks = std::move(stacks);
    std::sort(made->stacks.begin(), made->stacks.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    made->index = std::make_unique<catalog::StackIndex>(made->stacks);
    made->store = workspace.store;
    made->fail_on = workspace.fail_on;
    made->council = workspace.council;
    made->prices = workspace.prices;
    made->observed = workspace.observed;
    made->shares = workspace.shares;
    return made;
}

Result<Selection> select_stacks(const Session& session, const Workspace& workspace,
                                const std::vector<std::string>& patterns) {
    return intent::select(workspace.stacks, patterns, session.globals().env);
}

Status require_named_environment(const Session& session, const Workspace& workspace,
                                 const std::vector<std::string>& patterns,
                                 const Selection& selection) {
    if (session.globals().env) return {};
    const bool named =
        !patterns.empty() && std::all_of(patterns.begin(), patterns.end(), [](const auto& pattern) {
            return pattern.find('@') != std::string::npos;
        });
    if (named) return {};
    for (const auto* stack : selection) {
        if (workspace.index->stacks_of(stack->intent).size() < 2) continue;
        return fail(
            error("cli.environment",
                  fmt::format("intent {} has several environments; name one", stack->intent),
                  stack->position,
                  fmt::format("agentops {} {}, or --env {}", session.command(), stack->id,
                              stack->environment)));
    }
    return {};
}

std::vector<catalog::Finding> StaticWalk::findings() const {
    std::vector<catalog::Finding> all;
    for (const auto& board : boards) {
        for (const auto* finding : board.all(slots::findings))
            all.push_back(*finding);
    }
    return all;
}

std::vector<const tf::Unit*> StaticWalk::units() const {
    return collect_units(boards, slots::units);
}

std::vector<const ansible::Unit*> StaticWalk::playbooks() const {
    return collect_units(boards, slots::playbooks);
}

Diagnostics find_missing_sources(const Workspace& workspace, const StaticWalk& walk) {
    Diagnostics out;
    for (const auto& board : walk.boards) {
        const auto* built = board.get(slots::built);
        if (built == nullptr) continue;
        for (const auto& run : built->playbooks)
            append(out, ansible::find_missing(run.unit, *workspace.project.tree));
    }
    return out;
}

const graph::Board* StaticWalk::board(const std::string& stack) const {
    for (std::size_t i = 0; i < stacks.size(); ++i) {
        if (stacks[i]->id == stack) return &boards[i];
    }
    return nullptr;
}

namespace {

bool speaks_of_knobs(const Counsel& counsel) {
    return std::any_of(counsel.begin(), counsel.end(), [](const auto& each) {
        return !each.second.constraints.empty() || !each.second.preferences.empty();
    });
}

/// Walks to the goals; `counsel` is by stack. `explore` negotiates where nothing asks for it.
StaticWalk walk_to(Session& session, const Workspace& workspace, const Selection& stacks,
                   const std::vector<graph::SlotId>& goals, bool explore,
                   const std::map<std::string, Counsel>& counsel) {
    StaticWalk walk;
    walk.stacks = stacks;
    auto nodes = graph::derive(registry(), graph::Scope::stack, goals, {slots::stack.id});
    if (!nodes) {
        walk.diagnostics = std::move(nodes).error();
        return walk;
    }
    std::vector<graph::Subject> subjects;
    for (const auto* stack : walk.stacks) {
        auto& board = walk.boards.emplace_back(registry().slots.size());
        auto input = stack_input(session, workspace, *stack);
        if (const auto said = counsel.find(stack->id); said != counsel.end())
            input.counsel = said->second;
        input.explore = explore || speaks_of_knobs(input.counsel);
        board.put(slots::stack, std::move(input));
        subjects.push_back({stack->id, &board, {}});
    }
    const auto runner = run::make_dry_runner();
    graph::WalkOptions options;
    options.jobs = session.jobs();
    options.interrupt = &session.interrupt();
    walk.result = graph::walk(registry(), *nodes, subjects, *runner, options);
    walk.diagnostics = collect(walk.result);
    return walk;
}

/// Asks the project's own agents about every stack, first about what could be made, then about what
/// is made of it.
class Hearing {
public:
    Hearing(Session& session, const Workspace& workspace, const Selection& stacks)
        : session_(session), workspace_(workspace), stacks_(stacks) {}

    std::map<std::string, Counsel> counsel;
    Diagnostics diagnostics;

    void hold() {
        const auto& council = workspace_.council;
        if (!council) return;
        const bool of_resources = council->sits(Stage::resources);
        if (!of_resources && !council->sits(Stage::components)) return;
        const auto laid_out =
            walk_to(session_, workspace_, stacks_, {slots::lots.id}, true, counsel);
        known_.assign(stacks_.size(), Json());
        const auto prices =
            council->reads("prices") ? prices_slot(workspace_.prices) : Json::array();
        for (std::size_t i = 0; i < stacks_.size(); ++i) {
            const auto* lots = laid_out.boards[i].get(slots::lots);
            if (lots == nullptr) continue;  // its mistakes are told by the walk that counts
            known_[i] = {{"prices", prices}, {"components", components_slot(*lots)}};
        }
        ask(Stage::components);
        if (!of_resources) return;
        const auto built =
            walk_to(session_, workspace_, stacks_, {slots::built.id}, false, counsel);
        for (std::size_t i = 0; i < stacks_.size(); ++i) {
            const auto* found = built.boards[i].get(slots::built);
            if (found == nullptr) known_[i] = Json();
            if (found != nullptr) known_[i]["resources"] = resources_slot(*found);
        }
        ask(Stage::resources);
    }

private:
    void ask(Stage stage) {
        std::vector<Counsel> said(stacks_.size());
        std::vector<Diagnostics> remarks(stacks_.size());
        run::parallel_for(stacks_.size(), session_.jobs(), [&](std::size_t i) {
            if (known_[i].is_null()) return;
            said[i] = workspace_.council->ask(stage, stacks_[i]->id, known_[i], remarks[i]);
        });
        for (std::size_t i = 0; i < stacks_.size(); ++i) {
            auto& all = counsel[stacks_[i]->id];
            std::move(said[i].begin(), said[i].end(), std::back_inserter(all));
            append(diagnostics, std::move(remarks[i]));
        }
    }

    Session& session_;
    const Workspace& workspace_;
    const Selection& stacks_;
    std::vector<Json> known_;  ///< by stack: the slots that there are; null when it has mistakes
};

}  // namespace

StaticWalk walk_static(Session& session, const Workspace& workspace, Selection stacks,
                       Depth depth) {
    Hearing hearing(session, workspace, stacks);
    hearing.hold();
    std::vector<graph::SlotId> goals{slots::findings.id};
    if (depth == Depth::artifacts)
        goals.insert(goals.end(), {slots::units.id, slots::playbooks.id});
    if (depth == Depth::negotiation) goals = {slots::award.id};
    auto walk =
        walk_to(session, workspace, stacks, goals, depth == Depth::negotiation, hearing.counsel);
    auto diagnostics = workspace.remarks;
    append(diagnostics, std::move(hearing.diagnostics));
    append(diagnostics, std::move(walk.diagnostics));
    walk.diagnostics = std::move(diagnostics);
    return walk;
}

}  // namespace agentops::cmd
