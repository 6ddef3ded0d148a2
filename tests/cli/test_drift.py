#!/usr/bin/env python3
"""What a drift check asks the tool, and what it says of each object."""

import fcntl
import json
import signal

import cli
from drifting import A, B, SEEN, STATE, TAGGED, TWO, UNIT, DriftTest, artifacts, difference, of_stack, resources, statuses


class LookTest(DriftTest):
    def test_no_drift_is_one_plan(self):
        project = self.applied()
        record = self.drift(project)
        self.assertEqual(statuses(record), {A: "in_sync", B: "in_sync"})
        self.assertEqual((of_stack(record)["status"], record["next"]), ("in-sync", []))
        self.assertEqual(project.fake.commands, ["plan"])
        argv = project.fake.call("plan")["argv"]
        self.assertIn("-lock=false", argv)
        self.assertEqual([a for a in argv if a.startswith(("-refresh", "-target"))], [])

    def test_one_attribute(self):
        project = self.drifted()
        record = self.drift(project, expect=2)
        self.assertEqual(project.fake.commands, ["plan", "show"])
        self.assertEqual(statuses(record), {A: "modified", B: "in_sync"})
        found = resources(record)[A]
        self.assertEqual((found["class"], found["planned"], found["component"]), ("drift", "update", "a"))
        self.assertEqual(found["position"]["line"], 6)
        one = difference(record)
        self.assertEqual((one["path"], one["kind"], one["expected"], one["actual"]),
                         ("tags.Owner", "added", None, '"bob"'))
        self.assertEqual(one["reference"], "shop/main:aws_sns_topic.a:tags.Owner")

    def test_gone(self):
        record = self.drift(self.drifted(aws_sns_topic__b=None), expect=2)
        found = resources(record)[B]
        self.assertEqual((found["status"], found["planned"], found["attributes"]), ("deleted", "create", []))
        self.assertEqual(found["seen"]["reference"], "shop/main:aws_sns_topic.b")

    def test_said_to_people(self):
        outcome = self.drifted().agentops("drift", expect=2)
        line = next(line for line in outcome.out.splitlines() if A in line)
        self.assertRegex(line, r'DRIFT +aws_sns_topic.a +tags.Owner +expected nothing +actual "bob" +new')
        self.assertIn("agentops drift --revert shop\n", outcome.out)
        self.assertIn("1 drifted, 1 in sync", outcome.out)

    def test_schema_is_read_once_where_it_decides(self):
        project = self.drifted(aws_sns_topic__a={"status": "busy"})
        for commands in (["plan", "show", "providers"], ["plan", "show"]):
            project.fake.forget()
            record = self.drift(project)
            self.assertEqual(project.fake.commands, commands)
            found = resources(record)[A]
            self.assertEqual((found["status"], found["class"]), ("in_sync", "noise"))
            self.assertEqual([noise["path"] for noise in found["noise"]], ["status"])

    def test_without_the_schema_it_counts_as_drift(self):
        project = self.drifted(aws_sns_topic__a={"status": "busy"})
        project.fake.set(providers={"exit": 1})
        self.assertEqual(statuses(self.drift(project, expect=2))[A], "modified")

    def test_what_a_revert_cannot_restore(self):
        record = self.drift(self.drifted(aws_sns_topic__a={"policy": "open"}), expect=2)
        found = resources(record)[A]
        self.assertEqual((found["status"], found["planned"]), ("modified", "no-op"))
        self.assertIn("a revert cannot restore it", found["reason"])

    def test_made_anew(self):
        record = self.drift(self.drifted(aws_sns_topic__a={"arn": "another"}), expect=2)
        self.assertIn("made again", resources(record)[A]["reason"])

    def test_an_intent_that_moved_on_is_no_drift(self):
        project = self.applied()
        project.write("shop.intent.yaml", cli.intent(components=cli.topic("a") + cli.topic("b", "other") + cli.topic("c")))
        project.agentops("generate")
        record = self.drift(project)
        found = resources(record)
        self.assertEqual((found[B]["status"], found[B]["class"]), ("in_sync", "pending_intent"))
        self.assertEqual(of_stack(record)["changes"], {"create": 1, "update": 0, "replace": 1, "delete": 0})
        self.assertEqual(record["next"], ["agentops plan"])

    def test_nothing_deployed(self):
        project = self.project(cli.intent(components=TWO))
        project.agentops("plan")
        project.fake.forget()
        record = self.drift(project)
        self.assertEqual((of_stack(record)["status"], record["verdict"]), ("not-deployed", "nothing is deployed"))
        self.assertEqual(project.fake.commands, [])


class UnknownTest(DriftTest):
    """Whatever cannot be looked at is unknown, and never in sync."""

    def test_plan_fails(self):
        for how in ({"exit": 1, "stderr": "boom"}, {"signal": 9}, {"exit": 0}, {"exit": 0, "stdout": "{}"},
                    {"exit": 0, "stdout_hex": "ff00"}, {"lock": "ann has it"}):
            with self.subTest(how):
                project = self.drifted()
                project.fake.set(plan=how)
                record = self.drift(project, expect=9)
                self.assert_unknown(record)
                self.assertEqual(cli.codes(record), [])

    def test_plan_is_said_and_not_saved(self):
        for project in (self.applied(), self.drifted()):
            project.fake.set(plan={"unsaved": 1})
            self.assert_unknown(self.drift(project, expect=9))

    def test_show_fails(self):
        for how in ({"exit": 1}, {"exit": 0}, {"exit": 0, "stdout": "{}"}, {"exit": 0, "stdout": "[1"}):
            with self.subTest(how):
                project = self.drifted()
                project.fake.set(show=how)
                self.assertNotIn("in_sync", statuses(self.drift(project, expect=9)).values())

    def test_one_object_cannot_be_read(self):
        project = self.drifted()
        project.fake.set(plan={"unreadable": {B: "api error AccessDenied"}})
        record = self.drift(project, expect=9)
        self.assertEqual(statuses(record), {A: "modified", B: "unknown"})
        self.assertIn("reading aws_sns_topic.b", resources(record)[B]["reason"])
        self.assertIn("AccessDenied", str(record["diagnostics"]))
        outcome = project.agentops("drift", expect=9)
        self.assertRegex(outcome.out, r"DRIFT +aws_sns_topic.a")
        self.assertRegex(outcome.out, r"UNKNOWN +aws_sns_topic.b")

    def test_three_stacks(self):
        project = self.applied({f"{name}.intent.yaml": cli.intent(name, cli.topic(name))
                                for name in ("clean", "changed", "failing")})
        project.fake.drift(aws_sns_topic__changed=TAGGED)
        project.fake.set(plan={"in": "/failing/", "exit": 1, "stderr": "boom"})
        record = self.drift(project, expect=9)
        self.assertEqual({one["stack"]: one["status"] for one in record["stacks"]},
                         {"clean": "in-sync", "changed": "drifted", "failing": "unknown"})
        self.assertEqual(statuses(record, "changed"), {"aws_sns_topic.changed": "modified"})
        self.assert_unknown(record, stack="failing")
        self.assertEqual(self.drift(project, "clean")["stacks"][0]["stack"], "clean")

    def test_state_that_cannot_be_trusted(self):
        for text in ("", "{", None):
            with self.subTest(text):
                project = self.applied({f"{name}.intent.yaml": cli.intent(name, cli.topic(name))
                                        for name in ("good", "shop")})
                project.fake.drift(aws_sns_topic__good=TAGGED)
                if text is None:
                    project.path(STATE).unlink()
                else:
                    project.write(STATE, text)
                record = self.drift(project, expect=9)
                self.assertEqual(statuses(record, "good"), {"aws_sns_topic.good": "modified"})
                self.assertEqual(of_stack(record)["status"], "unknown")
                self.assertIn("terraform.tfstate", of_stack(record)["units"][0]["note"])
                self.assertEqual({call["cwd"] for call in project.fake.calls},
                                 {str(project.path(".agentops/stacks/good/main"))})

    def test_another_agentops_works_on_the_stack(self):
        project = self.drifted()
        with project.path(".agentops/locks/shop").open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.assert_unknown(self.drift(project, expect=9), "is locked by")
        self.drift(project, expect=2)

    def test_another_terraform_works_on_the_state(self):
        project = self.drifted()
        with project.path(STATE).open("r+") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            self.assert_unknown(self.drift(project, expect=9), "Terraform works on its state")
        self.drift(project, expect=2)

    def test_state_is_written_during_the_look(self):
        project = self.drifted()
        project.fake.set(plan={"gate": project.fake.gate})
        process = project.start("drift", "--json")
        project.fake.wait_for("gate.here")
        state = json.loads(project.read(STATE))
        state["serial"] += 1
        project.write(STATE, json.dumps(state))
        open(project.fake.gate, "w").close()
        out, _ = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 9)
        self.assert_unknown(json.loads(out), "was written while it was looked at")

    def test_interrupted(self):
        project = self.drifted()
        self.drift(project, expect=2)
        before = project.read(SEEN)
        project.fake.set(plan={"gate": project.fake.gate})
        process = project.start("drift", "--json")
        project.fake.wait_for("gate.here")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 130)
        self.assert_unknown(json.loads(out))
        self.assertEqual(project.read(SEEN), before)


class ArtifactTest(DriftTest):
    """Files that were generated: they are compared too, and a check leaves them as they are."""

    FILE = f"{UNIT}/a.tf.json"

    def assert_told(self, project, found):
        """These files are told, all objects are in sync all the same, and no file was touched."""
        def files():
            return {path: path.read_bytes() for path in sorted(project.path(UNIT).iterdir()) if path.is_file()}

        before = files()
        record = self.drift(project, expect=2)
        self.assertEqual(artifacts(record), found)
        self.assertEqual(set(statuses(record).values()), {"in_sync"})
        self.assertEqual(of_stack(record)["status"], "stale")
        self.assertEqual(files(), before)
        return record

    def test_edited(self):
        project = self.applied()
        project.write(self.FILE, '{"resource": {}}')
        self.assert_told(project, {"a.tf.json": "edited"})
        self.assertIn("a.tf.json", project.agentops("drift", expect=2).out)

    def test_missing(self):
        project = self.applied()
        project.path(self.FILE).unlink()
        self.assert_told(project, {"a.tf.json": "missing"})
        self.assertFalse(project.path(self.FILE).exists())

    def test_foreign(self):
        project = self.applied()
        project.write(f"{UNIT}/evil_override.tf", 'resource "aws_sns_topic" "a" {}')
        self.assert_told(project, {"evil_override.tf": "foreign"})

    def test_stale(self):
        project = self.applied()
        project.write("shop.intent.yaml", cli.intent(components=cli.topic("a", "other") + cli.topic("b")))
        record = self.assert_told(project, {"a.tf.json": "stale"})
        self.assertEqual(resources(record)[A]["class"], "pending_intent")

    def test_obsolete(self):
        project = self.applied()
        project.write("shop.intent.yaml", cli.intent(components=cli.topic("b")))
        record = self.assert_told(project, {"a.tf.json": "stale"})
        self.assertEqual(resources(record)[A]["planned"], "delete")

    def test_drift_is_seen_all_the_same(self):
        project = self.drifted()
        project.write(self.FILE, '{"resource": {}}')
        record = self.drift(project, expect=2)
        self.assertEqual((artifacts(record), statuses(record)[A]), ({"a.tf.json": "edited"}, "modified"))


if __name__ == "__main__":
    cli.main()
