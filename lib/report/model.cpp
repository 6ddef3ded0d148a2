#include "report/model.h"

#include <fmt/core.h>

namespace agentops::report {

tf::Counts StackReport::counts() const {
    tf::Counts sum;
    for (const auto& unit : units)
        sum += unit.counts;
    return sum;
}

tf::Counts Report::counts() const {
    tf::Counts sum;
    for (const auto& stack : stacks)
        sum += stack.counts();
    return sum;
}

std::string verdict_of(const tf::Counts& counts) {
    if (counts.total() == 0) return "no changes";
    return fmt::format("{} to create, {} to update, {} to {}, {} to {}", counts.create,
                       counts.update, counts.replace, counts.replace > 0 ? "REPLACE" : "replace",
                       counts.destroy, counts.destroy > 0 ? "DESTROY" : "destroy");
}

}  // namespace agentops::report
