#include "terraform/unit.h"

namespace agentops::tf {

std::string Resource::address() const {
    return (data ? "data." : "") + type + "." + name;
}

}  // namespace agentops::tf
