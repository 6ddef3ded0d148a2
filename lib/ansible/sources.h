#pragma once

// What a unit takes from the user's disk: read once, when it is gathered, so that the bytes that
// were reviewed are the bytes that run.

#include "ansible/unit.h"
#include "base/file_tree.h"
#include "unit/leftovers.h"

namespace agentops::ansible {

/// Adds the files of unit.sources to unit.files, and completes the digest with the folders of local
/// roles and of an existing playbook. Codes: ansible.missing-file, ansible.missing-playbook.
Status read_sources(Unit& unit, const FileTree& tree);

/// Reports source files, role folders and playbooks that are not there; reads none of them.
Diagnostics find_missing(const Unit& unit, const FileTree& tree);

/// Where the unit's artifacts lie: Ansible loads whatever is beside a playbook.
ArtifactFolder artifact_folder(const Unit& unit);

/// Roles and collections of the unit that no folder of these holds.
std::vector<Requirement> missing_requirements(const Unit& unit,
                                              const std::vector<fs::path>& role_dirs,
                                              const std::vector<fs::path>& collection_dirs);

}  // namespace agentops::ansible
