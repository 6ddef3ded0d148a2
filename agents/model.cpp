#include "agents/model.h"

#include <algorithm>

namespace agentops {

bool hides_outputs(const Plan& stored, const tf::UnitFacts& facts) {
    return !facts.state_known && std::any_of(stored.outputs.begin(), stored.outputs.end(),
                                             [](const auto& output) { return output.sensitive; });
}

std::string_view to_text(Risk risk) {
    switch (risk) {
        case Risk::low:
            return "low";
        case Risk::medium:
            return "medium";
        case Risk::high:
            return "high";
        case Risk::critical:
            return "critical";
    }
    throw InternalError("risk outside the enum");
}

}  // namespace agentops
