#include "agents/stakes.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

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

class Layout {
public:
    Layout(const intent::Stack& stack, const Lots& lots,
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
            award_.vetoes.push_back({name, std::move(agent), position, lot});
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

    void limit(std::string name, std::string agent, Position position, Measure measure,
               const Entry* entry, Amount most) {
        award_.problem.limits.push_back(
            {name, measure, entry != nullptr ? entry->reached : std::vector<std::size_t>(), most});
        award_.limits.push_back({std::move(name), std::move(agent), position,
                                 entry != nullptr ? std::optional(entry->lot) : std::nullopt});
    }

    void add_limits() {
        if (const auto& budget = objectives_.budget)
            limit(fmt::format("budget {}", to_text(budget->value)), "cost", budget->position,
                  Measure::cost, nullptr,
                  floor_of(budget->value.usd_per_month, negotiate::kCostUnit));
        for (const auto& entry : lots_.entries) {
            const auto& name = part(entry.lot).name();
            if (const auto& wanted = objectives_.availability)
                limit(fmt::format("availability {} of {}", to_text(wanted->value), name),
                      "reliability", wanted->position, Measure::downtime, &entry,
                      floor_of(-std::log(wanted->value.value / 100), negotiate::kDowntimeUnit));
            if (const auto& wanted = objectives_.latency_p95)
                limit(fmt::format("latency_p95 {} of {}", to_text(wanted->value), name), "capacity",
                      wanted->position, Measure::latency, &entry,
                      floor_of(static_cast<double>(wanted->value.value.count()) / 1000,
                               negotiate::kLatencyUnit));
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

}  // namespace

Award lay_out_problem(const intent::Stack& stack, const Lots& lots,
                      const std::vector<const Opinion*>& opinions) {
    return Layout(stack, lots, opinions).run();
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
