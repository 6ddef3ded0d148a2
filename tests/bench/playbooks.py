"""Rows of the benchmark about Ansible: what agentops adds to ansible-playbook, and its own artifacts."""

import json
import os
import pathlib
import shutil
import statistics
import sys

import harness

sys.path.insert(0, str(harness.SOURCE / "tests" / "lib"))
import machines  # noqa: E402

HEADER = """apiVersion: agentops/v1
intent: site
target: {provider: aws, region: eu-west-1}
components:
  edge:
    kind: hosts
    hosts:
"""


def intent(hosts, files):
    """An intent of these hosts (lines) and so many files on each."""
    body = "".join(f"        /etc/site/{n}.conf: {{content: \"value = {n}\\n\"}}\n" for n in range(files))
    return f"{HEADER}{hosts}    configure:\n      directories: {{/etc/site: {{}}}}\n      files:\n{body}"


def many_hosts(count):
    return "".join(f"      host-{n}: {{address: 192.0.2.{n % 250 + 1}, port: {2000 + n}}}\n" for n in range(count))


def room_hosts(room, made):
    return "".join(f"      {m.name}: {{address: {m.address}, user: ops, key: {room.key}, host_key: \"{m.host_key}\"}}\n"
                   for m in made)


class Playbooks:
    """Measures with `spawn` of the benchmark."""

    def __init__(self, bench, spawn):
        self.bench, self.spawn = bench, spawn

    def generate(self):
        """Milliseconds of `generate` for 1,000 hosts of 50 tasks, into an empty folder each time."""
        folder = self.bench.project("artifacts", {"site": intent(many_hosts(1000), 49)})
        costs = []
        for _ in range(self.bench.runs):
            shutil.rmtree(folder / ".agentops", ignore_errors=True)
            costs.append(self.spawn(self.bench.agentops("generate"), folder, self.bench.env).seconds)
        return statistics.median(costs) * 1000

    def compare(self, count):
        """Median seconds of `agentops plan` and of ansible-playbook with the same files, in turns."""
        with machines.MachineRoom() as room:
            made = room.start_machines([f"m{n}" for n in range(count)]).values()
            folder = self.bench.project(f"play-{count}", {"site": intent(room_hosts(room, made), 5)})
            env = {**self.bench.env, "XDG_RUNTIME_DIR": str(self.bench.folder)}
            self.spawn(self.bench.agentops("plan"), folder, env, (0, 5))
            hand = self.by_hand(folder)
            ours, theirs = [], []
            for _ in range(3 if self.bench.quick else 5):
                ours.append(self.spawn(self.bench.agentops("plan"), folder, env, (0, 5)).seconds)
                theirs.append(self.spawn(hand, folder, self.plain(env, folder)).seconds)
        return statistics.median(ours), statistics.median(theirs)

    def run_folder(self, folder):
        return next(pathlib.Path(folder, ".agentops/runs").iterdir()) / "site/edge"

    def by_hand(self, folder):
        run, unit = self.run_folder(folder), pathlib.Path(folder, ".agentops/stacks/site/edge")
        return [harness.tool("ansible-playbook"), "--check", "--diff", "--inventory", run / "inventory.yml",
                "--extra-vars", json.dumps({"agentops_owed": []}), unit / "playbook.yml"]

    def plain(self, env, folder):
        """The run's settings with Ansible's own output."""
        return {**env, "ANSIBLE_CONFIG": str(self.run_folder(folder) / "ansible.cfg"), "LC_ALL": "C.UTF-8",
                "ANSIBLE_STDOUT_CALLBACK": "default", "PATH": os.environ["PATH"]}
