#!/usr/bin/env python3
"""Drift is repaired either way: reality is restored, or the intent takes over what is there."""

import json
import signal

import cli
from drifting import A, B, REFERENCE, TAGGED, TWO, DriftTest, of_stack, statuses

THREE = TWO + cli.topic("c")
INTENT = cli.HEAD.format(name="shop") + """\
# Who is told when the shop breaks.
components:
  a:
    kind: resource   # no kind of its own
    type: aws_sns_topic
    args:
      name: a
      display_name: Shop   # what mails say

  # The second one.
  b: {kind: resource, type: aws_sns_topic, args: {name: b, tags: {team: x}}}   # one line
"""


def targets(call):
    """What a call of plan is limited to."""
    return [word[len("-target="):] for word in call["argv"] if word.startswith("-target=")]


class RepairTest(DriftTest):
    def repair(self, project, *args, expect=2):
        """Makes a plan that repairs; returns its record and its call."""
        project.fake.forget()
        record = self.drift(project, *args, expect=expect)
        plans = [call for call in project.fake.calls if call["command"] == "plan" and "-lock=false" not in call["argv"]]
        return record, plans[-1] if plans else None

    def purpose(self, project, record):
        return json.loads(project.read(f".agentops/runs/{record['run']}/manifest.json"))["purpose"]


class RevertTest(RepairTest):
    def test_only_what_can_be_restored(self):
        project = self.applied(cli.intent(components=THREE + cli.topic("d")))
        project.fake.drift(aws_sns_topic__a=TAGGED, aws_sns_topic__b=None, aws_sns_topic__c={"policy": "open"})
        record, call = self.repair(project, "--revert")
        self.assertEqual(targets(call), [A, B])
        self.assertEqual(self.purpose(project, record), "revert")
        run = record["run"]
        self.refused(project, "approval.needed", 5, "apply", run)
        project.agentops("approve", run)
        project.fake.forget()
        done = project.agentops_json("apply", run)
        self.assertEqual(done["stacks"][0]["changes"], {"create": 1, "update": 1, "replace": 0, "delete": 0})
        self.assertEqual(project.fake.call("apply")["argv"][-1],
                         str(project.path(f".agentops/runs/{run}/shop/main/plan.tfplan")))
        self.assertEqual(targets(project.fake.call("plan")), [A, B])
        left = self.drift(project, expect=2)
        self.assertEqual([name for name, status in statuses(left).items() if status != "in_sync"], ["aws_sns_topic.c"])

    def test_the_next_step_is_told(self):
        record, _ = self.repair(self.drifted(), "--revert")
        self.assertEqual([line.split()[:2] for line in record["next"]], [["agentops", "approve"], ["agentops", "apply"]])

    def test_nothing_drifted(self):
        project = self.applied()
        record, call = self.repair(project, "--revert", expect=0)
        self.assertEqual((call, project.fake.commands), (None, ["plan"]))

    def test_nothing_can_be_restored(self):
        project = self.drifted(aws_sns_topic__a={"policy": "open"})
        _, call = self.repair(project, "--revert")
        self.assertIsNone(call)
        self.assertIn("nothing of it can be restored", project.agentops("drift", "--revert", expect=2).out)

    def test_accepted_drift_stays(self):
        project = self.drifted(aws_sns_topic__a=TAGGED, aws_sns_topic__b=TAGGED)
        self.drift(project, expect=2)
        project.agentops("drift", "accept", REFERENCE, "--until", "14d", "--reason", "x")
        _, call = self.repair(project, "--revert")
        self.assertEqual(targets(call), [B])

    def test_other_stacks_take_no_part(self):
        project = self.applied({f"{name}.intent.yaml": cli.intent(name, cli.topic(name)) for name in ("one", "two")})
        project.fake.drift(aws_sns_topic__two=TAGGED)
        _, call = self.repair(project, "--revert")
        self.assertEqual((targets(call), call["cwd"]), (["aws_sns_topic.two"], str(project.path(".agentops/stacks/two/main"))))
        run = project.agentops_json("approve", "latest")["run"]
        project.fake.forget()
        project.agentops("apply", run)
        self.assertEqual({call["cwd"] for call in project.fake.calls}, {str(project.path(".agentops/stacks/two/main"))})

    def test_what_is_unknown_is_left_alone(self):
        project = self.drifted(aws_sns_topic__a=TAGGED)
        project.fake.set(plan={"unreadable": {B: "AccessDenied"}})
        record, call = self.repair(project, "--revert", expect=9)
        self.assertEqual(targets(call), [A])

    def test_protected_object_that_is_replaced(self):
        project = self.applied(cli.intent(components=TWO, rest="rules: {protect: [b]}\n"))
        project.fake.drift(aws_sns_topic__b={"name": "other"})
        record, call = self.repair(project, "--revert")
        self.assertEqual((targets(call), of_stack(record)["changes"]["replace"]), ([B], 1))
        run = record["run"]
        self.refused(project, "approval.limits", 5, "approve", run)
        project.agentops("approve", run, "--max-replace", "1")
        self.assertIn("approval.protected", cli.codes(project.agentops_json("apply", run, expect=5)))
        self.assertNotIn("apply", project.fake.commands)
        run = self.repair(project, "--revert")[0]["run"]
        project.agentops("approve", run, "--max-replace", "1", "--allow-protected")
        project.agentops("apply", run)
        self.drift(project)

    def test_both_ways_at_once(self):
        project = self.drifted()
        self.refused(project, "cli.usage", 3, "drift", "--revert", "--adopt")
        self.assertEqual(project.fake.commands, [])

    def test_drift_that_went_on(self):
        """The saved plan is applied: it restores what was reviewed, and the proof tells of the rest."""
        project = self.drifted()
        run = self.repair(project, "--revert")[0]["run"]
        project.agentops("approve", run)
        project.fake.set(plan={"wants": True})
        record = project.agentops_json("apply", run, expect=8)
        self.assertEqual(record["stacks"][0]["units"][0]["status"], "not-converged")


class AdoptTest(RepairTest):
    def adopted(self, **objects):
        """A project of INTENT with this drift."""
        project = self.applied(INTENT)
        project.fake.drift(**objects)
        return project

    def assert_edited(self, project, **lines):
        """These lines, and no others, were replaced; keys are line numbers from 1 as `_9`."""
        before, after = INTENT.splitlines(), project.read("shop.intent.yaml").splitlines()
        for number, line in lines.items():
            before[int(number[1:]) - 1] = line
        self.assertEqual(after, before)

    def line(self, text):
        """The key of the line of INTENT that has this text."""
        return f"_{next(i for i, line in enumerate(INTENT.splitlines(), 1) if text in line)}"

    def test_value_keeps_its_comment(self):
        project = self.adopted(aws_sns_topic__a={"display_name": "Other shop"})
        record, call = self.repair(project, "--adopt")
        self.assert_edited(project, **{self.line("display_name"): "      display_name: Other shop   # what mails say"})
        self.assertEqual(self.purpose(project, record), "adopt")
        self.assertIn("-refresh-only", call["argv"])
        self.assertEqual(targets(call), [A])
        self.assertEqual(record["adoption"]["adopted"], [f"shop/main:{A}:display_name"])
        project.agentops("approve", record["run"])
        project.agentops("apply", record["run"])
        project.fake.forget()
        self.drift(project)
        self.assertEqual(self.plan(project)["stacks"][0]["status"], "no-changes")

    def test_added_and_removed(self):
        project = self.adopted(aws_sns_topic__b={"tags": {"Owner": "bob: x"}})
        self.repair(project, "--adopt")
        self.assert_edited(project, **{self.line("b:"): (
            '  b: {kind: resource, type: aws_sns_topic, args: {name: b, tags: {Owner: "bob: x"}}}   # one line')})

    def test_gone(self):
        project = self.adopted(aws_sns_topic__b=None)
        record, _ = self.repair(project, "--adopt")
        text = project.read("shop.intent.yaml")
        self.assertEqual(text, INTENT.replace(INTENT.splitlines()[-1] + "\n", ""))
        project.agentops("approve", record["run"])
        project.agentops("apply", record["run"])
        self.assertEqual(statuses(self.drift(project)), {A: "in_sync"})

    def test_what_cannot_be_said_is_listed(self):
        project = self.applied(cli.intent(components="jobs: {kind: queue, retention: 4 d}\n"))
        queue = "aws_sqs_queue.jobs"
        project.fake.drift(aws_sqs_queue__jobs={"message_retention_seconds": 86400, "redrive": "x"})
        record, call = self.repair(project, "--adopt")
        self.assertEqual(record["adoption"]["adopted"], [f"shop/main:{queue}:message_retention_seconds"])
        (refused,) = record["adoption"]["not_adopted"]
        self.assertEqual(refused["reference"], f"shop/main:{queue}:redrive")
        self.assertIn("jobs: {kind: queue, retention: 1 d}\n", project.read("shop.intent.yaml"))

    def test_nothing_can_be_adopted(self):
        text = cli.intent(components="jobs: {kind: queue}\n")
        project = self.applied(text)
        project.fake.drift(aws_sqs_queue__jobs={"redrive": "x"})
        before = project.path("shop.intent.yaml").stat().st_mtime_ns
        record, call = self.repair(project, "--adopt")
        self.assertEqual((call, record["adoption"]["adopted"], record["next"]), (None, [], ["agentops drift --revert"]))
        self.assertEqual(project.read("shop.intent.yaml"), text)
        self.assertEqual(project.path("shop.intent.yaml").stat().st_mtime_ns, before)
        self.assertIn("agentops drift ignore", project.agentops("drift", "--adopt", expect=2).out)

    def test_an_edit_without_proof_is_taken_back(self):
        project = self.adopted(aws_sns_topic__a={"display_name": "Other"})
        project.fake.set(plan={"in": "/proof/", "exit": 1})
        outcome = project.agentops("drift", "--adopt", expect=None)
        self.assertEqual(project.read("shop.intent.yaml"), INTENT)
        self.assertIn("drift.adopt-unproven", outcome.err)
        self.assertNotEqual(outcome.code, 0)

    def test_an_edit_that_is_interrupted_is_taken_back(self):
        project = self.adopted(aws_sns_topic__a={"display_name": "Other"})
        project.fake.set(plan={"in": "/proof/", "gate": project.fake.gate})
        process = project.start("drift", "--adopt")
        project.fake.wait_for("gate.here")
        self.assertNotEqual(project.read("shop.intent.yaml"), INTENT)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=300)
        self.assertEqual((process.returncode, project.read("shop.intent.yaml")), (130, INTENT))

    def test_other_environments_are_not_touched(self):
        text = INTENT + "environments:\n  dev: {}\n  prod: {}   # careful\n"
        project = self.applied(text)
        project.fake.drift(aws_sns_topic__a={"display_name": "Other"})
        self.repair(project, "shop@prod", "--adopt")
        after = project.read("shop.intent.yaml")
        self.assertTrue(after.startswith(INTENT + "environments:\n  dev: {}\n  prod: "), after)
        self.assertIn("# careful", after)
        project.agentops("approve", "latest")
        project.agentops("apply", "latest")
        self.assertEqual(statuses(self.drift(project, "shop@prod"), "shop@prod")[A], "in_sync")


if __name__ == "__main__":
    cli.main()
