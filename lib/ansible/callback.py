"""Tells agentops what Ansible does: one JSON event a line, on standard output.

    version      ansible, plays: how many there are
    play         id, name, pattern, hosts, batch: the hosts that start now (again for each batch)
    task         id, name, module (fully qualified), path ("site.yml:12"), handler
    result       task, host, status: ok, changed, failed, unreachable, skipped; where they apply:
                 ignored, check_skipped (check mode could not tell), msg, rc, diff
                 fatal (a failure that ends the play for all hosts of the batch)
    notify       host, handler: its name, id
    included     path, hosts
    no_hosts     the play's pattern matched nobody
    play_ended   early, for all hosts of the batch
    stats        hosts: {name: {ok, changed, failures, unreachable, skipped, rescued, ignored}}
    stopped      we were asked to; unreported: hosts whose last result we never saw
    problem      where, msg: an event was lost through a mistake of ours

A loop is one result with the diffs of all its items. Arguments, facts and the output of what
succeeded are never told: they may hold secrets.
"""

import functools
import json
import multiprocessing
import os
import re
import time

from ansible import __version__
from ansible.playbook.task_include import TaskInclude
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: agentops_events
    type: stdout
    short_description: JSON events, one a line
    description:
        - One JSON event a line for each play, task and result.
"""

MAX_WORDS = 4096
MAX_SIDE = 8192
MAX_ITEMS = 200
SHORT_TEXT = 900
LONGEST_WAIT_S = 300

# What modules answer that skip a task for a reason of their own, in check mode or not.
GUARDED = re.compile(r"^skipped, since |matching (creates|removes) option")


# From here on a message quotes lines of the playbook, arguments and all.
QUOTED_SOURCE = "\nThe error appears to be in"


def never_raises(method):
    """A mistake of ours must not disturb the run. (KeyboardInterrupt passes: it is a wish.)"""

    @functools.wraps(method)
    def guarded(self, *args, **kwargs):
        try:
            method(self, *args, **kwargs)
        except Exception as mistake:  # pylint: disable=broad-except
            self.emit("problem", where=method.__name__, msg=type(mistake).__name__)

    return guarded


def field(record, name, fallback):
    """A member of a task result, whose names lost their underscore in ansible-core 2.19."""
    value = getattr(record, name, None)
    return value if value is not None else getattr(record, "_" + name, fallback)


def head(text, limit):
    return text if len(text) <= limit else text[:limit] + "..."


def tail(text, limit):
    return text if len(text) <= limit else "..." + text[-limit:]


def words_of(record):
    """A failed result's own words: message first, then what the program printed last."""
    if not isinstance(record, dict):
        return ""
    if hidden(record):
        return "censored"
    parts = []
    for key in ("msg", "reason", "stderr", "module_stderr", "stdout", "module_stdout"):
        text = str(record.get(key) or "").split(QUOTED_SOURCE)[0].strip()
        if text and not any(text in part for part in parts):
            text = without_traceback(text)
            parts.append(head(text, MAX_WORDS) if key == "msg" else tail(text, MAX_WORDS // 4))
    exception = str(record.get("exception") or "").strip().split("\n")[-1]
    if exception and not any(exception in part for part in parts):
        parts.append(head(exception, MAX_WORDS // 4))
    return head("\n".join(parts), MAX_WORDS)


def without_traceback(text):
    """Of a traceback only its last line, which says what happened."""
    start = text.find("Traceback (most recent call last):")
    return text if start < 0 else (text[:start] + text[start:].strip().split("\n")[-1]).strip()


def hidden(record):
    return "censored" in record or bool(record.get("_ansible_no_log"))


def items_of(record):
    """A loop's items, or the result itself."""
    if is_loop(record):
        return [item for item in record["results"] if isinstance(item, dict)]
    return [record]


def is_loop(record):
    """Some modules answer a list of results too."""
    items = record.get("results")
    return isinstance(items, list) and any("ansible_loop_var" in item for item in items)


def failure_words(record):
    failed = [i for i in items_of(record) if i.get("failed") or i.get("unreachable")] or [record]
    texts = list(dict.fromkeys(words_of(item) for item in failed))
    return head("\n".join(text for text in texts if text), MAX_WORDS)


def changed_part(before, after):
    """Two texts without the lines they share at both ends, and the line where they part."""
    old, new = before.splitlines(True), after.splitlines(True)
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    cut = slice(start, -end or None)
    return "".join(old[cut]), "".join(new[cut]), start + 1


def plain_side(value):
    """A side of a diff as JSON of bounded size."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if not isinstance(value, dict):
        return head(value if isinstance(value, str) else str(value), MAX_SIDE)
    return {str(key): plain_side(value[key]) for key in list(value)[:MAX_ITEMS]}


def plain_diff(diff, item):
    """What differs, under the name of the file. (after_header may be a temporary file of ours.)"""
    result = {}
    before, after = diff.get("before"), diff.get("after")
    if isinstance(before, str) and isinstance(after, str):
        if max(len(before), len(after)) > SHORT_TEXT and before and after:
            before, after, result["line"] = changed_part(before, after)
    if "before" in diff or "after" in diff:
        result.update(before=plain_side(before), after=plain_side(after))
        if before == "" and not diff.get("before_header"):
            result["before"] = None
    if diff.get("prepared"):
        result["prepared"] = head(str(diff["prepared"]), MAX_SIDE)
    header = diff.get("before_header") or item.get("dest") or item.get("path")
    if result and header:
        result["header"] = head(str(header), MAX_WORDS)
    return result


def diffs_of(record):
    diffs = []
    for item in items_of(record):
        diff = item.get("diff") if item.get("changed") and not hidden(item) else None
        for part in diff if isinstance(diff, list) else [diff]:
            if isinstance(part, dict) and part and len(diffs) < MAX_ITEMS:
                diffs.append(plain_diff(part, item))
    return [diff for diff in diffs if diff]


def skipped_by_check_mode(record):
    """Not by a condition, an empty loop or a guard like `creates`: the module cannot tell."""
    return any(
        item.get("skipped", item is record)
        and not item.get("skip_reason")
        and not item.get("skipped_reason")
        and not GUARDED.search(str(item.get("msg") or ""))
        for item in items_of(record)
    )


def return_code(record):
    code = record.get("rc")
    return code if isinstance(code, int) else None


def notified_by(name, blocks):
    """Every handler that listens to a name, and the last one that bears it."""
    handlers = [handler for block in blocks for handler in block.block]
    bearers = [
        handler
        for handler in handlers
        if name in (handler.name, handler.get_name(), handler.get_name(include_role_fqcn=False))
    ]
    listeners = [handler for handler in handlers if name in (handler.listen or [])]
    return bearers[-1:] + [handler for handler in listeners if handler not in bearers[-1:]]


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "agentops_events"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.base = os.getcwd()
        self.play = None
        self.torn = False
        self.owed = set()  # (host, handler) that were notified and have not run
        self.running = {}  # (host, task) whose result is due; the value is the host

    def emit(self, event_type, **fields):
        event = {"type": event_type}
        event.update((key, value) for key, value in fields.items() if value is not None)
        text = json.dumps(event, ensure_ascii=False, sort_keys=True, default=str) + "\n"
        data = text.encode("utf-8", "replace")
        # A line that a full disk tore must not swallow the next one.
        self.write(b"\n" + data if self.torn else data)

    def write(self, data):
        self.torn = True
        try:
            while data:
                data = data[os.write(1, data):]
            self.torn = False
        except OSError:
            pass  # a lost event shows: the run then looks unfinished

    def place(self, task):
        path, _, line = (task.get_path() or "").rpartition(":")
        if path.startswith(self.base + os.sep):
            path = os.path.relpath(path, self.base)
        return path + ":" + line if path else ""

    def stop_if_asked(self):
        """Between two tasks nothing is half done, unless the strategy is free: then we wait."""
        stop_file = os.environ.get("AGENTOPS_STOP_FILE")
        if not stop_file or not os.path.exists(stop_file):
            return
        unreported = sorted(set(self.running.values()))
        deadline = time.monotonic() + LONGEST_WAIT_S
        while unreported and multiprocessing.active_children() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.emit("stopped", unreported=unreported)
        raise KeyboardInterrupt

    @never_raises
    def v2_playbook_on_start(self, playbook):
        self.base = os.path.dirname(os.path.abspath(playbook._file_name))
        self.emit("version", ansible=__version__, plays=len(playbook.get_plays()))

    @never_raises
    def v2_playbook_on_play_start(self, play):
        self.play = play
        inventory = play.get_variable_manager()._inventory
        pattern = [play.hosts] if isinstance(play.hosts, str) else list(play.hosts)
        everyone = inventory.get_hosts(play.hosts, ignore_restrictions=True)
        self.emit(
            "play",
            id=play._uuid,
            name=play.get_name().strip(),
            pattern=pattern,
            hosts=[host.get_name() for host in everyone],
            batch=[host.get_name() for host in inventory.get_hosts(play.hosts)],
        )

    @never_raises
    def task_start(self, task, handler):
        self.stop_if_asked()
        self.emit(
            "task",
            id=task._uuid,
            name=task.get_name().strip(),
            module=getattr(task, "resolved_action", None) or task.action,
            path=self.place(task),
            handler=handler,
        )

    def v2_playbook_on_task_start(self, task, is_conditional):
        self.task_start(task, handler=False)

    def v2_playbook_on_handler_task_start(self, task):
        self.task_start(task, handler=True)

    @never_raises
    def v2_runner_on_start(self, host, task):
        self.running[host.get_name(), task._uuid] = host.get_name()

    @never_raises
    def result(self, result, status, ignored=None):
        task, record = field(result, "task", None), field(result, "result", {})
        fields = field(result, "task_fields", {})
        host = field(result, "host", None).get_name()
        self.running.pop((host, task._uuid), None)
        self.owed.discard((host, task._uuid))
        if isinstance(task, TaskInclude) and status == "ok":
            return
        if status == "ok" and record.get("changed"):
            status = "changed"
        event = {"task": task._uuid, "host": host, "status": status, "ignored": ignored or None}
        if status in ("failed", "unreachable"):
            event.update(msg=failure_words(record), rc=return_code(record))
            if not ignored and (fields.get("run_once") or fields.get("any_errors_fatal")):
                event["fatal"] = True
        elif status == "skipped":
            event["msg"] = words_of({"msg": record.get("skip_reason") or record.get("msg")}) or None
        if fields.get("check_mode") is True and (status == "skipped" or is_loop(record)):
            event["check_skipped"] = skipped_by_check_mode(record) or None
        if status == "changed":
            self.tell_handlers(fields.get("notify") or [], host)
            event["diff"] = diffs_of(record) or None if fields.get("diff") is True else None
        self.emit("result", **event)

    def tell_handlers(self, names, host):
        """Newer versions tell what is notified only when it is about to run: too late for us."""
        for name in names:
            for handler in notified_by(name, self.play.handlers):
                self.tell_notified(handler, host)

    def tell_notified(self, handler, host):
        if (host, handler._uuid) in self.owed:
            return
        self.owed.add((host, handler._uuid))
        self.emit("notify", host=host, handler=handler.get_name().strip(), id=handler._uuid)

    def v2_runner_on_ok(self, result):
        self.result(result, "ok")

    def v2_runner_on_skipped(self, result):
        self.result(result, "skipped")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.result(result, "failed", ignored=ignore_errors)

    def v2_runner_on_unreachable(self, result):
        ignored = getattr(field(result, "task", None), "ignore_unreachable", None)
        self.result(result, "unreachable", ignored=bool(ignored))

    @never_raises
    def v2_playbook_on_notify(self, handler, host):
        self.tell_notified(handler, host.get_name())

    @never_raises
    def v2_playbook_on_include(self, included_file):
        self.emit(
            "included",
            path=os.path.relpath(str(included_file._filename), self.base),
            hosts=sorted(host.get_name() for host in included_file._hosts),
        )

    def v2_playbook_on_no_hosts_matched(self):
        self.emit("no_hosts")

    def v2_playbook_on_no_hosts_remaining(self):
        self.emit("play_ended")

    @never_raises
    def v2_playbook_on_stats(self, stats):
        self.emit("stats", hosts={name: stats.summarize(name) for name in sorted(stats.processed)})
