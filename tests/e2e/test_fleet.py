#!/usr/bin/env python3
"""One intent makes machines with Terraform and configures them with Ansible, in one apply."""

import datetime
import json
import pathlib
import shutil
import sys
import tempfile
import unittest

import harness
import journey

sys.path.insert(0, str(harness.SOURCE / "tests/lib"))
import machines  # noqa: E402

FLEET = harness.SOURCE / "examples/fleet"
UNITS = ("fleet/main", "fleet/web", "fleet/worker", "fleet/audit")

BOX = """\
apiVersion: agentops/v1
intent: late
target: {provider: aws, region: eu-west-1, endpoint: "ENDPOINT"}
components:
  net: {kind: network, cidr: 10.40.0.0/16, zones: 1}
  box:
    kind: server
    in: net
    image: debian-12
    connect: {key: "KEY", authorize: "PUBLIC", from: vpc}
    configure:
      files: {/etc/box.conf: {content: "id = ${box.id}\\n"}}
"""
WORD = """\
apiVersion: agentops/v1
intent: site
target: {provider: aws, region: eu-west-1}
components:
  old: {kind: terraform, source: ./old}
  edge:
    kind: hosts
    hosts:
HOSTS    configure:
      files: {/etc/word: {content: "${old.word}\\n"}}
"""
OLD = """\
terraform {
  required_version = ">= 1.4"
}

resource "terraform_data" "word" {
  input = "hello"
}

output "NAME" {
  value = terraform_data.word.output
}
"""


def setUpModule():
    reason = machines.why_not()
    if reason:
        raise unittest.SkipTest(reason)
    harness.tool("ansible-playbook")
    machines.private_network()  # an emulator's addresses are always the same


def events(folder):
    """The events of a run."""
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def moment(event):
    return datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))


def hand_off_seconds(run):
    """From the end of Terraform's apply to the first task of Ansible."""
    steps = events(run)
    applied = next(e for e in steps if e["type"] == "node" and e["node"] == "apply" and e["status"] == "ok")
    task = next(e for e in steps if e["type"] == "tool" and e["step"] == "play" and e["event"]["type"] == "task")
    return (moment(task) - moment(applied)).total_seconds()


class ExampleTest(harness.E2eTest):
    """The script that people run: its screens, and what its runs have left."""

    def test_it_provisions_configures_changes_and_destroys(self):
        harness.terraform(), harness.tool("aws"), harness.tool("moto_server")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="ao-", dir="/tmp"))  # paths of sockets are short
        self.addCleanup(shutil.rmtree, folder, True)
        environment = harness.base_environment(
            {"AGENTOPS": harness.agentops_binary(), "AGENTOPS_KEEP": "yes", "TMPDIR": folder})
        shown = harness.run([FLEET / "run"], env=environment, cwd=folder, expect=0).out
        (project,) = folder.glob("*/project")
        plans = shown.split("$ agentops plan")[1:]
        self.first_plan_says_what_it_cannot_know(plans[0])
        self.assertRegex(shown, r"\nqueue = http://127\.0\.0\.1:\d+/\d+/fleet-jobs\n")
        for empty in (plans[1], plans[3]):
            self.assertIn("\nnothing to do: ", empty)
        self.change_shows_both_sides(plans[2])
        self.assertIn("fleet: planned, applied, changed and destroyed; nothing is left.", shown)
        self.runs_are_as_shown(project)
        self.artifacts_are_clean(project)

    def first_plan_says_what_it_cannot_know(self, plan):
        for unit, count in (("web", "2 machines"), ("worker", "1 machine"), ("audit", "2 machines")):
            self.assertIn(f"{unit} (ansible)  pending: {count} to be created by fleet/main", plan)

    def change_shows_both_sides(self, plan):
        """What exists was rehearsed in check mode; what depends on the new machine waits for it."""
        self.assertIn("+ aws_s3_bucket.archive", plan)
        self.assertRegex(plan, r"desired_capacity +2 -> 3")
        self.assertRegex(plan, r"~ worker: Put /etc/worker\.conf .*\n +/etc/worker\.conf  \"queue = .*\" -> \"jobs = ")
        self.assertRegex(plan, r"web \(ansible\)  pending: .* by fleet/main")

    def runs_are_as_shown(self, project):
        runs = sorted((project / ".agentops/runs").iterdir())
        outcomes = [json.loads((run / "outcome.json").read_text())["units"]
                    for run in runs if (run / "outcome.json").exists()]
        done = dict.fromkeys(UNITS, "applied")
        self.assertEqual(outcomes[0], done)
        self.assertEqual(outcomes[-1], {"fleet/main": "destroyed"})
        print(f"from Terraform done to the first task of Ansible: {hand_off_seconds(runs[0]):.1f} s", file=sys.stderr)

    def artifacts_are_clean(self, project):
        """What was generated, and what the example brings along, passes the linter's strictest profile."""
        lint = harness.tool("ansible-lint")
        stacks = project / ".agentops/stacks/fleet"
        playbooks = sorted(stacks.glob("*/*.yml"))
        self.assertIn(stacks / "web/playbook.yml", playbooks)
        environment = harness.base_environment({"ANSIBLE_ROLES_PATH": project / "roles"})
        for paths in ([path for path in playbooks if path.name != "inventory.yml"], ["roles", "playbooks"]):
            harness.run([lint, "--nocolor", "--profile", "production", "--offline", *paths],
                        env=environment, cwd=project, timeout=120, expect=0)


class LateMachineTest(journey.AwsJourney):
    """Machines and outputs that are not there when Ansible wants them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.room = machines.MachineRoom()
        cls.addClassCleanup(cls.room.stop)
        cls.room.start()

    def project(self, files=None, env=None, settings="host_keys: accept-new"):
        runtime = pathlib.Path(tempfile.mkdtemp(prefix="agentops-ssh-"))
        self.addCleanup(shutil.rmtree, runtime, True)
        files = {"agentops.yaml": f"apiVersion: agentops/v1\nansible: {{{settings}}}\n", **files}
        return super().project(files, {"XDG_RUNTIME_DIR": runtime, **(env or {})})

    def test_a_machine_that_comes_up_too_late(self):
        intent = BOX.replace("ENDPOINT", self.emulator.url).replace("KEY", str(self.room.key))
        project = self.project({"late.intent.yaml": intent.replace("PUBLIC", self.room.public_key)},
                               settings="host_keys: accept-new, wait: 5 s")
        self.assertEqual(journey.units(project.agentops_json("plan")),
                         {"late/main": "planned", "late/box": "pending"})
        partial = self.apply_latest(project, expect=7)
        self.assertEqual(journey.units(partial), {"late/main": "applied", "late/box": "failed"})
        self.assertIn("ansible.unreachable", journey.codes(partial))
        before = journey.state(project, "late/main")
        (instance,) = self.instances()
        machine = self.room.machine("box", instance["PrivateIpAddress"])
        resumed = project.agentops_json("apply", "--resume", partial["run"])
        self.assertEqual(journey.units(resumed), {"late/box": "applied"})
        self.assertEqual(machine.read("/etc/box.conf"), f"id = {instance['InstanceId']}\n")
        self.assertEqual(journey.state(project, "late/main"), before)
        project.agentops("plan", "--detailed-exitcode")
        machine.stop()

    def test_an_output_that_is_not_there(self):
        machine = self.room.machine("edge-1")
        host = (f"      edge-1: {{address: {machine.address}, user: ops, key: {self.room.key}, "
                f"host_key: \"{machine.host_key}\"}}\n")
        project = self.project({"site.intent.yaml": WORD.replace("HOSTS", host),
                                "old/main.tf": OLD.replace("NAME", "wort")})
        project.agentops("plan")
        record = self.apply_latest(project, expect=7)
        self.names_both_ends(record)
        project.write("old/main.tf", OLD.replace("NAME", "word"))
        project.agentops("plan")
        self.apply_latest(project)
        self.assertEqual(machine.read("/etc/word"), "hello\n")
        machine.stop()

    def names_both_ends(self, record):
        (complaint,) = [d for d in record["diagnostics"] if d["code"] == "apply.missing-output"]
        self.assertIn("site/old has no output 'word'", complaint["message"])
        self.assertEqual((complaint["position"]["file"], complaint["position"]["line"]), ("site.intent.yaml", 11))


if __name__ == "__main__":
    harness.main()
