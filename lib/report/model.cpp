#include "report/model.h"

#include <fmt/core.h>

#include <algorithm>

namespace agentops::report {

bool ResourceReport::accepted() const {
    return !differences.empty() &&
           std::all_of(differences.begin(), differences.end(),
                       [](const auto& difference) { return difference.accepted.has_value(); });
}

Counts StackReport::counts() const {
    Counts sum;
    for (const auto& unit : units)
        sum += unit.counts;
    return sum;
}

Counts Report::counts() const {
    Counts sum;
    for (const auto& stack : stacks)
        sum += stack.counts();
    return sum;
}

std::string verdict_of(const Counts& counts) {
    if (counts.total() == 0) return "no changes";
    return fmt::format("{} to create, {} to update, {} to {}, {} to {}", counts.create,
                       counts.update, counts.replace, counts.replace > 0 ? "REPLACE" : "replace",
                       counts.destroy, counts.destroy > 0 ? "DESTROY" : "destroy");
}

}  // namespace agentops::report
