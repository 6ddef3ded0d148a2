#include <algorithm>
#include <iterator>
#include <utility>

#include "ansible/events.h"
#include "base/text.h"

namespace agentops::ansible {

namespace {

constexpr std::pair<std::string_view, Trust> kModules[] = {
#define TRUST(name, trust) {name, Trust::trust},
#include "ansible/trust.def"
#undef TRUST
};

/// Short names and ansible.legacy mean the modules of ansible.builtin.
std::string full_name(std::string_view module) {
    constexpr std::string_view kLegacy = "ansible.legacy.";
    if (starts_with(module, kLegacy)) module.remove_prefix(kLegacy.size());
    const bool is_short = module.find('.') == std::string_view::npos;
    return (is_short ? "ansible.builtin." : "") + std::string(module);
}

}  // namespace

Trust trust_of(std::string_view module) {
    const auto name = full_name(module);
    const auto* found = std::find_if(std::begin(kModules), std::end(kModules),
                                     [&](const auto& known) { return known.first == name; });
    return found == std::end(kModules) ? Trust::reported : found->second;
}

}  // namespace agentops::ansible
