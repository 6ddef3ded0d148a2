#pragma once

// `agentops drift accept` and `ignore`: drift that was seen is answered for, for a time.

#include "cmd/session.h"

namespace agentops::cmd {

struct AcceptWish {
    std::string mode;                     ///< accept, ignore
    std::vector<std::string> references;  ///< as drift::reference_of prints them
    std::optional<std::string> reason, owner, until;
};

/// Each reference must have been seen by the last check. Codes: drift.unknown-reference, cli.usage.
ExitCode accept_drift(Session& session, const AcceptWish& wish);

}  // namespace agentops::cmd
