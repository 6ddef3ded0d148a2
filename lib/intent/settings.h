#pragma once

// Reading agentops.yaml.

#include "intent/project.h"

namespace agentops::intent {

/// Decodes agentops.yaml strictly; all mistakes at once, in area "project".
Result<Settings> read_settings(const Source& source);

}  // namespace agentops::intent
