#include "negotiate/bound.h"

#include <algorithm>
#include <cmath>

namespace agentops::negotiate {

namespace {

constexpr double kNowhere = std::numeric_limits<double>::infinity();

}  // namespace

double Bound::weigh(const Amount* row) const {
    double sum = 0;
    for (std::size_t d = 0; d < weights.size(); ++d) {
        if (weights[d] != 0) sum += weights[d] * static_cast<double>(row[d]);
    }
    return sum;
}

std::pair<std::size_t, double> Bound::lightest(const Rows& rows) const {
    std::pair<std::size_t, double> lightest{0, kNowhere};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto weight = weigh(rows.row(i));
        if (weight < lightest.second) lightest = {i, weight};
    }
    return lightest;
}

double Bound::allowed(const Caps& caps) const {
    if (caps[target] == kNoCap) return kNowhere;
    double most = static_cast<double>(caps[target]), slack = 0;
    for (std::size_t d = 0; d < weights.size(); ++d) {
        if (d == target || weights[d] == 0) continue;
        if (caps[d] == kNoCap) return kNowhere;
        most += weights[d] * static_cast<double>(caps[d]);
        slack = 1 + std::abs(most) * 1e-9;  // whole numbers alone are exact
    }
    return most + slack;
}

Bound bound_with(const Space& space, std::size_t target, std::vector<double> weights) {
    Bound bound{target, std::move(weights), {}, {}, 0};
    bound.places.resize(space.clusters.size());
    bound.best.assign(space.clusters.size(), kNowhere);
    for (auto c = space.clusters.size(); c-- > 0;) {
        for (const auto& branch : space.clusters[c].branches) {
            Bound::Place place;
            place.rest.assign(branch.members.size() + 1, bound.total);
            for (auto m = branch.members.size(); m-- > 0;)
                place.rest[m] = place.rest[m + 1] + bound.lightest(branch.members[m]).second;
            place.ahead = bound.weigh(branch.head.row(0)) + place.rest[0] - bound.total;
            bound.best[c] = std::min(bound.best[c], place.ahead);
            auto& places = bound.places[c];
            places.resize(std::max(places.size(), branch.number + 1));
            places[branch.number] = std::move(place);
        }
        bound.total += bound.best[c];
    }
    return bound;
}

void rule_out(Space& space, const Bound& bound, const Caps& caps) {
    const auto allowed = bound.allowed(caps);
    if (allowed == kNowhere) return;
    for (std::size_t c = 0; c < space.clusters.size(); ++c) {
        auto& branches = space.clusters[c].branches;
        const auto others = bound.total - bound.best[c];
        std::erase_if(branches, [&](Space::Branch& branch) {
            const auto least = others + bound.places[c][branch.number].ahead;
            if (least > allowed) return true;
            for (auto& rows : branch.members) {
                const auto room = allowed - least + bound.lightest(rows).second;
                std::vector<std::size_t> kept;
                for (std::size_t i = 0; i < rows.size(); ++i) {
                    if (bound.weigh(rows.row(i)) <= room) kept.push_back(i);
                }
                if (kept.size() < rows.size()) rows.keep(kept);
                if (kept.empty()) return true;
            }
            return false;
        });
    }
}

}  // namespace agentops::negotiate
