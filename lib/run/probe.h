#pragma once

// The Probe step: asks an address until it answers as wanted. http:// and tcp:// go over a plain
// socket; https:// goes through the program `curl`, because linking a TLS library would cost every
// start of ours several milliseconds for something that runs after an apply only.

#include "run/process.h"
#include "run/step.h"

namespace agentops::run {

/// Codes: probe.url, probe.failed, tool.missing (curl), tool.interrupted. Redirects are not
/// followed. `env` is for curl; a proxy named there serves https:// only.
Status run_probe(const Probe& probe, const Environment& env, const Interrupt& interrupt);

}  // namespace agentops::run
