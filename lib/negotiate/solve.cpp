#include "negotiate/solve.h"

#include <algorithm>

#include "negotiate/order.h"

namespace agentops::negotiate {

namespace {

constexpr double kWeightSteps =
    1e9;  ///< of a weighted sum, from the best of a measure to the worst

/// The dimensions of a problem: the measures over everything, then each limit on a part.
class Frame {
public:
    Frame(const Problem& problem, const Active& active)
        : problem_(problem), active_(active), caps_(kMeasures, kNoCap) {
        for (std::size_t d = 0; d < kMeasures; ++d)
            dimensions_.push_back(Dimension::of(static_cast<Measure>(d)));
        for (std::size_t i = 0; i < problem.limits.size(); ++i) {
            if (active.limits[i]) cap(problem.limits[i]);
        }
    }
    std::size_t add(Dimension dimension) {
        dimensions_.push_back(std::move(dimension));
        caps_.push_back(kNoCap);
        return dimensions_.size() - 1;
    }
    Space space() const { return lay_out(problem_, active_.vetoes, dimensions_); }
    std::optional<Found> best(const std::vector<std::size_t>& targets) const {
        return best_in_order(space(), caps_, targets);
    }

private:
    void cap(const Limit& limit) {
        auto d = static_cast<std::size_t>(limit.measure);
        if (!limit.items.empty()) d = add(Dimension::of(limit.measure, limit.items));
        caps_[d] = std::min(caps_[d], limit.most);
    }

    const Problem& problem_;
    const Active& active_;
    std::vector<Dimension> dimensions_;
    Caps caps_;
};

/// Some candidate has an amount of it.
bool counts(const Problem& problem, Measure measure) {
    const auto has = [&](const Candidate& candidate) { return candidate.score.of(measure) != 0; };
    const auto any = [&](const Candidates& all) {
        return std::any_of(all.begin(), all.end(), has);
    };
    for (const auto& group : problem.groups) {
        for (const auto& alternative : group.alternatives) {
            const auto& members = alternative.members;
            if (has(alternative.head) || std::any_of(members.begin(), members.end(), any))
                return true;
        }
    }
    return false;
}

/// Every measure in order; what nobody says anything of needs no search of its own.
std::vector<std::size_t> targets_of(const Problem& problem) {
    std::vector<std::size_t> targets;
    for (const auto measure : problem.preference.order)
        targets.push_back(static_cast<std::size_t>(measure));
    for (std::size_t d = 0; d < kTargets; ++d) {
        if (std::find(targets.begin(), targets.end(), d) == targets.end()) targets.push_back(d);
    }
    if (!counts(problem, Measure::dislike))
        std::erase(targets, static_cast<std::size_t>(Measure::dislike));
    return targets;
}

/// The best of each measure, and the worst of it among the designs that are best in another.
std::optional<std::array<double, kMeasures>> scaled(const Frame& frame,
                                                    std::array<double, kMeasures> weights) {
    std::array<Amount, kMeasures> best{}, worst{};
    worst.fill(std::numeric_limits<Amount>::min());
    for (std::size_t d = 0; d < kTargets; ++d) {
        const auto found = frame.best({d});
        if (!found) return std::nullopt;
        best[d] = found->uses[d];
        for (std::size_t other = 0; other < kTargets; ++other)
            worst[other] = std::max(worst[other], found->uses[other]);
    }
    for (std::size_t d = 0; d < kTargets; ++d) {
        const auto range = static_cast<double>(worst[d] - best[d]);
        weights[d] = range > 0 ? weights[d] * kWeightSteps / range : 0;
    }
    return weights;
}

std::optional<Found> by_weights(const Problem& problem, const Active& active) {
    Frame frame(problem, active);
    const auto weights = scaled(frame, *problem.preference.weights);
    if (!weights) return std::nullopt;
    auto targets = targets_of(problem);
    targets.insert(targets.begin(), frame.add(Dimension::weighted(*weights)));
    return frame.best(targets);
}

}  // namespace

Active Active::all(const Problem& problem) {
    return {std::vector<bool>(problem.limits.size(), true),
            std::vector<bool>(problem.vetoes.size(), true)};
}

std::optional<Solution> solve(const Problem& problem, const Active& active) {
    auto found = problem.preference.weights ? by_weights(problem, active)
                                            : Frame(problem, active).best(targets_of(problem));
    if (!found) return std::nullopt;
    const auto score = score_of(problem, found->choice);
    return Solution{std::move(found->choice), score};
}

std::optional<Solution> solve(const Problem& problem) {
    return solve(problem, Active::all(problem));
}

std::optional<Amount> least(const Problem& problem, const Active& active, Measure measure,
                            const std::vector<std::size_t>& items) {
    Frame frame(problem, active);
    const auto target = items.empty() ? static_cast<std::size_t>(measure)
                                      : frame.add(Dimension::of(measure, items));
    const auto found = frame.best({target});
    return found ? std::optional(found->uses[target]) : std::nullopt;
}

std::vector<Solution> frontier(const Problem& problem, std::size_t most, bool& thinned) {
    auto active = Active::all(problem);
    active.limits.assign(problem.limits.size(), false);
    const Search search(Frame(problem, active).space());
    std::vector<Solution> points;
    std::vector<std::size_t> dimensions{0, 1, 2};
    if (counts(problem, Measure::processors))
        dimensions.push_back(static_cast<std::size_t>(Measure::processors));
    for (auto& found : search.front(dimensions, most, thinned)) {
        const auto score = score_of(problem, found.choice);
        points.push_back({std::move(found.choice), score});
    }
    return points;
}

}  // namespace agentops::negotiate
