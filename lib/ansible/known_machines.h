#pragma once

// Which machines were made for a playbook, and the host keys that were accepted from them. A cloud
// gives the address of a machine that is gone to another, which has another key.

#include <set>

#include "base/fs.h"

namespace agentops::ansible {

/// Notes in `list` that these are the machines now, by address, and takes the lines of those that
/// are gone out of `known_hosts`. No machines at all removes the list.
Status remember_machines(const fs::path& list, const fs::path& known_hosts,
                         const std::set<std::string>& addresses);

}  // namespace agentops::ansible
