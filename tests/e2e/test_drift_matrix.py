#!/usr/bin/env python3
"""Changes of every kind behind the back of a stack of forty types: all are found, and nothing else.

Two rounds hold more than half of the cases; AGENTOPS_EVERY_CASE=1 in the environment makes as many as all need.
"""

import collections
import json
import os
import re
import sys

import drift_bed
import drift_case
import drift_cases
import harness
import journey

UNTOUCHED = "no change at all"
LIMITS = ("--max-destroy", "100", "--max-replace", "100")
BED = ".agentops/stacks/bed/main"


def verdicts(record, stack="bed"):
    """The verdicts on a stack's resources, by address."""
    (found,) = [one for one in record["stacks"] if one["stack"] == stack]
    return {resource["address"]: resource for resource in found["resources"]}


def drifted(found):
    """What is called drift: address -> status."""
    return {address: one["status"] for address, one in found.items() if one["status"] in ("modified", "deleted")}


def differs_at(verdict, path):
    """The verdict names this attribute, or what lies in it."""
    return any(attribute["path"] == path or attribute["path"].startswith((f"{path}.", f"{path}["))
               for attribute in verdict["attributes"])


class Matrix:
    """Counts of cases, of what was found and missed, by group of cases, and of false alarms."""

    def __init__(self):
        self.cases, self.found, self.missed, self.alarms = (collections.Counter() for _ in range(4))
        self.types = set()
        self.remarks = []

    def judge(self, cases, found):
        """Compares the verdicts with what these cases must and may show."""
        must, may = drift_bed.expected(cases)
        reported = drifted(found)
        self.cases[UNTOUCHED] += len(set(found) - set().union(*(one.touched for one in cases)))
        for one in cases:
            self.cases[one.group] += 1
            self._judge_case(one, found)
        for address in set(reported) - set(must) - may:
            owner = next((one for one in cases if address in one.touched), None)
            self._alarm(owner.group if owner else UNTOUCHED, found[address])

    def _judge_case(self, one, found):
        wrong = [f"{address} is {found[address]['status']}, not {status}" for address, status in one.drifted.items()
                 if found[address]["status"] != status]
        if not wrong and one.path and one.drifted and not differs_at(found[one.target], one.path):
            wrong.append(f"{one.path} is not among {found[one.target]['attributes']}")
        if one.drifted:
            self.types.add(one.target.split(".")[0])
            (self.missed if wrong else self.found)[one.group] += 1
        self.remarks += [f"missed: {one.name} ({one.target}): {text}" for text in wrong]

    def _alarm(self, group, verdict):
        self.alarms[group] += 1
        self.remarks.append(f"false alarm: {verdict['address']}: {json.dumps(verdict['attributes'])}")

    def __str__(self):
        lines = [f"{'':26}{'cases':>8}{'found':>8}{'missed':>8}{'false alarm':>13}"]
        for row in [*drift_case.GROUPS, UNTOUCHED]:
            lines.append(f"{row:26}{self.cases[row]:8}{self.found[row]:8}{self.missed[row]:8}{self.alarms[row]:13}")
        total = (self.cases.total(), self.found.total(), self.missed.total(), self.alarms.total())
        lines.append("{:26}{:8}{:8}{:8}{:13}".format("all", *total))
        return "\n".join([*lines, f"{len(self.types)} types", *self.remarks])

    def controls(self):
        """How many cases must not be reported."""
        return sum(self.cases[group] for group in (drift_case.NOISE, drift_case.CONTROL))

    def made(self):
        """How many cases there were."""
        return self.cases.total() - self.cases[UNTOUCHED]


class DriftMatrixTest(journey.AwsJourney):
    def test_every_change_is_found_and_nothing_else(self):
        project = self.project(drift_bed.intents(self.emulator.url))
        project.agentops("plan")
        self.approved_and_applied(project)
        self.fresh_stacks_are_in_sync(project)
        matrix = Matrix()
        self.addCleanup(lambda: print(f"\n{matrix}", file=sys.stderr))
        most = None if os.environ.get("AGENTOPS_EVERY_CASE") else 2
        for number, cases in enumerate(drift_bed.rounds(most=most)):
            state = self.inject(project, cases)
            record = project.agentops_json("drift", "--revert", expect=2)
            self.untouched_stack_is_calm(record)
            matrix.judge(cases, verdicts(record))
            if number == 0:
                self.terraform_says_the_same(project, verdicts(record))
            self.approved_and_applied(project)
        self.what_a_revert_cannot_restore_is_still_told(project, state, [one for one in cases if one.lasts])
        self.nothing_is_left(project)
        self.what_an_intent_can_say_is_adopted(project, {address for one in cases if one.lasts for address in one.touched})
        self.assertGreaterEqual(matrix.made(), 120)
        self.assertGreaterEqual(matrix.controls(), 20)
        self.assertGreaterEqual(len(matrix.types), 20)
        self.assertEqual((matrix.missed.total(), matrix.alarms.total()), (0, 0), matrix)

    def approved_and_applied(self, project):
        project.agentops("approve", "latest", "--as", "ann", *LIMITS)
        project.agentops_json("apply", "latest")

    def nothing_is_left(self, project):
        project.agentops("drift", expect=0)
        project.agentops("plan", "--detailed-exitcode")

    def what_a_revert_cannot_restore_is_still_told(self, project, state, cases):
        """The state took it over, but it is drift until somebody undoes or accepts it."""
        found = verdicts(project.agentops_json("drift", expect=2))
        must, may = drift_bed.expected(cases)
        self.assertEqual(set(drifted(found)) - may, set(must) - may)
        drift_bed.inject(self.emulator, state, cases, undo=True)
        for one in cases:
            if one.group == drift_case.RECREATED:
                references = [attribute["reference"] for attribute in found[one.target]["attributes"]]
                project.agentops("drift", "accept", *references, "--until", "14d", "--reason", "test", "--owner", "ann")

    def what_an_intent_can_say_is_adopted(self, project, accepted):
        """Of objects with accepted drift nothing is: somebody answers for it as it is."""
        (cases,) = drift_bed.rounds(drift_cases.adoptable(), most=1, avoid=accepted)
        self.assertGreaterEqual(len(cases), 12)
        before = project.read("bed.intent.yaml")
        self.inject(project, cases)
        record = project.agentops_json("drift", "--adopt", expect=2)
        text = project.read("bed.intent.yaml")
        for one in cases:
            self.assertIn(one.adopt, drift_bed.component(text, one.target), one.name)
        self.assertEqual(re.findall(r"#.*", text), re.findall(r"#.*", before))
        self.assertEqual(set(drifted(verdicts(record))) - {one.target for one in cases} - accepted, set())
        self.approved_and_applied(project)
        self.nothing_is_left(project)

    def inject(self, project, cases):
        """Makes the changes; returns the state from before."""
        state = journey.state_values(project, "bed/main")
        drift_bed.inject(self.emulator, state, cases)
        return state

    def fresh_stacks_are_in_sync(self, project):
        record = project.agentops_json("drift", expect=0)
        self.untouched_stack_is_calm(record)
        found = verdicts(record)
        self.assertEqual(set(found), set(journey.state_values(project, "bed/main")))
        self.assertEqual({address: one for address, one in found.items() if one["status"] != "in_sync"}, {})

    def untouched_stack_is_calm(self, record):
        calm = verdicts(record, "calm")
        self.assertGreater(len(calm), 0)
        self.assertEqual({(one["status"], one["class"]) for one in calm.values()}, {("in_sync", None)})

    def terraform_says_the_same(self, project, found):
        """Whatever we call drift is in Terraform's own list, and the rest of that list is noise."""
        listed = set(self.resource_drift(project))
        self.assertEqual(set(drifted(found)) - listed, set())
        others = {address: found[address]["class"] for address in listed - set(drifted(found))}
        self.assertEqual(set(others.values()) - {"noise"}, set(), others)

    def resource_drift(self, project):
        """Addresses that `terraform plan -refresh-only` lists."""
        command = [harness.terraform(), "plan", "-refresh-only", "-json", "-lock=false"]
        env = {**project.env, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        done = harness.run(command, env=env, cwd=project.path(BED), expect=0)
        events = [json.loads(line) for line in done.out.splitlines()]
        return [event["change"]["resource"]["addr"] for event in events if event["type"] == "resource_drift"]


if __name__ == "__main__":
    harness.main()
