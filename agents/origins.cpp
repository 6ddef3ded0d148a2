#include "agents/origins.h"

#include <algorithm>

#include "base/text.h"

namespace agentops {

namespace {

/// A resource that left the intent. Resources are named after their component: when that one is
/// still there, its line is where the change was made.
Origin origin_of_gone(const tf::Unit& unit, const std::string& address) {
    const auto own = address.substr(address.find('.') + 1);
    Origin gone;
    for (const auto& [known, origin] : unit.origins) {
        auto label = origin.component;
        std::replace(label.begin(), label.end(), '-', '_');
        const bool fits = own == label || starts_with(own, label + "_");
        if (fits && origin.component.size() > gone.component.size()) {
            gone.component = origin.component;
            gone.position = origin.position;
        }
    }
    gone.agent = "terraform";
    gone.reason = "no longer in the intent";
    return gone;
}

}  // namespace

std::string root_address(std::string_view address) {
    if (starts_with(address, "module.")) {
        const auto end = address.find_first_of(".[", 7);
        return std::string(address.substr(0, end));
    }
    return std::string(address.substr(0, address.find_first_of("[ ")));
}

Origin origin_of(const tf::Unit& unit, const std::string& address, const std::string& previous) {
    for (const auto& one : {address, previous}) {
        const auto found = unit.origins.find(root_address(one));
        if (!one.empty() && found != unit.origins.end()) return found->second;
    }
    const auto whole = unit.origins.find("");
    if (whole != unit.origins.end()) return whole->second;
    return origin_of_gone(unit, root_address(address));
}

}  // namespace agentops
