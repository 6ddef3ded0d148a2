#pragma once

// What a component wants on its machines, as one play: tasks in order, handlers, roles.

#include <string>
#include <vector>

#include "ansible/value.h"
#include "base/source.h"

namespace agentops::ansible {

struct Task {
    std::string name;    ///< unique within its play, without variables
    std::string module;  ///< fully qualified: "ansible.builtin.copy"
    Map args;
    /// Task keywords in the order they are written: when, register, changed_when, loop,
    /// become_user, check_mode, failed_when, delegate_to, run_once, until, retries, delay, ...
    Map keywords;
    std::vector<std::string> notify;  ///< names of handlers of the same play
    /// It needs what an earlier task makes, so in check mode it may fail without meaning anything.
    bool needs_earlier = false;
    bool secret = false;  ///< handles a secret: no_log, and no diff
    Position position;    ///< the intent line behind it
};

struct Play {
    std::string name;
    std::string hosts;  ///< a group of the inventory
    bool become = true;
    bool gather_facts = false;
    Map keywords;  ///< serial, max_fail_percentage
    std::vector<Task> tasks;
    std::vector<Task> post_tasks;  ///< health checks between batches
    std::vector<Task> handlers;
};

}  // namespace agentops::ansible
