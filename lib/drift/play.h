#pragma once

// Verdicts of an Ansible unit, from the events of check mode, by machine and task.

#include "ansible/events.h"
#include "drift/verdict.h"

namespace agentops::drift {

/// `expected` are the machines that were asked; a machine without any event is unknown. A task that
/// would change something: modified, or deleted when it would make what is gone; its attributes
/// say what the playbook wants (expected) and what is there (actual). A task that check mode cannot
/// tell of: not_checked. A handler that would
/// run only follows from that. A machine that failed, was not reached or was not looked at to its
/// end: unknown, whatever was seen before. A machine on which nothing differs is one entry, in
/// sync. `intent_moved`: differences are what the intent wants anew.
UnitVerdict judge_play(const ansible::Unit& unit, const std::vector<std::string>& expected,
                       const ansible::PlayEvents& events, bool intent_moved);

}  // namespace agentops::drift
