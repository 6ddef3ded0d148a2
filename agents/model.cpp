#include "agents/model.h"

namespace agentops {

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
