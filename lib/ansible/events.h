#pragma once

// Reads the events of our callback plugin (callback.py says what they are). Exit codes of
// ansible-playbook are ambiguous: every verdict here comes from events.

#include <map>
#include <set>

#include "ansible/unit.h"
#include "unit/change.h"

namespace agentops::ansible {

/// `unfinished`: it did not get to the end of every play: the run was stopped, its batch never
/// came, another host's failure ended the play, or check mode could not go on.
enum class HostEnd { ok, failed, unreachable, unfinished };
std::string_view to_text(HostEnd end);

/// How one host fared. As in Ansible's own recap, `ok` counts what changed too, and what failed
/// but was ignored; what was rescued is no failure.
struct HostResult {
    HostEnd end = HostEnd::unfinished;
    int ok = 0, changed = 0, failed = 0, skipped = 0;
    std::string task;      ///< where it failed
    bool handler = false;  ///< `task` is a handler
    std::string message;   ///< the module's own words, one line
    /// Handlers that were notified and have not run: a run that stopped here owes them.
    std::vector<std::string> owed;
};

/// A task result that counts: it changed something, or would.
struct TaskResult {
    std::string host, task, module, path;  ///< path: "playbook.yml:12"
    bool handler = false;
};

struct PlayEvents {
    /// Every host of the plays that began, also of batches that never came.
    std::map<std::string, HostResult> hosts;
    /// In order of tasks, then hosts; address "host: task", and "host: task #2" when another task
    /// of that name came before it. A loop is one change.
    std::vector<Change> changes;
    std::set<std::string> handlers;         ///< addresses of changes that follow from others
    std::vector<TaskResult> changed;        ///< results that reported a change
    std::vector<TaskResult> check_stopped;  ///< check mode failed after a would-be change
    bool complete = false;                  ///< the closing statistics came, and no event was lost
    bool stopped = false;                   ///< it was asked to stop between two tasks, and did
    bool no_hosts = false;                  ///< the pattern of a play matched nobody
    std::string refused;                    ///< it ended before any task: the tool's own words
};

/// `check`: the events of a run in check mode; then `changes` says what a real run would do, with
/// its trust, and tasks that check mode skips or cannot do are Action::unknown. A host on which it
/// stops after a would-be change has not failed: it is in `check_stopped`, and unfinished. Text
/// from the host is data: control characters are kept out by whoever prints it.
PlayEvents read_events(const std::vector<Json>& events, bool check);

/// Whether check mode of a module can be relied on (trust.def, from the modules' own
/// documentation): proven, reported, or not_checkable. Unknown modules are reported.
Trust trust_of(std::string_view module);

/// Why hosts failed, and why a playbook was refused: one diagnostic for each cause, with the intent
/// line behind the task. Codes: ansible.failed,
/// ansible.unreachable, ansible.host-key, ansible.login, ansible.sudo, ansible.python,
/// ansible.disk-full, ansible.template, ansible.role-missing, ansible.handler, ansible.syntax.
Diagnostics explain_failures(const PlayEvents& events, const Unit& unit);

}  // namespace agentops::ansible
