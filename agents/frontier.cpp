#include "agents/frontier.h"

#include <fmt/core.h>

#include <algorithm>

namespace agentops {

namespace {

using negotiate::Measure;

constexpr std::size_t kMost = 500;

bool is_open(const catalog::Part& part, const catalog::Knob& knob) {
    const auto& infos = part.kind->info().knobs;
    return !knob.pinned && std::any_of(infos.begin(), infos.end(), [&](const auto& info) {
        return info.name == knob.name && !info.ladder.empty();
    });
}

negotiate::Amount worst(const Lots& lots, const Award& award, const negotiate::Choice& choice,
                        Measure measure) {
    negotiate::Amount most = 0;
    for (const auto& entry : lots.entries)
        most = std::max(most, score_of(award.problem, choice, entry.reached).of(measure));
    return most;
}

/// The Pareto frontier, and what was chosen where something else than its measures decided.
std::vector<negotiate::Solution> solutions_of(const Award& award, bool& thinned) {
    auto found = negotiate::frontier(award.problem, kMost, thinned);
    if (!award.solution) return found;
    const auto& chosen = *award.solution;
    const auto same = std::find_if(found.begin(), found.end(), [&](const auto& each) {
        return each.score.of(Measure::cost) == chosen.score.of(Measure::cost) &&
               each.score.of(Measure::downtime) == chosen.score.of(Measure::downtime) &&
               each.score.of(Measure::latency) == chosen.score.of(Measure::latency);
    });
    if (same != found.end()) {
        *same = chosen;
        return found;
    }
    const auto place = std::find_if(found.begin(), found.end(), [&](const auto& each) {
        return each.score.of(Measure::cost) > chosen.score.of(Measure::cost);
    });
    found.insert(place, chosen);
    return found;
}

}  // namespace

std::vector<std::string> knobs_of(const Lots& lots, const negotiate::Choice& choice) {
    std::vector<std::string> knobs;
    for (std::size_t lot = 0; lot < lots.lots.size(); ++lot) {
        const auto& part = lots.lots[lot].candidates[choice[lot]];
        for (const auto& knob : part.knobs) {
            if (is_open(part, knob))
                knobs.push_back(fmt::format("{}.{}={}", part.name(), knob.name, knob.value));
        }
    }
    return knobs;
}

Frontier frontier_of(const Lots& lots, const Award& award) {
    Frontier frontier;
    const auto now =
        award.solution ? knobs_of(lots, award.solution->choice) : std::vector<std::string>();
    for (auto& solution : solutions_of(award, frontier.thinned)) {
        DesignPoint point;
        point.latency = worst(lots, award, solution.choice, Measure::latency);
        point.downtime = worst(lots, award, solution.choice, Measure::downtime);
        for (const auto& limit : award.problem.limits) {
            if (score_of(award.problem, solution.choice, limit.items).of(limit.measure) >
                limit.most)
                point.broken.push_back(limit.name);
        }
        point.allowed = point.broken.empty();
        point.chosen = award.solution && award.solution->score == solution.score;
        for (auto& knob : knobs_of(lots, solution.choice)) {
            if (std::find(now.begin(), now.end(), knob) == now.end())
                point.changes.push_back(std::move(knob));
        }
        point.solution = std::move(solution);
        frontier.points.push_back(std::move(point));
    }
    return frontier;
}

}  // namespace agentops
