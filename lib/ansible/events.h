#pragma once

// Reads the events of our callback plugin. Exit codes of ansible-playbook are ambiguous: every
// verdict here comes from events.

#include <map>
#include <set>

#include "ansible/unit.h"
#include "unit/change.h"

namespace agentops::ansible {

enum class HostEnd { ok, failed, unreachable, unfinished };

/// How one host fared.
struct HostResult {
    HostEnd end = HostEnd::unfinished;
    int ok = 0, changed = 0, failed = 0, skipped = 0;
    std::string task;     ///< where it failed
    std::string message;  ///< the module's own words, one line
    /// Handlers that were notified and have not run: a run that stopped here owes them.
    std::vector<std::string> owed;
};

/// A task result that counts: it changed something, or would.
struct TaskResult {
    std::string host, task, module, path;  ///< path: "playbook.yml:12"
    bool handler = false;
};

struct PlayEvents {
    std::map<std::string, HostResult> hosts;
    std::vector<Change> changes;            ///< in order of tasks, then hosts; address "host: task"
    std::vector<TaskResult> changed;        ///< results that reported a change
    std::vector<TaskResult> check_stopped;  ///< check mode failed after a would-be change
    bool complete = false;                  ///< the closing statistics came
    bool no_hosts = false;                  ///< the pattern matched nobody
    std::string refused;                    ///< it ended before any task: the tool's own words
};

/// `check`: the events of a run in check mode; then `changes` says what a real run would do, with
/// its trust, and tasks that check mode skips are Action::unknown. Text from the host is data:
/// control characters are kept out by whoever prints it.
PlayEvents read_events(const std::vector<Json>& events, bool check);

/// Whether check mode of a module can be relied on (trust.def, from the modules' own
/// documentation): proven, reported, or not_checkable. Unknown modules are reported.
Trust trust_of(std::string_view module);

/// Why hosts failed, as diagnostics with the intent line behind the task. Codes: ansible.failed,
/// ansible.unreachable, ansible.host-key, ansible.login, ansible.sudo, ansible.python,
/// ansible.disk-full, ansible.template, ansible.role-missing, ansible.handler, ansible.syntax.
Diagnostics explain_failures(const PlayEvents& events, const Unit& unit);

}  // namespace agentops::ansible
