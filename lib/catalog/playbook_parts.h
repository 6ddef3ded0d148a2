#pragma once

// The pieces of a generated Ansible unit.

#include "catalog/configure.h"
#include "catalog/play_values.h"

namespace agentops::catalog {

/// The tasks and handlers of `configure`. With `secret_vars`, variables of the machines hold a
/// secret, so templates and roles are taken to use it.
ansible::Play configure_play(const Part& part, const Configure& wanted, bool secret_vars,
                             PlayValues& values);

/// Batches, and the check between them.
void add_rollout(const Rollout& rollout, PlayValues& values, ansible::Play& play);

/// Says of every Ansible unit what it comes after: the units of its inputs, what `after` names, and
/// the Ansible units of what its component uses or works on. Components that use each other have no
/// order.
void order_playbooks(const Design& design, BuiltStack& built);

}  // namespace agentops::catalog
