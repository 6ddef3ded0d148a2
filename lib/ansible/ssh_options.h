#pragma once

// How ssh is called for a run: the same trust on the way to a jump host as behind it.

#include <string>
#include <vector>

#include "ansible/artifacts.h"

namespace agentops::ansible {

/// As text; a path that is not plain is an InternalError.
std::string plain_path(const fs::path& path);

/// -o options: whom to trust, how long to wait, never to ask.
std::vector<std::string> trust_options(const Settings& run);

/// One text that Ansible splits into these words again.
std::string argument_line(const std::vector<std::string>& words);

/// The options of one machine beside those of the run: of its key only, through its jump host.
std::vector<std::string> machine_options(const Connection& connection, const std::string& key,
                                         const Settings* run);

}  // namespace agentops::ansible
