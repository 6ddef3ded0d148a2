#pragma once

// The settings of a project, flattened: which value counts, and where it was written.

#include "intent/project.h"

namespace agentops::intent {

struct Setting {
    std::string key;    ///< "terraform.binary", "secrets.db_password.env"
    Json value;         ///< null: not set, and there is no default
    Position position;  ///< in agentops.yaml; unknown: the default
    std::string doc;
};

/// Every setting in the order of the schema; of maps that the project fills (secrets, agents) one
/// for each of their entries. `root` is agentops.yaml as it was parsed, or null without one.
std::vector<Setting> list_settings(const Settings& settings, const yaml::Node* root);

}  // namespace agentops::intent
