#include "cmd/known_states.h"

#include <fmt/core.h>

#include <optional>
#include <set>

#include "agents/keys.h"
#include "base/text.h"
#include "run/schedule.h"

namespace agentops::cmd {

namespace {

/// A state that is somewhere.
struct StateSource {
    std::string unit, stack;
    fs::path local;                     ///< empty: remote
    const TerraformJob* job = nullptr;  ///< who can ask for a remote one
};

/// Nothing: there is no state yet.
using Known = std::optional<drift::KnownObjects>;

Result<Known> read_json(const Json& json) {
    drift::KnownObjects known;
    if (!known.add_state(json))
        return fail(error("state.version", "the state is of a format that is not known"));
    return known;
}

Result<Known> read_local(const fs::path& path) {
    TRY(const auto facts, tf::read_state(path));
    if (!facts.exists) return Known();
    TRY(const auto text, read_file(path));
    TRY(const auto json, parse_json(text, path.string(), "state.damaged"));
    return read_json(json);
}

/// This run prepared the unit in its own folder, or its preview in another.
bool is_previewed(const TerraformJob& job) {
    std::error_code ignored;
    const auto dir = tf::work_dir(job.unit, true, job.context);
    return !job.unit.existing && fs::exists(dir / ".terraform" / "terraform.tfstate", ignored);
}

/// `state pull`, whose output is the whole state: it holds secrets.
run::Step pull_step(const TerraformJob& job) {
    auto step = tf::look_step(job.unit, is_previewed(job), job.context);
    step.name = "pull";
    auto& call = std::get<run::ToolCall>(step.action);
    call.argv = {job.context.tool.program, "state", "pull"};
    call.capture = run::ToolCall::Capture::text;
    call.secret_output = true;
    return step;
}

Result<Known> read_remote(const TerraformJob& job, run::Runner& runner) {
    const auto result = runner.run(job.unit.id, pull_step(job));
    if (!result.ok) return fail(result.diagnostics);
    // Nothing is printed where there is no state.
    if (trim(result.output).empty()) return Known();
    TRY(const auto json, parse_json(result.output, "the state", "state.damaged"));
    return read_json(json);
}

Result<Known> read_state_source(const StateSource& source, run::Runner& runner) {
    if (!source.local.empty()) return read_local(source.local);
    if (source.job != nullptr) return read_remote(*source.job, runner);
    return fail(error("drift.unread-state", "its backend is not asked in this run", {},
                      fmt::format("check {} too", source.stack)));
}

const TerraformJob* job_of(const UnitSet& units, const std::string& id) {
    for (const auto& job : units.jobs) {
        if (job.id() == id) return job.terraform();
    }
    return nullptr;
}

/// The units that the intents have now.
std::vector<StateSource> sources_of(const StaticWalk& walk, const UnitSet& units) {
    std::vector<StateSource> sources;
    for (const auto* unit : walk.units())
        sources.push_back({unit->id, unit->stack, unit->local_state, job_of(units, unit->id)});
    return sources;
}

std::vector<fs::path> folders_in(const fs::path& dir) {
    std::vector<fs::path> folders;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(dir, ignored)) {
        if (entry.is_directory(ignored)) folders.push_back(entry.path());
    }
    return folders;
}

/// Local states that no unit has any more.
void add_left_behind(const fs::path& stacks, std::vector<StateSource>& sources) {
    std::set<fs::path> seen;
    std::error_code ignored;
    for (const auto& source : sources)
        seen.insert(source.local);
    for (const auto& stack : folders_in(stacks)) {
        for (const auto& unit : folders_in(stack)) {
            const auto state = unit / "terraform.tfstate";
            if (!fs::exists(state, ignored) || seen.count(state) == 1) continue;
            const auto name = stack.filename().string();
            sources.push_back({name + "/" + unit.filename().string(), name, state});
        }
    }
}

Diagnostic unread(const std::string& what, const Diagnostics& why) {
    const auto reason = why.empty() ? Diagnostic() : why.front();
    return warning("drift.unread-state",
                   fmt::format("what {} manages is not known, and may be listed as unmanaged: {}",
                               what, reason.message),
                   {}, reason.help);
}

/// A stack with mistakes has no units: only a state that was found on disk is known.
void report_unbuilt(const StaticWalk& walk, KnownStates& states) {
    for (const auto* stack : walk.stacks) {
        const auto* board = walk.board(stack->id);
        const bool built = board != nullptr && board->get(slots::units) != nullptr;
        if (built || states.by_stack.count(stack->id) == 1) continue;
        states.diagnostics.push_back(
            unread(stack->id, {error("drift.unread-state", "its intent has mistakes")}));
    }
}

Selection all_stacks(const Workspace& workspace) {
    Selection stacks;
    for (const auto& stack : workspace.stacks)
        stacks.push_back(&stack);
    return stacks;
}

void take_in(const StateSource& source, Result<Known> known, KnownStates& states) {
    if (!known) {
        states.diagnostics.push_back(unread(source.unit, known.error()));
        return;
    }
    if (!*known) return;
    states.all.merge(**known);
    states.by_stack[source.stack].merge(**known);
}

}  // namespace

KnownStates read_known_states(Session& session, const Workspace& workspace, const UnitSet& units,
                              run::Runner& runner) {
    KnownStates states;
    const auto walk = walk_static(session, workspace, all_stacks(workspace));
    auto sources = sources_of(walk, units);
    add_left_behind(workspace.store.stacks(), sources);
    std::vector<Result<Known>> known(sources.size());
    run::parallel_for(sources.size(), session.jobs(),
                      [&](std::size_t i) { known[i] = read_state_source(sources[i], runner); });
    for (std::size_t i = 0; i < sources.size(); ++i)
        take_in(sources[i], std::move(known[i]), states);
    report_unbuilt(walk, states);
    return states;
}

}  // namespace agentops::cmd
