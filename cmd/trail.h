#pragma once

// `drift --who`: asks the cloud's trail who changed what drifted.

#include "cmd/drift_flow.h"

namespace agentops::cmd {

/// Writes the last writer into the sightings of the report, where the trail names one. Asks for at
/// most 20 objects, because the trail answers slowly. Code: drift.no-trail, a warning.
void name_writers(const Selection& stacks, DriftCheck& check, run::Runner& runner);

}  // namespace agentops::cmd
