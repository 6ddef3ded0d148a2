#pragma once

// Generated files on disk against what the intent gives now and against what was last written:
// that tells an edit by hand from files that are merely old.

#include "drift/verdict.h"
#include "unit/leftovers.h"

namespace agentops::drift {

/// Files of a generated unit that are not as they should be, by name. A folder that was never
/// written has none. Where the list of what was written is not at hand (a fresh clone), an edit
/// reads as stale.
std::vector<ArtifactVerdict> judge_artifacts(const ArtifactFolder& folder,
                                             const std::vector<Artifact>& wanted);

}  // namespace agentops::drift
