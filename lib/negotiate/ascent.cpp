#include "negotiate/ascent.h"

#include <algorithm>
#include <cmath>

#include "negotiate/plan.h"

namespace agentops::negotiate {

namespace {

constexpr int kDoublings = 60, kBisections = 24, kRounds = 2;
constexpr std::size_t kSteps = 45;  ///< for each dimension

/// Shrinks around the minimum of a convex function, half of it away at each cut (Shor 1977; Bland,
/// Goldfarb, Todd, "The Ellipsoid Method: A Survey", 1981). For two dimensions and more.
class Ellipsoid {
public:
    Ellipsoid(std::vector<double> centre, double radius)
        : centre_(std::move(centre)), n_(centre_.size()), shape_(n_ * n_, 0) {
        for (std::size_t i = 0; i < n_; ++i)
            shape_[i * n_ + i] = radius * radius * static_cast<double>(n_);
    }
    const std::vector<double>& centre() const { return centre_; }

    /// Keeps the half against the slope; false when nothing is left to tell.
    bool cut(const std::vector<double>& slope) {
        std::vector<double> step(n_, 0);
        double length = 0;
        for (std::size_t i = 0; i < n_; ++i) {
            for (std::size_t j = 0; j < n_; ++j)
                step[i] += shape_[i * n_ + j] * slope[j];
            length += slope[i] * step[i];
        }
        if (!(length > 1e-12)) return false;
        const auto n = static_cast<double>(n_), norm = std::sqrt(length);
        for (std::size_t i = 0; i < n_; ++i)
            centre_[i] -= step[i] / norm / (n + 1);
        for (std::size_t i = 0; i < n_; ++i) {
            for (std::size_t j = 0; j < n_; ++j) {
                auto& entry = shape_[i * n_ + j];
                entry = n * n / (n * n - 1) *
                        (entry - 2 / (n + 1) * (step[i] / norm) * (step[j] / norm));
            }
        }
        return true;
    }

private:
    std::vector<double> centre_;
    std::size_t n_;
    std::vector<double> shape_;
};

/// Raises one multiplier after the other until the relaxed choice keeps its cap, and no further.
class Ascent {
public:
    Ascent(const Space& space, std::size_t target, const Caps& caps, Amount& known)
        : space_(space), caps_(caps), known_(known) {
        bound_.target = target;
        bound_.weights.assign(space.dimensions, 0);
        bound_.weights[target] = 1;
    }
    std::vector<double> weights() {
        for (int round = 0; round < kRounds; ++round) {
            for (std::size_t d = 0; d < caps_.size(); ++d) {
                if (d != bound_.target && caps_[d] != kNoCap && !keeps(d, 0)) raise(d);
            }
        }
        settle();
        climb();
        settle();
        return bound_.weights;
    }

private:
    /// Good choices near the weights as they are: in each branch, for only members are exchanged.
    void settle() {
        const auto lightest = lightest_plan(space_, bound_);
        for (std::size_t c = 0; c < space_.clusters.size(); ++c) {
            for (std::size_t b = 0; b < space_.clusters[c].branches.size(); ++b)
                settle(with_branch(space_, bound_, lightest, c, b));
        }
    }
    void settle(Plan plan) {
        if (!repair(space_, bound_.target, caps_, plan)) return;
        improve(space_, bound_.target, caps_, plan);
        known_ = std::min(known_, plan.uses[bound_.target]);
    }
    /// Coordinates alone get stuck at kinks: from there ellipsoids close in on the best weights.
    /// They are counted in shares of the caps, for the dimensions have nothing in common.
    void climb() {
        std::vector<std::size_t> capped;
        for (std::size_t d = 0; d < caps_.size(); ++d) {
            if (bound_.weights[d] != 0 && d != bound_.target) capped.push_back(d);
        }
        if (capped.size() < 2 || known_ == kNoCap) return;
        std::vector<double> centre;
        double radius = std::abs(static_cast<double>(known_));
        for (const auto d : capped) {
            centre.push_back(bound_.weights[d] * scale(d));
            radius = std::max(radius, 4 * centre.back());
        }
        auto best = bound_.weights;
        double highest = value(look());
        Ellipsoid ellipsoid(std::move(centre), radius);
        for (std::size_t step = 0; step < kSteps * capped.size(); ++step) {
            std::vector<double> slope(capped.size(), 0);
            const auto outside =
                std::min_element(ellipsoid.centre().begin(), ellipsoid.centre().end());
            if (*outside < 0) {
                slope[static_cast<std::size_t>(outside - ellipsoid.centre().begin())] = -1;
            } else {
                for (std::size_t i = 0; i < capped.size(); ++i)
                    bound_.weights[capped[i]] = ellipsoid.centre()[i] / scale(capped[i]);
                const auto uses = look();
                if (value(uses) > highest) {
                    highest = value(uses);
                    best = bound_.weights;
                }
                for (std::size_t i = 0; i < capped.size(); ++i)
                    slope[i] =
                        static_cast<double>(caps_[capped[i]] - uses[capped[i]]) / scale(capped[i]);
            }
            if (!ellipsoid.cut(slope)) break;
        }
        bound_.weights = best;
    }
    /// The bound of the target that a relaxed choice gives.
    double value(const std::vector<Amount>& uses) const {
        double sum = bound_.weigh(uses.data());
        for (std::size_t d = 0; d < caps_.size(); ++d) {
            if (d != bound_.target && bound_.weights[d] != 0)
                sum -= bound_.weights[d] * static_cast<double>(caps_[d]);
        }
        return sum;
    }
    double scale(std::size_t d) const {
        return std::max(1.0, std::abs(static_cast<double>(caps_[d])));
    }
    /// What the lightest choice uses.
    std::vector<Amount> look() {
        const auto plan = lightest_plan(space_, bound_);
        if (agentops::negotiate::keeps(plan, caps_))
            known_ = std::min(known_, plan.uses[bound_.target]);
        return plan.uses;
    }
    bool keeps(std::size_t d, double weight) {
        bound_.weights[d] = weight;
        return look()[d] <= caps_[d];
    }
    void raise(std::size_t d) {
        double low = 0, high = 1e-6;
        for (int i = 0; i < kDoublings && !keeps(d, high); ++i) {
            low = high;
            high *= 2;
        }
        for (int i = 0; i < kBisections; ++i) {
            const auto middle = (low + high) / 2;
            (keeps(d, middle) ? high : low) = middle;
        }
        keeps(d, high);
    }

    const Space& space_;
    const Caps& caps_;
    Amount& known_;
    Bound bound_;
};

}  // namespace

std::vector<double> best_weights(const Space& space, std::size_t target, const Caps& caps,
                                 Amount& known) {
    return Ascent(space, target, caps, known).weights();
}

}  // namespace agentops::negotiate
