#include "negotiate/plan.h"

#include <algorithm>
#include <cmath>

namespace agentops::negotiate {

namespace {

void add(std::vector<Amount>& uses, const Amount* row) {
    for (auto& use : uses)
        use += *row++;
}

void subtract(std::vector<Amount>& uses, const Amount* row) {
    for (auto& use : uses)
        use -= *row++;
}

/// The lightest way through a branch.
struct Picked {
    std::size_t branch = 0;
    std::vector<std::size_t> rows;
    std::vector<Amount> uses;
};

Picked pick(const Space::Branch& branch, const Bound& bound) {
    const auto* head = branch.head.row(0);
    Picked picked{0, {}, {head, head + branch.head.width()}};
    for (const auto& options : branch.members) {
        picked.rows.push_back(bound.lightest(options).first);
        add(picked.uses, options.row(picked.rows.back()));
    }
    return picked;
}

/// Another candidate for one item.
struct Move {
    std::size_t cluster = 0, member = 0, row = 0;
    std::vector<Amount> change;
};

class Improver {
public:
    Improver(const Space& space, std::size_t target, const Caps& caps, Plan& plan)
        : space_(space), target_(target), caps_(caps), plan_(plan) {}

    void run() {
        while (best_single() || best_pair()) {
        }
    }

    bool repair() {
        while (!keeps(plan_, caps_)) {
            std::optional<Move> best;
            double price = std::numeric_limits<double>::infinity();
            moves([&](const Move& move) {
                const auto gain = excess(plan_.uses, nullptr) - excess(plan_.uses, &move);
                if (gain <= 0) return;
                const auto more = static_cast<double>(move.change[target_]) / gain;
                if (more >= price) return;
                price = more;
                best = move;
            });
            if (!best) return false;
            make(*best);
        }
        return true;
    }

private:
    /// By how much the caps are exceeded, in shares of each, after a move.
    double excess(const std::vector<Amount>& uses, const Move* move) const {
        double sum = 0;
        for (std::size_t d = 0; d < uses.size(); ++d) {
            if (d == target_ || caps_[d] == kNoCap) continue;
            const auto over = uses[d] + (move != nullptr ? move->change[d] : 0) - caps_[d];
            if (over > 0)
                sum += static_cast<double>(over) / (1 + std::abs(static_cast<double>(caps_[d])));
        }
        return sum;
    }

    const Rows& rows(std::size_t c, std::size_t m) const {
        return space_.clusters[c].branches[plan_.branches[c]].members[m];
    }

    template <class Visit>
    void moves(const Visit& visit) const {
        Move move;
        move.change.resize(space_.dimensions);
        for (std::size_t c = 0; c < plan_.rows.size(); ++c) {
            for (std::size_t m = 0; m < plan_.rows[c].size(); ++m) {
                const auto& options = rows(c, m);
                const auto* now = options.row(plan_.rows[c][m]);
                for (std::size_t r = 0; r < options.size(); ++r) {
                    if (r == plan_.rows[c][m]) continue;
                    for (std::size_t d = 0; d < space_.dimensions; ++d)
                        move.change[d] = options.row(r)[d] - now[d];
                    move.cluster = c, move.member = m, move.row = r;
                    visit(move);
                }
            }
        }
    }

    bool fits(const std::vector<Amount>& uses, const Move& move) const {
        for (std::size_t d = 0; d < uses.size(); ++d) {
            if (d != target_ && uses[d] + move.change[d] > caps_[d]) return false;
        }
        return true;
    }
    void make(const Move& move) {
        plan_.rows[move.cluster][move.member] = move.row;
        add(plan_.uses, move.change.data());
    }

    bool best_single() {
        std::optional<Move> best;
        moves([&](const Move& move) {
            const auto least = best ? best->change[target_] : 0;
            if (move.change[target_] < least && fits(plan_.uses, move)) best = move;
        });
        if (best) make(*best);
        return best.has_value();
    }

    /// One item gives room, another one uses it: the dearest savings are tried first.
    bool best_pair() {
        std::vector<Move> giving, saving;
        moves([&](const Move& move) {
            (move.change[target_] < 0 ? saving : giving).push_back(move);
        });
        const auto by_target = [&](const Move& a, const Move& b) {
            return a.change[target_] < b.change[target_];
        };
        std::stable_sort(giving.begin(), giving.end(), by_target);
        std::stable_sort(saving.begin(), saving.end(), by_target);
        giving.resize(std::min(giving.size(), kTried));
        for (const auto& give : giving) {
            auto uses = plan_.uses;
            add(uses, give.change.data());
            for (const auto& save : saving) {
                if (save.change[target_] + give.change[target_] >= 0) break;
                const bool same = save.cluster == give.cluster && save.member == give.member;
                if (same || !fits(uses, save)) continue;
                make(give);
                make(save);
                return true;
            }
        }
        return false;
    }

    static constexpr std::size_t kTried = 200;
    const Space& space_;
    std::size_t target_;
    const Caps& caps_;
    Plan& plan_;
};

}  // namespace

Plan lightest_plan(const Space& space, const Bound& bound) {
    Plan plan;
    plan.uses.assign(space.dimensions, 0);
    for (const auto& cluster : space.clusters) {
        double least = std::numeric_limits<double>::infinity();
        Picked best;
        for (std::size_t b = 0; b < cluster.branches.size(); ++b) {
            auto picked = pick(cluster.branches[b], bound);
            const auto weight = bound.weigh(picked.uses.data());
            if (weight >= least) continue;
            least = weight;
            best = std::move(picked);
            best.branch = b;
        }
        plan.branches.push_back(best.branch);
        plan.rows.push_back(std::move(best.rows));
        add(plan.uses, best.uses.data());
    }
    return plan;
}

Plan with_branch(const Space& space, const Bound& bound, Plan plan, std::size_t cluster,
                 std::size_t branch) {
    const auto& branches = space.clusters[cluster].branches;
    const auto& before = branches[plan.branches[cluster]];
    subtract(plan.uses, before.head.row(0));
    for (std::size_t m = 0; m < before.members.size(); ++m)
        subtract(plan.uses, before.members[m].row(plan.rows[cluster][m]));
    auto picked = pick(branches[branch], bound);
    add(plan.uses, picked.uses.data());
    plan.branches[cluster] = branch;
    plan.rows[cluster] = std::move(picked.rows);
    return plan;
}

bool keeps(const Plan& plan, const Caps& caps) {
    for (std::size_t d = 0; d < caps.size(); ++d) {
        if (plan.uses[d] > caps[d]) return false;
    }
    return true;
}

bool repair(const Space& space, std::size_t target, const Caps& caps, Plan& plan) {
    return Improver(space, target, caps, plan).repair();
}

void improve(const Space& space, std::size_t target, const Caps& caps, Plan& plan) {
    Improver(space, target, caps, plan).run();
}

}  // namespace agentops::negotiate
