#include "graph/agent.h"

#include <fmt/format.h>

#include <algorithm>

namespace agentops::graph {
namespace {

void check(const AgentInfo& info, const std::vector<SlotId>& declared, SlotId id,
           std::string_view verb) {
    if (std::find(declared.begin(), declared.end(), id) != declared.end()) return;
    throw InternalError(
        fmt::format("agent '{}' {} slot {} without declaring it", info.name, verb, id));
}

}  // namespace

AgentContext::AgentContext(const AgentInfo& info, std::size_t order, std::string subject,
                           Board& board, std::vector<std::pair<std::string, const Board*>> upstream)
    : info_(info),
      order_(order),
      subject_(std::move(subject)),
      board_(board),
      upstream_(std::move(upstream)) {}

void AgentContext::decide(Decision decision) {
    decision.agent = info_.name;
    board_.decide(order_, std::move(decision));
}

void AgentContext::check_read(SlotId id) const {
    check(info_, info_.reads, id, "reads");
}
void AgentContext::check_write(SlotId id) const {
    check(info_, info_.writes, id, "writes");
}
void AgentContext::check_upstream(SlotId id) const {
    check(info_, info_.upstream, id, "reads upstream");
}

void AgentContext::absent(SlotId id) const {
    throw InternalError(fmt::format("agent '{}' reads slot {} of '{}', which nothing wrote",
                                    info_.name, id, subject_));
}

}  // namespace agentops::graph
