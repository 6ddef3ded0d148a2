#include "agents/verdicts.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "agents/stakes.h"
#include "base/text.h"

namespace agentops {

namespace {

using negotiate::Choice;
using negotiate::Measure;

class Speaker {
public:
    Speaker(const Lots& lots, const std::vector<const Opinion*>& opinions, const Award& award)
        : lots_(lots), opinions_(opinions), award_(award), taken_(award.solution->choice) {}

    std::vector<graph::Decision> run() const {
        std::vector<graph::Decision> decisions;
        for (std::size_t lot = 0; lot < lots_.lots.size(); ++lot) {
            const auto& part = chosen(lot, taken_);
            for (const auto& info : part.kind->info().knobs) {
                if (!info.ladder.empty() && !is_pinned(part, info.name))
                    decisions.push_back(decision(lot, info));
            }
        }
        for (const auto& entry : lots_.entries) {
            decisions.push_back(sum_up(entry, Measure::downtime, "availability"));
            if (lots_.lots[entry.lot].surroundings.front().demand)
                decisions.push_back(sum_up(entry, Measure::latency, "latency_p95"));
        }
        return decisions;
    }

private:
    const catalog::Part& chosen(std::size_t lot, const Choice& choice) const {
        return lots_.lots[lot].candidates[choice[lot]];
    }
    std::size_t alternative(std::size_t lot, const Choice& choice) const {
        const auto& network = lots_.lots[lot].network;
        return network ? choice[*network] : 0;
    }
    static bool is_pinned(const catalog::Part& part, std::string_view knob) {
        return std::any_of(part.knobs.begin(), part.knobs.end(),
                           [&](const auto& each) { return each.name == knob && each.pinned; });
    }

    graph::Decision decision(std::size_t lot, const catalog::KnobInfo& info) const {
        const auto& part = chosen(lot, taken_);
        graph::Decision made;
        made.subject = fmt::format("{}.{}", part.name(), info.name);
        made.choice = part.knob(info.name);
        made.positions = {part.component->position};
        for (const auto& option : info.ladder) {
            const auto other = with(lot, info.name, option);
            if (!other) continue;
            const bool taken = option == made.choice;
            const auto cost = score_of(award_.problem, *other).of(Measure::cost);
            made.options.push_back({option, -static_cast<double>(cost) * negotiate::kCostUnit,
                                    taken ? "" : rejection(lot, *other),
                                    voices(lot, *other, taken)});
        }
        explain(lot, info, made);
        return made;
    }

    /// A measure from end to end, and what each component on the way has of it.
    graph::Decision sum_up(const Entry& entry, Measure measure, std::string_view name) const {
        graph::Decision made;
        made.subject = fmt::format("{}.{}", chosen(entry.lot, taken_).name(), name);
        made.positions = {chosen(entry.lot, taken_).component->position};
        made.rules = {"components along uses stand in series"};
        negotiate::Amount sum = 0;
        std::vector<std::string> parts;
        for (const auto lot : entry.reached) {
            const auto amount = score_of(award_.problem, taken_, {lot}).of(measure);
            sum += amount;
            const bool single = measure == Measure::downtime && standing_of(lot).single_point;
            if (amount != 0 || single)
                parts.push_back(fmt::format("{} {}{}", chosen(lot, taken_).name(),
                                            amount_text(measure, amount),
                                            single ? ", a single point of failure" : ""));
        }
        made.choice = amount_text(measure, sum);
        made.because = parts.empty() ? "nothing of it is known" : join(parts, "; ");
        return made;
    }

    /// What each agent says of the lot in a choice; of the one that was taken also why.
    std::vector<graph::Voice> voices(std::size_t lot, const Choice& choice, bool taken) const {
        std::vector<graph::Voice> found;
        for (const auto* opinion : opinions_) {
            const auto& view = opinion->views[lot][alternative(lot, choice)][choice[lot]];
            std::string says;
            if (!view.objections.empty())
                says = "objects: " + view.objections.front().reason;
            else if (opinion->measure && view.amount != 0)
                says = amount_text(*opinion->measure, view.amount);
            if (const auto basis = taken ? basis_of(lot, *opinion) : std::string(); !basis.empty())
                says += (says.empty() ? "" : "; ") + basis;
            if (says.empty()) continue;
            if (!found.empty() && found.back().agent == opinion->agent)
                found.back().says += "; " + says;
            else
                found.push_back({opinion->agent, std::move(says)});
        }
        return found;
    }

    /// How an agent found out what it says of the lot as it was chosen.
    std::string basis_of(std::size_t lot, const Opinion& opinion) const {
        const auto& part = chosen(lot, taken_);
        const auto& in = lots_.lots[lot].surroundings[alternative(lot, taken_)];
        if (opinion.measure == Measure::latency) return part.kind->fitness(part, in).basis;
        if (opinion.measure != Measure::downtime) return "";
        const auto standing = standing_of(lot);
        return standing.basis + (standing.single_point ? ", a single point of failure" : "");
    }

    catalog::Standing standing_of(std::size_t lot) const {
        const auto& part = chosen(lot, taken_);
        return part.kind->standing(part, lots_.lots[lot].surroundings[alternative(lot, taken_)]);
    }

    /// The choice with one knob set another way; the candidates of a lot have all ways.
    std::optional<Choice> with(std::size_t lot, std::string_view knob,
                               const std::string& value) const {
        const auto& now = chosen(lot, taken_);
        const auto& candidates = lots_.lots[lot].candidates;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            const auto& knobs = candidates[i].knobs;
            bool same = true;
            for (std::size_t k = 0; k < knobs.size() && same; ++k)
                same = knobs[k].value == (knobs[k].name == knob ? value : now.knobs[k].value);
            if (!same) continue;
            auto choice = taken_;
            choice[lot] = i;
            return choice;
        }
        return std::nullopt;
    }

    /// Why another choice was not taken, the gravest reason first.
    std::string rejection(std::size_t lot, const Choice& other) const {
        for (std::size_t i = 0; i < lots_.lots.size(); ++i) {
            if (i != lot && lots_.lots[i].network != lot) continue;
            const auto reasons = objections_to(opinions_, i, alternative(i, other), other[i]);
            if (!reasons.empty())
                return i == lot
                           ? reasons.front()
                           : fmt::format("{}, of {}", reasons.front(), chosen(i, other).name());
        }
        for (std::size_t i = 0; i < award_.problem.limits.size(); ++i) {
            const auto& limit = award_.problem.limits[i];
            if (!touches(limit, lot)) continue;
            const auto sum = score_of(award_.problem, other, limit.items).of(limit.measure);
            if (sum > limit.most)
                return fmt::format("{}: it would be {}", limit.name,
                                   amount_text(limit.measure, sum));
        }
        return comparison(lot, other);
    }

    /// Another choice for the lot changes what the limit sums up. The others are kept as they are.
    bool touches(const negotiate::Limit& limit, std::size_t lot) const {
        return limit.items.empty() ||
               std::any_of(limit.items.begin(), limit.items.end(), [&](std::size_t item) {
                   return item == lot || lots_.lots[item].network == lot;
               });
    }

    std::string comparison(std::size_t lot, const Choice& other) const {
        if (award_.problem.preference.weights) return "weighed by prefer it is no better";
        const auto now = award_.solution->score, then = score_of(award_.problem, other);
        for (const auto measure : award_.problem.preference.order) {
            const auto more = then.of(measure) - now.of(measure);
            if (more == 0) continue;
            if (more < 0) return "with other choices of the rest it is no better";
            if (measure == Measure::cost)
                return fmt::format("{} more, for nothing that is asked for",
                                   amount_text(measure, more));
            if (measure == Measure::dislike) return unwished(lot, other);
            return measure == Measure::downtime ? "availability would be lower"
                                                : "calls would take longer";
        }
        return "no better in anything, and later in the list";
    }

    /// Who would rather see the choice as it is.
    std::string unwished(std::size_t lot, const Choice& other) const {
        for (const auto* opinion : opinions_) {
            if (opinion->measure != Measure::dislike) continue;
            const auto& views = opinion->views[lot];
            const auto now = views[alternative(lot, taken_)][taken_[lot]].amount;
            const auto then = views[alternative(lot, other)][other[lot]].amount;
            if (then > now)
                return fmt::format("{} wishes otherwise, which is worth {} to it", opinion->agent,
                                   amount_text(Measure::cost, then - now));
        }
        return "wishes of others would not be met";
    }

    /// What binds, and what would change the choice.
    void explain(std::size_t lot, const catalog::KnobInfo& info, graph::Decision& made) const {
        std::vector<std::string> reasons;
        for (const auto& counter : award_.counterfactuals) {
            const auto& then = chosen(lot, counter.choice).knob(info.name);
            if (then == made.choice) continue;
            reasons.push_back(fmt::format("{} decides it: at {} it would be {}", counter.objective,
                                          amount_text(counter.measure, counter.needed), then));
            made.positions.push_back(counter.position);
            made.rules.push_back(fmt::format("{}: {}", counter.agent, counter.objective));
        }
        if (reasons.empty()) reasons.push_back(without_limits(made));
        made.because = join(reasons, "; ");
    }

    std::string without_limits(const graph::Decision& made) const {
        const auto best = best_of(first_measure());
        const auto objected = std::find_if(
            made.options.begin(), made.options.end(),
            [&](const auto& option) { return option.rejected.find(": ") != std::string::npos; });
        if (objected == made.options.end())
            return fmt::format("it is {} of those that nobody objects to", best);
        return fmt::format("it is {} of those that nobody objects to ({}: {})", best,
                           objected->name, objected->rejected);
    }

    /// What counts first; wishes only where there are any.
    Measure first_measure() const {
        const auto& order = award_.problem.preference.order;
        const bool wishes = std::any_of(opinions_.begin(), opinions_.end(), [](const auto* each) {
            return each->measure == Measure::dislike;
        });
        if (order.front() != Measure::dislike || wishes) return order.front();
        return order.size() > 1 ? order[1] : Measure::cost;
    }
    std::string_view best_of(Measure measure) const {
        if (award_.problem.preference.weights) return "the best by the weights of prefer";
        switch (measure) {
            case Measure::cost:
                return "the cheapest";
            case Measure::downtime:
                return "the most available";
            case Measure::latency:
                return "the fastest";
            case Measure::dislike:
                return "the most wished for";
            case Measure::processors:
                break;  // nobody can prefer it
        }
        throw InternalError("measure outside the enum");
    }

    const Lots& lots_;
    const std::vector<const Opinion*>& opinions_;
    const Award& award_;
    const Choice& taken_;
};

}  // namespace

std::vector<graph::Decision> decisions_of(const Lots& lots,
                                          const std::vector<const Opinion*>& opinions,
                                          const Award& award) {
    return Speaker(lots, opinions, award).run();
}

}  // namespace agentops
