#pragma once

// The AWS provider (5.100) takes a bucket that it may not or cannot read (403, 500, no answer) for
// one that is gone, without any error. So nobody believes that before S3 itself says 404.

#include "cmd/drift_flow.h"

namespace agentops::cmd {

/// Asks S3, without credentials, for each bucket that is said to be gone: it answers 404 for one
/// that does not exist and 403 for one that others own. A bucket of which it does not say 404
/// becomes unknown, and so does whatever else of its unit is said to be gone because of it.
void confirm_gone(const Selection& stacks, DriftCheck& check, run::Runner& runner, int jobs);

}  // namespace agentops::cmd
