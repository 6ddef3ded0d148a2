#pragma once

// What a playbook did, from its events; shared by the agents that judge one.

#include "ansible/events.h"
#include "ansible/steps.h"
#include "run/step.h"

namespace agentops {

struct PlayResult {
    ansible::PlayEvents events;
    Diagnostics diagnostics;  ///< why it is no success, with the intent line; may be warnings only
};

/// The machines that a play under these limits touches.
std::vector<ansible::Host> taking_part(std::vector<ansible::Host> hosts,
                                       const ansible::StepContext& context);

/// Reads a play's events. A success needs more than the absence of failures: the closing
/// statistics, and that every machine of `expected` took part. (An existing playbook chooses its
/// machines itself; of those there must be one.) Codes: those of ansible::explain_failures,
/// ansible.unfinished, ansible.no-hosts.
PlayResult read_play(const ansible::Unit& unit, const std::vector<ansible::Host>& expected,
                     const run::StepResult& done, bool check);

}  // namespace agentops
