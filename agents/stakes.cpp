#include "agents/stakes.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"

namespace agentops {

namespace {

using negotiate::Amount;
using negotiate::Measure;

Amount floor_of(double value, double unit) {
    return static_cast<Amount>(std::floor(value / unit + 1e-6));
}

Measure measure_of(std::string_view preference) {
    return preference == "cost"          ? Measure::cost
           : preference == "latency"     ? Measure::latency
           : preference == "preferences" ? Measure::dislike
                                         : Measure::downtime;
}

class ProblemLayout {
public:
    ProblemLayout(const intent::Stack& stack, const Lots& lots,
                  const std::vector<const Opinion*>& opinions)
        : objectives_(stack.objectives), lots_(lots), opinions_(opinions) {}

    Award run() {
        award_.problem.items = lots_.lots.size();
        add_pins();
        for (std::size_t i = 0; i < lots_.lots.size(); ++i) {
            if (!lots_.lots[i].network) award_.problem.groups.push_back(group(i));
        }
        add_limits();
        add_preference();
        return std::move(award_);
    }

private:
    const catalog::Part& part(std::size_t lot) const { return lots_.lots[lot].candidates.front(); }

    std::size_t veto(const std::string& name, std::string agent, std::size_t lot,
                     Position position) {
        const auto [at, fresh] = vetoes_.try_emplace({lot, name}, award_.vetoes.size());
        if (fresh) {
            award_.problem.vetoes.push_back({name});
            award_.vetoes.push_back({name, "", std::move(agent), position, lot});
        }
        return at->second;
    }

    void add_pins() {
        for (const auto& pin : lots_.pins)
            veto(fmt::format("{}.{} pinned to {}", part(pin.lot).name(), pin.knob, pin.value),
                 "intent", pin.lot, pin.position);
    }

    negotiate::Candidate candidate(std::size_t lot, std::size_t alternative, std::size_t index) {
        negotiate::Candidate made;
        made.vetoes = lots_.lots[lot].pins[index];  // pins are the first vetoes, in their order
        for (const auto* opinion : opinions_) {
            const auto& view = opinion->views[lot][alternative][index];
            if (opinion->measure) made.score.of(*opinion->measure) += view.amount;
            for (const auto& objection : view.objections)
                made.vetoes.push_back(
                    veto(fmt::format("{} of {}", objection.rule, part(lot).name()), opinion->agent,
                         lot, part(lot).component->position));
        }
        const auto needed = part(lot).kind->least_zones(lots_.lots[lot].candidates[index]);
        if (lots_.lots[lot].network && lots_.lots[lot].surroundings[alternative].zones < needed)
            made.vetoes.push_back(veto(fmt::format("{} zones for {}", needed, part(lot).name()),
                                       "architect", lot, part(lot).component->position));
        return made;
    }

    negotiate::Candidates candidates(std::size_t lot, std::size_t alternative) {
        negotiate::Candidates made;
        for (std::size_t i = 0; i < lots_.lots[lot].candidates.size(); ++i)
            made.push_back(candidate(lot, alternative, i));
        return made;
    }

    negotiate::Group group(std::size_t head) {
        negotiate::Group group;
        group.head = head;
        for (std::size_t i = 0; i < lots_.lots.size(); ++i) {
            if (lots_.lots[i].network == head) group.members.push_back(i);
        }
        for (std::size_t a = 0; a < lots_.lots[head].candidates.size(); ++a) {
            negotiate::Group::Alternative alternative{candidate(head, 0, a), {}};
            for (const auto member : group.members)
                alternative.members.push_back(candidates(member, a));
            group.alternatives.push_back(std::move(alternative));
        }
        return group;
    }

    void limit(std::string objective, std::string agent, Position position, Measure measure,
               Amount most) {
        award_.problem.limits.push_back({objective, measure, {}, most});
        award_.limits.push_back({objective, objective, std::move(agent), position, std::nullopt});
    }
    void limit(std::string objective, std::string agent, Position position, Measure measure,
               Amount most, const Entry& entry) {
        auto name = fmt::format("{} of {}", objective, part(entry.lot).name());
        award_.problem.limits.push_back({name, measure, entry.reached, most});
        award_.limits.push_back(
            {std::move(name), std::move(objective), std::move(agent), position, entry.lot});
    }

    void add_limits() {
        if (const auto& budget = objectives_.budget)
            limit(fmt::format("budget {}", to_text(budget->value)), "cost", budget->position,
                  Measure::cost, floor_of(budget->value.usd_per_month, negotiate::kCostUnit));
        if (const auto& quota = objectives_.processors)
            limit(fmt::format("processors {}", quota->value.value), "capacity", quota->position,
                  Measure::processors, quota->value.value);
        for (const auto& entry : lots_.entries) {
            if (const auto& wanted = objectives_.availability)
                limit(fmt::format("availability {}", to_text(wanted->value)), "reliability",
                      wanted->position, Measure::downtime,
                      floor_of(-std::log(wanted->value.value / 100), negotiate::kDowntimeUnit),
                      entry);
            // Where nobody calls, nobody waits.
            const bool called = lots_.lots[entry.lot].surroundings.front().demand.has_value();
            if (const auto& wanted = objectives_.latency_p95; wanted && called)
                limit(fmt::format("latency_p95 {}", to_text(wanted->value)), "capacity",
                      wanted->position, Measure::latency,
                      floor_of(static_cast<double>(wanted->value.value.count()) / 1000,
                               negotiate::kLatencyUnit),
                      entry);
        }
    }

    void add_preference() {
        if (objectives_.prefer.empty()) return;
        auto& order = award_.problem.preference.order;
        order.clear();
        const auto& prefer = objectives_.prefer;
        std::array<double, negotiate::kMeasures> weights{};
        for (std::size_t i = 0; i < prefer.order.size(); ++i) {
            order.push_back(measure_of(prefer.order[i].value.value));
            if (!prefer.weights.empty())
                weights[static_cast<std::size_t>(order.back())] = prefer.weights[i];
        }
        if (!prefer.weights.empty()) award_.problem.preference.weights = weights;
    }

    const intent::Objectives& objectives_;
    const Lots& lots_;
    const std::vector<const Opinion*>& opinions_;
    std::map<std::pair<std::size_t, std::string>, std::size_t> vetoes_;
    Award award_;
};

/// With the limits where the counterfactual says, its choice is the best one.
bool holds(const Award& award, const std::vector<std::size_t>& limits,
           const Counterfactual& counter) {
    auto problem = award.problem;
    for (const auto i : limits)
        problem.limits[i].most = counter.needed;
    const auto other = negotiate::solve(problem);
    return other && other->choice == counter.choice;
}

/// The choice without the limits of one objective. Had it been asked for no more than `needed`,
/// this choice would keep it, and be the best as it is the best of all.
std::optional<Counterfactual> without(const Award& award, Measure measure,
                                      const std::vector<std::size_t>& limits) {
    auto active = negotiate::Active::all(award.problem);
    for (const auto i : limits)
        active.limits[i] = false;
    auto other = negotiate::solve(award.problem, active);
    if (!other || other->choice == award.solution->choice) return std::nullopt;
    Counterfactual counter{"", "", {}, measure, 0, std::move(other->choice)};
    std::vector<const Stake*> broken;
    for (const auto i : limits) {
        const auto& limit = award.problem.limits[i];
        const auto sum = score_of(award.problem, counter.choice, limit.items).of(measure);
        counter.needed = std::max(counter.needed, sum);
        if (sum > limit.most) broken.push_back(&award.limits[i]);
    }
    // Weights are shares of what the limits leave room for, so that a limit may decide unbroken.
    if (broken.empty() || (award.problem.preference.weights && !holds(award, limits, counter)))
        return std::nullopt;
    const auto& first = *broken.front();
    counter.objective = broken.size() == 1 ? first.name
                                           : fmt::format("{} of {}", first.objective,
                                                         count_of(broken.size(), "component"));
    counter.agent = first.agent;
    counter.position = first.position;
    return counter;
}

}  // namespace

Award lay_out_problem(const intent::Stack& stack, const Lots& lots,
                      const std::vector<const Opinion*>& opinions) {
    return ProblemLayout(stack, lots, opinions).run();
}

std::vector<Counterfactual> counterfactuals_of(const Award& award) {
    std::map<Measure, std::vector<std::size_t>> by_measure;
    for (std::size_t i = 0; i < award.limits.size(); ++i)
        by_measure[award.problem.limits[i].measure].push_back(i);
    std::vector<Counterfactual> found;
    for (const auto& [measure, limits] : by_measure) {
        if (auto counter = without(award, measure, limits)) found.push_back(std::move(*counter));
    }
    return found;
}

std::vector<std::string> objections_to(const std::vector<const Opinion*>& opinions, std::size_t lot,
                                       std::size_t alternative, std::size_t candidate) {
    std::vector<std::string> reasons;
    for (const auto* opinion : opinions) {
        for (const auto& objection : opinion->views[lot][alternative][candidate].objections)
            reasons.push_back(fmt::format("{}: {}", opinion->agent, objection.reason));
    }
    return reasons;
}

}  // namespace agentops
