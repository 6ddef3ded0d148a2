#include "negotiate/conflict.h"

#include <algorithm>

namespace agentops::negotiate {

namespace {

/// A limit or a veto, in one numbering: limits first.
using Constraints = std::vector<std::size_t>;

class Explainer {
public:
    explicit Explainer(const Problem& problem) : problem_(problem) {}

    /// The minimal part of `rest` that conflicts together with `base`. `grown`: base has grown
    /// since it was last known to be possible.
    Constraints explain(const Constraints& base, bool grown, const Constraints& rest) const {
        if (grown && !possible(base)) return {};
        if (rest.size() == 1) return rest;
        const auto half = rest.begin() + static_cast<std::ptrdiff_t>(rest.size() / 2);
        const Constraints first(rest.begin(), half), second(half, rest.end());
        auto found = explain(joined(base, first), !first.empty(), second);
        const auto more = explain(joined(base, found), !found.empty(), first);
        found.insert(found.end(), more.begin(), more.end());
        return found;
    }
    bool possible(const Constraints& constraints) const {
        Active active{std::vector<bool>(problem_.limits.size(), false),
                      std::vector<bool>(problem_.vetoes.size(), false)};
        for (const auto constraint : constraints) {
            if (constraint < problem_.limits.size())
                active.limits[constraint] = true;
            else
                active.vetoes[constraint - problem_.limits.size()] = true;
        }
        return least(problem_, active, Measure::cost).has_value();
    }

private:
    static Constraints joined(Constraints a, const Constraints& b) {
        a.insert(a.end(), b.begin(), b.end());
        return a;
    }
    const Problem& problem_;
};

}  // namespace

Conflict find_conflict(const Problem& problem) {
    Constraints all(problem.limits.size() + problem.vetoes.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = i;
    const Explainer explainer(problem);
    if (explainer.possible(all)) return {};
    Conflict conflict;
    auto found = explainer.possible({}) ? explainer.explain({}, false, all) : Constraints{};
    std::sort(found.begin(), found.end());
    for (const auto constraint : found) {
        if (constraint < problem.limits.size())
            conflict.limits.push_back(constraint);
        else
            conflict.vetoes.push_back(constraint - problem.limits.size());
    }
    return conflict;
}

std::vector<Relaxation> relaxations(const Problem& problem, const Conflict& conflict) {
    std::vector<Relaxation> found;
    for (const auto index : conflict.limits) {
        auto active = Active::all(problem);
        active.limits[index] = false;
        const auto& limit = problem.limits[index];
        if (const auto amount = least(problem, active, limit.measure, limit.items))
            found.push_back({Relaxation::Of::limit, index, *amount});
    }
    for (const auto index : conflict.vetoes) {
        auto active = Active::all(problem);
        active.vetoes[index] = false;
        if (const auto amount = least(problem, active, Measure::cost))
            found.push_back({Relaxation::Of::veto, index, *amount});
    }
    return found;
}

}  // namespace agentops::negotiate
