#include "negotiate/search.h"

#include <algorithm>
#include <map>

#include "negotiate/ascent.h"

namespace agentops::negotiate {

namespace {

/// Partial choices kept in a first pass, which only looks for a good choice; each next one is wider
/// and has fewer candidates left, as long as that finds better ones; the last one gives up none.
constexpr std::size_t kBeam = 32, kWider = 8;
constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();
using Indices = std::vector<std::size_t>;

/// Keeps, of partial choices in their order, those that none beats or equals in some dimensions.
class Reducer {
public:
    /// In these dimensions, of which those that nothing can differ in any more do not count.
    void reduce(Rows& labels, Indices dimensions) {
        dimensions_ = std::move(dimensions);
        Indices order(labels.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return before(labels, a, b); });
        auto kept = dimensions_.size() <= 3 ? by_stairs(labels, order) : by_pairs(labels, order);
        std::sort(kept.begin(), kept.end());
        if (kept.size() < labels.size()) labels.keep(kept);
    }

private:
    Amount at(const Rows& labels, std::size_t label, std::size_t i) const {
        return i < dimensions_.size() ? labels.row(label)[dimensions_[i]] : 0;
    }
    bool before(const Rows& labels, std::size_t a, std::size_t b) const {
        const auto *x = labels.row(a), *y = labels.row(b);
        for (const auto d : dimensions_) {
            if (x[d] != y[d]) return x[d] < y[d];
        }
        return a < b;
    }

    /// Up to three dimensions: the first is sorted, the other two are a falling staircase.
    Indices by_stairs(const Rows& labels, const Indices& order) const {
        Indices kept;
        std::map<Amount, Amount> stairs;
        for (const auto index : order) {
            const auto x = at(labels, index, 1), y = at(labels, index, 2);
            auto next = stairs.upper_bound(x);
            if (next != stairs.begin() && std::prev(next)->second <= y) continue;
            if (next != stairs.begin() && std::prev(next)->first == x) --next;
            while (next != stairs.end() && next->second >= y)
                next = stairs.erase(next);
            stairs[x] = y;
            kept.push_back(index);
        }
        return kept;
    }

    Indices by_pairs(const Rows& labels, const Indices& order) const {
        Indices kept;
        for (const auto index : order) {
            const auto* row = labels.row(index);
            const auto beaten = std::any_of(kept.begin(), kept.end(), [&](std::size_t other) {
                const auto* best = labels.row(other);
                return std::all_of(dimensions_.begin(), dimensions_.end(),
                                   [&](std::size_t d) { return best[d] <= row[d]; });
            });
            if (!beaten) kept.push_back(index);
        }
        return kept;
    }

    Indices dimensions_;
};

/// One pass over all clusters, from the empty choice to the whole ones. A partial choice is a row
/// of what it uses, tagged with the last step that led to it.
class Pass {
public:
    Pass(const Space& space, std::size_t first, const Indices& dimensions)
        : space_(space), ends_(ends(space, dimensions)), first_(first) {}

    void use(const Bound& bound, const Caps& caps) {
        const auto allowed = bound.allowed(caps);
        if (allowed < std::numeric_limits<double>::infinity()) bounds_.push_back({&bound, allowed});
    }
    /// Keeps the `most` partial choices that are lightest by this bound.
    void keep_best(std::size_t most, const Bound& bound) {
        beam_ = most;
        by_ = &bound;
    }
    /// Partial choices that could have been the best one were left out.
    bool gave_up() const { return gave_up_; }
    /// Keeps what differs in any dimension, and of too many an even selection in order of one.
    void keep_evenly(std::size_t most, std::size_t dimension, bool& thinned) {
        all_ = true;
        evenly_ = most;
        along_ = dimension;
        thinned_ = &thinned;
    }

    Rows run() {
        Rows labels(space_.dimensions);
        labels.add(0);
        steps_ = {{0, 0, 0}};
        for (std::size_t c = 0; c < space_.clusters.size(); ++c) {
            Rows next(space_.dimensions);
            for (const auto& branch : space_.clusters[c].branches) {
                const auto through = take(labels, c, branch);
                for (std::size_t i = 0; i < through.size(); ++i)
                    next.add(through.tag(i), through.row(i));
            }
            thin(next, {c, kUnlimited});
            labels = std::move(next);
        }
        return labels;
    }

    Choice choice_of(std::size_t step) const {
        Choice choice(space_.items, 0);
        for (; step != 0; step = steps_[step].parent)
            choice[steps_[step].item] = steps_[step].candidate;
        return choice;
    }

private:
    struct Step {
        std::size_t parent, item, candidate;
    };
    struct Use {
        const Bound* bound;
        double allowed;
    };

    Rows take(const Rows& labels, std::size_t c, const Space::Branch& branch) {
        const auto& cluster = space_.clusters[c];
        auto layer = extend(labels, branch.head, cluster.head, {c, branch.number, 0});
        for (std::size_t m = 0; m < branch.members.size() && layer.size() > 0; ++m)
            layer = extend(layer, branch.members[m], cluster.members[m], {c, branch.number, m + 1});
        return layer;
    }

    struct Place {
        std::size_t cluster, branch, members;
    };

    Rows extend(const Rows& labels, const Rows& options, std::size_t item, const Place& place) {
        Rows made(space_.dimensions);
        for (std::size_t l = 0; l < labels.size(); ++l) {
            for (std::size_t o = 0; o < options.size(); ++o) {
                auto* uses = made.add(steps_.size());
                const auto *before = labels.row(l), *more = options.row(o);
                for (std::size_t d = 0; d < space_.dimensions; ++d)
                    uses[d] = before[d] + more[d];
                if (hopeful(uses, place))
                    steps_.push_back({labels.tag(l), item, options.tag(o)});
                else
                    made.drop_last();
            }
        }
        thin(made, {place.cluster, place.members});
        return made;
    }

    bool hopeful(const Amount* uses, const Place& place) const {
        return std::all_of(bounds_.begin(), bounds_.end(), [&](const Use& use) {
            const auto& rest = use.bound->places[place.cluster][place.branch].rest;
            return use.bound->weigh(uses) + rest[place.members] <= use.allowed;
        });
    }

    using Stage = std::pair<std::size_t, std::size_t>;  // cluster, members done

    /// After which stage no later candidate differs from another one in a dimension.
    static std::vector<std::pair<std::size_t, Stage>> ends(const Space& space,
                                                           const Indices& dimensions) {
        std::vector<std::pair<std::size_t, Stage>> found;
        for (const auto d : dimensions) {
            Stage last{0, 0};
            for (std::size_t c = 0; c < space.clusters.size(); ++c) {
                for (const auto& branch : space.clusters[c].branches) {
                    if (space.clusters[c].branches.size() > 1) last = {c, kUnlimited};
                    for (std::size_t m = 0; m < branch.members.size(); ++m) {
                        if (branch.members[m].varies(d)) last = std::max(last, {c, m + 1});
                    }
                }
            }
            found.emplace_back(d, last);
        }
        return found;
    }
    void thin(Rows& labels, const Stage& stage) {
        Indices counting{first_};
        for (const auto& [d, end] : ends_) {
            if (d != first_ && (all_ || stage < end)) counting.push_back(d);
        }
        reducer_.reduce(labels, std::move(counting));
        if (labels.size() > beam_) keep_lightest(labels);
        if (labels.size() > evenly_) keep_some(labels);
    }

    void keep_lightest(Rows& labels) {
        gave_up_ = true;
        std::vector<std::pair<double, std::size_t>> order;
        for (std::size_t i = 0; i < labels.size(); ++i)
            order.emplace_back(by_->weigh(labels.row(i)), i);
        std::sort(order.begin(), order.end());
        Indices kept;
        for (std::size_t i = 0; i < beam_; ++i)
            kept.push_back(order[i].second);
        std::sort(kept.begin(), kept.end());
        labels.keep(kept);
    }

    void keep_some(Rows& labels) const {
        *thinned_ = true;
        std::vector<std::pair<Amount, std::size_t>> order;
        for (std::size_t i = 0; i < labels.size(); ++i)
            order.emplace_back(labels.row(i)[along_], i);
        std::sort(order.begin(), order.end());
        Indices kept;
        for (std::size_t i = 0; i < evenly_; ++i)
            kept.push_back(order[i * (order.size() - 1) / (evenly_ - 1)].second);
        std::sort(kept.begin(), kept.end());
        labels.keep(kept);
    }

    const Space& space_;
    std::vector<std::pair<std::size_t, Stage>> ends_;
    std::size_t first_;
    Reducer reducer_;
    std::vector<Use> bounds_;
    std::vector<Step> steps_;
    std::size_t beam_ = kUnlimited, evenly_ = kUnlimited, along_ = 0;
    const Bound* by_ = nullptr;
    bool gave_up_ = false, all_ = false;
    bool* thinned_ = nullptr;
};

/// The target and what is capped: nothing else tells two choices apart.
Indices counting(std::size_t target, const Caps& caps) {
    Indices dimensions{target};
    for (std::size_t d = 0; d < caps.size(); ++d) {
        if (d != target && caps[d] != kNoCap) dimensions.push_back(d);
    }
    return dimensions;
}

std::optional<Found> best_of(Pass& pass, std::size_t target) {
    const auto labels = pass.run();
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (!best || labels.row(i)[target] < labels.row(*best)[target]) best = i;
    }
    if (!best) return std::nullopt;
    const auto* row = labels.row(*best);
    return Found{pass.choice_of(labels.tag(*best)), {row, row + labels.width()}};
}

/// One question to a space: the least of a target under caps.
class Question {
public:
    Question(std::size_t target, const Caps& caps, const std::vector<Learnt>& learnt)
        : target_(target), caps_(caps), dimensions_(counting(target, caps)), learnt_(learnt) {}

    void answer(Space space) {
        auto weights = best_weights(space, target_, caps_, caps_[target_]);
        std::vector<Bound> bounds{bound_with(space, target_, weights)};
        for (const auto& learnt : learnt_)
            bounds.push_back(bound_with(space, learnt.target, learnt.weights));
        for (auto most = kBeam;;) {
            for (const auto& bound : bounds)
                rule_out(space, bound, caps_);
            if (!space.possible()) return;
            for (const auto& bound : exact(space))
                rule_out(space, bound, caps_);
            if (!space.possible()) return;
            const auto alone = exact(space);
            Pass pass(space, target_, dimensions_);
            for (const auto& bound : bounds)
                pass.use(bound, caps_);
            for (const auto& bound : alone)
                pass.use(bound, caps_);
            pass.keep_best(most, bounds.front());
            auto found = best_of(pass, target_);
            const bool better = found && found->uses[target_] < caps_[target_];
            if (found && (!found_ || found->uses[target_] < found_->uses[target_])) {
                caps_[target_] = std::min(caps_[target_], found->uses[target_]);
                found_ = std::move(found);
                weights_ = weights;
            }
            if (!pass.gave_up()) return;
            most = better ? most * kWider : kUnlimited;
        }
    }

    const std::optional<Found>& found() const { return found_; }
    const std::vector<double>& weights() const { return weights_; }

private:
    /// What each dimension must still grow by, exactly.
    std::vector<Bound> exact(const Space& space) const {
        std::vector<Bound> bounds;
        for (const auto d : dimensions_) {
            std::vector<double> alone(space.dimensions, 0);
            alone[d] = 1;
            bounds.push_back(bound_with(space, d, std::move(alone)));
        }
        return bounds;
    }

    std::size_t target_;
    Caps caps_;  ///< that of the target falls with every better choice that becomes known
    Indices dimensions_;
    const std::vector<Learnt>& learnt_;
    std::optional<Found> found_;
    std::vector<double> weights_;
};

}  // namespace

std::optional<Found> Search::least(std::size_t target, const Caps& caps) {
    if (!space_.possible()) return std::nullopt;
    Question question(target, caps, learnt_);
    question.answer(without_dominated(space_, counting(target, caps)));
    if (question.found()) learnt_.push_back({target, question.weights()});
    return question.found();
}

std::vector<Found> Search::front(const Indices& dimensions, std::size_t most, bool& thinned) const {
    std::vector<Found> found;
    if (!space_.possible()) return found;
    const auto space = without_dominated(space_, dimensions);
    Pass pass(space, dimensions.front(), dimensions);
    pass.keep_evenly(most, dimensions.front(), thinned);
    const auto labels = pass.run();
    for (std::size_t i = 0; i < labels.size(); ++i)
        found.push_back(
            {pass.choice_of(labels.tag(i)), {labels.row(i), labels.row(i) + labels.width()}});
    std::stable_sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
        return a.uses[dimensions.front()] < b.uses[dimensions.front()];
    });
    return found;
}

}  // namespace agentops::negotiate
