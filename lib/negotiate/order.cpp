#include "negotiate/order.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace agentops::negotiate {

namespace {

using Targets = std::vector<std::size_t>;

/// Capped dimensions that share an item, directly or by others.
class Ties {
public:
    explicit Ties(std::size_t dimensions) : block_(dimensions + 1) {
        std::iota(block_.begin(), block_.end(), 0);
    }
    std::size_t of(std::size_t d) const { return block_[d]; }
    void tie(std::size_t a, std::size_t b) {
        std::replace(block_.begin(), block_.end(), std::size_t{block_[a]}, std::size_t{block_[b]});
    }

private:
    std::vector<std::size_t> block_;
};

class Solver {
public:
    Solver(const Targets& targets, std::size_t items) : targets_(targets), items_(items) {}

    std::optional<Found> solve(Space space, Caps caps) const {
        if (!space.possible()) return std::nullopt;
        auto sum = fold_heads(space, caps);
        // Blocks are best when each is best in the first target: its cap binds only their sum.
        const auto most = std::exchange(caps[targets_.front()], kNoCap);
        if (std::any_of(caps.begin(), caps.end(), [](Amount cap) { return cap < 0; }))
            return std::nullopt;
        for (const auto& block : split(space, caps)) {
            const auto found = solve_block(block, caps);
            if (!found) return std::nullopt;
            add(sum, *found);
        }
        if (sum.uses[targets_.front()] > most) return std::nullopt;
        return sum;
    }

private:
    static bool decided(const Space::Cluster& cluster) { return cluster.branches.size() == 1; }

    void add(Found& sum, const Found& more) const {
        for (std::size_t i = 0; i < items_; ++i)
            sum.choice[i] = std::max(sum.choice[i], more.choice[i]);
        for (std::size_t d = 0; d < sum.uses.size(); ++d)
            sum.uses[d] += more.uses[d];
    }

    /// What decided heads use comes off the caps, but for that of the first target.
    Found fold_heads(Space& space, Caps& caps) const {
        Found base{Choice(items_, 0), std::vector<Amount>(space.dimensions, 0)};
        for (auto& cluster : space.clusters) {
            if (!decided(cluster)) continue;
            auto& head = cluster.branches.front().head;
            base.choice[cluster.head] = head.tag(0);
            for (std::size_t d = 0; d < space.dimensions; ++d) {
                base.uses[d] += head.row(0)[d];
                if (caps[d] != kNoCap && d != targets_.front()) caps[d] -= head.row(0)[d];
            }
            const auto tag = head.tag(0);
            head = Rows(space.dimensions);
            head.add(tag);
        }
        return base;
    }

    /// The capped dimensions that an item can use, tied together; the last one stands for none.
    static std::size_t block_of(const Rows& options, const Caps& caps, Ties& ties) {
        auto first = caps.size();
        for (std::size_t d = 0; d < caps.size(); ++d) {
            if (caps[d] == kNoCap || !options.uses(d)) continue;
            if (first != caps.size()) ties.tie(d, first);
            first = d;
        }
        return first;
    }
    /// Spaces whose choices do not touch each other; the items of a cluster whose head is not
    /// decided stay together.
    static std::vector<Space> split(const Space& space, const Caps& caps) {
        Ties ties(caps.size());
        std::vector<std::vector<std::size_t>> places(space.clusters.size());
        for (std::size_t c = 0; c < space.clusters.size(); ++c) {
            const auto& cluster = space.clusters[c];
            for (const auto& branch : cluster.branches) {
                if (!decided(cluster)) places[c].push_back(block_of(branch.head, caps, ties));
                for (const auto& member : branch.members)
                    places[c].push_back(block_of(member, caps, ties));
            }
            for (std::size_t i = 1; i < places[c].size() && !decided(cluster); ++i) {
                if (places[c][i] != caps.size() && places[c][i - 1] != caps.size())
                    ties.tie(places[c][i], places[c][i - 1]);
                else
                    places[c][i] = std::min(places[c][i], places[c][i - 1]);
            }
        }
        return gather(space, places, ties, caps.size());
    }

    static std::vector<Space> gather(const Space& space,
                                     const std::vector<std::vector<std::size_t>>& places,
                                     const Ties& ties, std::size_t none) {
        std::vector<Space> blocks;
        std::map<std::size_t, std::size_t> known;
        const auto block = [&](std::size_t place) -> Space& {
            const auto [at, fresh] = known.try_emplace(ties.of(place), blocks.size());
            if (fresh || place == none) blocks.push_back({space.items, space.dimensions, {}});
            return place == none ? blocks.back() : blocks[at->second];
        };
        for (std::size_t c = 0; c < space.clusters.size(); ++c) {
            const auto& cluster = space.clusters[c];
            if (!decided(cluster)) {
                block(places[c].empty() ? none : places[c].back()).clusters.push_back(cluster);
                continue;
            }
            for (std::size_t m = 0; m < cluster.members.size(); ++m)
                put(block(places[c][m]), cluster, m);
        }
        return blocks;
    }

    /// One member of a decided cluster, beside those of it that are there.
    static void put(Space& space, const Space::Cluster& cluster, std::size_t member) {
        auto& clusters = space.clusters;
        if (clusters.empty() || clusters.back().head != cluster.head ||
            clusters.back().branches.size() != 1)
            clusters.push_back(
                {cluster.head,
                 {},
                 {{cluster.branches.front().number, cluster.branches.front().head, {}}}});
        clusters.back().members.push_back(cluster.members[member]);
        clusters.back().branches.front().members.push_back(
            cluster.branches.front().members[member]);
    }

    std::optional<Found> solve_block(const Space& space, Caps caps) const {
        const auto cluster = undecided(space);
        if (!cluster) return in_order(space, caps);
        std::optional<Found> best;
        for (const auto& branch : space.clusters[*cluster].branches) {
            auto part = space;
            part.clusters[*cluster].branches = {branch};
            auto found = solve(std::move(part), caps);
            if (!found || (best && !better(*found, *best))) continue;
            best = std::move(found);
            caps[targets_.front()] = best->uses[targets_.front()];
        }
        return best;
    }

    static std::optional<std::size_t> undecided(const Space& space) {
        std::optional<std::size_t> most;
        for (std::size_t c = 0; c < space.clusters.size(); ++c) {
            const auto& cluster = space.clusters[c];
            if (decided(cluster) || cluster.members.empty()) continue;
            if (!most || cluster.members.size() > space.clusters[*most].members.size()) most = c;
        }
        return most;
    }
    bool better(const Found& a, const Found& b) const {
        for (const auto target : targets_) {
            if (a.uses[target] != b.uses[target]) return a.uses[target] < b.uses[target];
        }
        return false;
    }

    /// The dimensions that a block uses, and the targets: few of many, in a large stack.
    std::vector<std::size_t> used(const Space& space) const {
        std::vector<bool> counts(space.dimensions, false);
        for (const auto target : targets_)
            counts[target] = true;
        for (const auto& cluster : space.clusters) {
            for (const auto& branch : cluster.branches) {
                for (std::size_t d = 0; d < space.dimensions; ++d)
                    counts[d] = counts[d] || branch.head.uses(d);
                for (const auto& member : branch.members) {
                    for (std::size_t d = 0; d < space.dimensions; ++d)
                        counts[d] = counts[d] || member.uses(d);
                }
            }
        }
        std::vector<std::size_t> dimensions;
        for (std::size_t d = 0; d < space.dimensions; ++d) {
            if (counts[d]) dimensions.push_back(d);
        }
        return dimensions;
    }

    std::optional<Found> in_order(Space space, const Caps& all_caps) const {
        const auto dimensions = used(space);
        const auto wide = space.dimensions;
        narrow(space, dimensions);
        Caps caps;
        for (const auto d : dimensions)
            caps.push_back(all_caps[d]);
        Search search(std::move(space));
        std::optional<Found> found;
        for (const auto wanted : targets_) {
            const auto target = static_cast<std::size_t>(
                std::find(dimensions.begin(), dimensions.end(), wanted) - dimensions.begin());
            found = search.least(target, caps);
            if (!found) return found;
            caps[target] = found->uses[target];
        }
        auto narrowed = std::exchange(found->uses, std::vector<Amount>(wide, 0));
        for (std::size_t i = 0; i < dimensions.size(); ++i)
            found->uses[dimensions[i]] = narrowed[i];
        return found;
    }

    const Targets& targets_;
    std::size_t items_;
};

}  // namespace

std::optional<Found> best_in_order(const Space& space, const Caps& caps, const Targets& targets) {
    return Solver(targets, space.items).solve(space, caps);
}

}  // namespace agentops::negotiate
