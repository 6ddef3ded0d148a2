#include "cmd/facts.h"

#include <algorithm>

#include "agents/keys.h"
#include "agents/voices.h"
#include "ansible/events.h"
#include "base/instant.h"
#include "terraform/plan.h"
#include "vcs/repository.h"

namespace agentops::cmd {

namespace {

/// Shares of a second that requests keep processors busy, over the seconds that there are.
Json capacity_of(const catalog::Part& part, const catalog::Surroundings& in) {
    if (!in.demand || in.demand->derived || in.demand->cpu <= 0) return nullptr;
    const int provided = part.kind->fitness(part, in).processors;
    if (provided <= 0) return nullptr;
    const auto& demand = *in.demand;
    const double peak = demand.rps * demand.cpu;
    return {{"average", demand.average * demand.cpu},
            {"peak", peak},
            {"needed", peak / (1 - demand.headroom)},
            {"provided", provided}};
}

/// None: its tool has not read the artifacts.
std::optional<bool> is_valid(const UnitJob& job, const graph::Board& board) {
    if (job.terraform() != nullptr) {
        const auto* validated = board.get(slots::validated);
        return validated == nullptr ? std::nullopt : std::optional(*validated);
    }
    const auto* syntax = board.get(slots::syntax_done);
    return syntax == nullptr || !syntax->ran ? std::nullopt : std::optional(syntax->ok);
}

}  // namespace

Json proposals_of(const StaticWalk& walk) {
    auto all = Json::object();
    for (const auto* stack : walk.stacks) {
        const auto* board = walk.board(stack->id);
        const auto* award = board->get(slots::award);
        const auto* lots = board->get(slots::lots);
        if (award == nullptr || lots == nullptr) continue;
        for (const auto& [agent, voice] : voices_of(*lots, board->all(slots::opinions), *award))
            all[stack->id][agent] = {{"accepted", voice.accepted},
                                     {"overridden", voice.overridden}};
    }
    return all;
}

Json costs_of(const StaticWalk& walk, const ReviewsByStack& reviews) {
    auto all = Json::object();
    for (const auto& [stack, of_stack] : reviews) {
        const auto* award = walk.board(stack)->get(slots::award);
        if (award == nullptr || !award->solution) continue;
        double planned = 0;
        bool fresh = true;
        for (const auto& review : of_stack) {
            if (!review.cost) continue;
            planned += review.cost->after.usd.likely;
            for (const auto& change : review.changes)
                fresh = fresh && change.change.action == Action::create;
        }
        if (!fresh || planned <= 0) continue;
        const auto reckoned =
            static_cast<double>(award->solution->score.of(negotiate::Measure::cost)) *
            negotiate::kCostUnit;
        all[stack] = {{"reckoned", reckoned}, {"planned", planned}};
    }
    return all;
}

Json decisions_of(const StaticWalk& walk) {
    auto all = Json::object();
    for (const auto* stack : walk.stacks) {
        const auto* design = walk.board(stack->id)->get(slots::design);
        if (design == nullptr) continue;
        std::size_t made = 0, pinned = 0;
        for (const auto& part : (*design)->parts()) {
            for (const auto& knob : part.knobs)
                ++(knob.pinned ? pinned : made);
        }
        all[stack->id] = {{"made", made}, {"pinned", pinned}};
    }
    return all;
}

Json capacity_of(const StaticWalk& walk) {
    auto all = Json::object();
    for (const auto* stack : walk.stacks) {
        const auto* board = walk.board(stack->id);
        const auto* award = board->get(slots::award);
        const auto* lots = board->get(slots::lots);
        if (award == nullptr || lots == nullptr || !award->solution) continue;
        const auto& choice = award->solution->choice;
        for (std::size_t i = 0; i < lots->lots.size(); ++i) {
            const auto& lot = lots->lots[i];
            const auto& part = lot.candidates[choice[i]];
            auto facts =
                capacity_of(part, lot.surroundings[lot.network ? choice[*lot.network] : 0]);
            if (!facts.is_null()) all[stack->id][part.name()] = std::move(facts);
        }
    }
    return all;
}

Json validations_of(const UnitSet& units, const UnitWalk& walk) {
    std::size_t n = 0, invalid = 0;
    for (const auto& job : units.jobs) {
        const auto* board = walk.board(units, job.id());
        const auto valid = board == nullptr ? std::nullopt : is_valid(job, *board);
        n += valid ? 1 : 0;
        invalid += valid && !*valid ? 1 : 0;
    }
    return {{"n", n}, {"invalid", invalid}};
}

Json commit_of(const Workspace& workspace) {
    const auto repository = vcs::Repository::open(workspace.project.root);
    if (!repository) return nullptr;
    const auto id = workspace.revision.empty() ? repository->head() : workspace.revision;
    const auto time = id ? repository->time_of(*id) : std::nullopt;
    if (!time) return nullptr;
    return {{"id", *id}, {"time", rfc3339(*time)}};
}

Share operations_of(const UnitJob& job, const run::StepResult& applied) {
    Share found;
    if (job.terraform() != nullptr) {
        for (const auto& object : tf::read_events(applied.events).objects) {
            found.n += object.completed || object.errored ? 1 : 0;
            found.hits += object.errored ? 1 : 0;
        }
        return found;
    }
    const auto events = ansible::read_events(applied.events, false);
    for (const auto& [name, host] : events.hosts)
        found.hits += host.end == ansible::HostEnd::ok ? 0 : 1;
    found.n = events.changes.size() + found.hits;
    return found;
}

}  // namespace agentops::cmd
