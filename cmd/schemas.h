#pragma once

// The JSON Schemas (draft 7) that agentops publishes: of the files people write, and of what the
// program prints for other programs.

#include "base/json.h"

namespace agentops::cmd {

/// Intents, with the bodies of all kinds.
Json published_intent_schema();
/// The `--json` record of every command.
Json record_schema();
/// One line of `--events FILE` and of a run's events.jsonl.
Json events_schema();

}  // namespace agentops::cmd
