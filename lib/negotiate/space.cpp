#include "negotiate/space.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace agentops::negotiate {

namespace {

bool beats_or_equals(const Amount* a, const Amount* b, const std::vector<std::size_t>& dimensions) {
    return std::all_of(dimensions.begin(), dimensions.end(),
                       [&](std::size_t d) { return a[d] <= b[d]; });
}

/// Rows that no other one makes useless, in their order.
std::vector<std::size_t> undominated(const std::vector<const Amount*>& rows,
                                     const std::vector<std::size_t>& dimensions) {
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (std::any_of(kept.begin(), kept.end(), [&](std::size_t other) {
                return beats_or_equals(rows[other], rows[i], dimensions);
            }))
            continue;
        std::erase_if(kept, [&](std::size_t other) {
            return beats_or_equals(rows[i], rows[other], dimensions);
        });
        kept.push_back(i);
    }
    return kept;
}

class Layout {
public:
    Layout(const std::vector<bool>& active, const std::vector<Dimension>& dimensions)
        : active_(active), dimensions_(dimensions) {}

    Space::Cluster cluster(const Group& group) const {
        Space::Cluster cluster{group.head, group.members, {}};
        std::vector<const Candidate*> heads;
        for (const auto& alternative : group.alternatives)
            heads.push_back(&alternative.head);
        for (const auto number : group.members.empty() ? useful(heads) : allowed(heads)) {
            if (auto branch = this->branch(group, number))
                cluster.branches.push_back(std::move(*branch));
        }
        return cluster;
    }

private:
    using Pointers = std::vector<const Candidate*>;

    std::vector<std::size_t> allowed(const Pointers& candidates) const {
        std::vector<std::size_t> numbers;
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            const auto& vetoes = candidates[i]->vetoes;
            if (std::none_of(vetoes.begin(), vetoes.end(),
                             [&](std::size_t veto) { return active_[veto]; }))
                numbers.push_back(i);
        }
        return numbers;
    }
    /// Allowed ones that no other one equals or beats in every measure. No dimension could tell
    /// those apart; left out here, they take no rows, which are as wide as there are limits.
    std::vector<std::size_t> useful(const Pointers& candidates) const {
        const auto numbers = allowed(candidates);
        std::vector<std::size_t> measures(kMeasures);
        std::iota(measures.begin(), measures.end(), 0);
        std::vector<const Amount*> scores;
        for (const auto number : numbers)
            scores.push_back(candidates[number]->score.amounts.data());
        std::vector<std::size_t> found;
        for (const auto index : undominated(scores, measures))
            found.push_back(numbers[index]);
        return found;
    }

    void add(Rows& rows, const Candidate& candidate, std::size_t number, std::size_t item) const {
        auto* row = rows.add(number);
        for (const auto& dimension : dimensions_)
            *row++ = dimension.amount(candidate.score, item);
    }
    std::optional<Space::Branch> branch(const Group& group, std::size_t number) const {
        const auto& from = group.alternatives[number];
        Space::Branch branch{number, Rows(dimensions_.size()), {}};
        add(branch.head, from.head, number, group.head);
        for (std::size_t m = 0; m < from.members.size(); ++m) {
            auto& rows = branch.members.emplace_back(dimensions_.size());
            Pointers candidates;
            for (const auto& candidate : from.members[m])
                candidates.push_back(&candidate);
            for (const auto i : useful(candidates))
                add(rows, from.members[m][i], i, group.members[m]);
            if (rows.size() == 0) return std::nullopt;
        }
        return branch;
    }

    const std::vector<bool>& active_;
    const std::vector<Dimension>& dimensions_;
};

/// Branches without members are candidates among themselves.
void drop_dominated(std::vector<Space::Branch>& branches,
                    const std::vector<std::size_t>& dimensions) {
    std::vector<const Amount*> rows;
    for (const auto& branch : branches)
        rows.push_back(branch.head.row(0));
    std::vector<Space::Branch> kept;
    for (const auto index : undominated(rows, dimensions))
        kept.push_back(branches[index]);
    branches = std::move(kept);
}

}  // namespace

bool Rows::varies(std::size_t column) const {
    for (std::size_t i = 1; i < size(); ++i) {
        if (row(i)[column] != row(0)[column]) return true;
    }
    return false;
}

bool Rows::uses(std::size_t column) const {
    for (std::size_t i = 0; i < size(); ++i) {
        if (row(i)[column] != 0) return true;
    }
    return false;
}

Rows Rows::narrow(const std::vector<std::size_t>& columns) const {
    Rows narrowed(columns.size());
    for (std::size_t i = 0; i < size(); ++i) {
        auto* amounts = narrowed.add(tag(i));
        for (const auto column : columns)
            *amounts++ = row(i)[column];
    }
    return narrowed;
}

Amount* Rows::add(std::size_t tag) {
    tags_.push_back(tag);
    amounts_.resize(amounts_.size() + width_, 0);
    return amounts_.data() + (tags_.size() - 1) * width_;
}

void Rows::add(std::size_t tag, const Amount* row) {
    std::copy_n(row, width_, add(tag));
}

void Rows::drop_last() {
    tags_.pop_back();
    amounts_.resize(amounts_.size() - width_);
}

void Rows::keep(const std::vector<std::size_t>& rows) {
    Rows kept(width_);
    kept.tags_.reserve(rows.size());
    kept.amounts_.reserve(rows.size() * width_);
    for (const auto i : rows)
        kept.add(tags_[i], row(i));
    *this = std::move(kept);
}

bool Space::possible() const {
    return std::none_of(clusters.begin(), clusters.end(),
                        [](const auto& cluster) { return cluster.branches.empty(); });
}

Dimension Dimension::of(Measure measure, std::vector<std::size_t> items) {
    return {measure, std::move(items), {}};
}

Dimension Dimension::weighted(const std::array<double, kMeasures>& weights) {
    return {Measure::cost, {}, weights};
}

Amount Dimension::amount(const Score& score, std::size_t item) const {
    if (!items.empty() && !std::binary_search(items.begin(), items.end(), item)) return 0;
    if (!weights) return score.of(measure);
    double sum = 0;
    for (std::size_t i = 0; i < kMeasures; ++i)
        sum += (*weights)[i] * static_cast<double>(score.amounts[i]);
    return std::llround(sum);
}

Space lay_out(const Problem& problem, const std::vector<bool>& active_vetoes,
              const std::vector<Dimension>& dimensions) {
    const Layout layout(active_vetoes, dimensions);
    Space space{problem.items, dimensions.size(), {}};
    for (const auto& group : problem.groups)
        space.clusters.push_back(layout.cluster(group));
    return space;
}

void narrow(Space& space, const std::vector<std::size_t>& dimensions) {
    space.dimensions = dimensions.size();
    for (auto& cluster : space.clusters) {
        for (auto& branch : cluster.branches) {
            branch.head = branch.head.narrow(dimensions);
            for (auto& member : branch.members)
                member = member.narrow(dimensions);
        }
    }
}

Space without_dominated(const Space& space, const std::vector<std::size_t>& dimensions) {
    auto smaller = space;
    for (auto& cluster : smaller.clusters) {
        for (auto& branch : cluster.branches) {
            for (auto& member : branch.members) {
                std::vector<const Amount*> rows;
                for (std::size_t i = 0; i < member.size(); ++i)
                    rows.push_back(member.row(i));
                member.keep(undominated(rows, dimensions));
            }
        }
        if (cluster.members.empty()) drop_dominated(cluster.branches, dimensions);
    }
    return smaller;
}

}  // namespace agentops::negotiate
