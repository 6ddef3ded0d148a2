#include "ansible/unit.h"

namespace agentops::ansible {

Json host_outputs(const Unit& unit) {
    Json addresses = Json::array(), names = Json::array();
    for (const auto& host : unit.hosts) {
        addresses.push_back(host.address);
        names.push_back(host.name);
    }
    return {{"addresses", std::move(addresses)}, {"names", std::move(names)}};
}

}  // namespace agentops::ansible
