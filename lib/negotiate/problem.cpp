#include "negotiate/problem.h"

#include <algorithm>

namespace agentops::negotiate {

Score& Score::operator+=(const Score& other) {
    for (std::size_t i = 0; i < kMeasures; ++i)
        amounts[i] += other.amounts[i];
    return *this;
}

Score score_of(const Problem& problem, const Choice& choice,
               const std::vector<std::size_t>& items) {
    Score sum;
    const auto counts = [&](std::size_t item) {
        return items.empty() || std::binary_search(items.begin(), items.end(), item);
    };
    for (const auto& group : problem.groups) {
        const auto& taken = group.alternatives.at(choice.at(group.head));
        if (counts(group.head)) sum += taken.head.score;
        for (std::size_t m = 0; m < group.members.size(); ++m) {
            const auto item = group.members[m];
            if (counts(item)) sum += taken.members[m].at(choice.at(item)).score;
        }
    }
    return sum;
}

}  // namespace agentops::negotiate
