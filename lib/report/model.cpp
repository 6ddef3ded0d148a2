#include "report/model.h"

#include <fmt/core.h>

namespace agentops::report {

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
