#pragma once

// State backends of generated roots: what the project says, made distinct per unit.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace agentops::tf {

/// Backends that are passed through: local, s3, gcs, azurerm, http, pg, consul, cloud, remote.
const std::vector<std::string>& known_backends();

/// The settings of one unit's backend: `given` plus the setting that tells units apart (s3 and
/// azurerm `key`, gcs `prefix`, consul `path`, pg `schema_name`, cloud/remote `workspaces.name`,
/// http `address` and its lock addresses). What is given there becomes the prefix. A local state
/// lies at `local_path`, relative to the unit, whatever is given. `unit` is "shop@dev/main".
Json backend_settings(std::string_view backend, Json given, std::string_view unit,
                      std::string_view local_path);

}  // namespace agentops::tf
