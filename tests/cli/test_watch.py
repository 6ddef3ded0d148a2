#!/usr/bin/env python3
"""The loop: what it tells, what it leaves on disk, and what it repairs by itself."""

import json
import os
import re
import signal
import socket

import cli
import harness
from drifting import A, ACCEPTED, B, TAGGED, TWO, UNIT, DriftTest

LINE = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z shop (.*) \[intent [0-9a-f]{12}\]$"


def snapshot(project):
    """Every file with its time and content. The lock of the loop itself says who holds it, each time."""
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in project.folder.rglob("*")
            if path.is_file() and path.name != ".watch"}


class WatchTest(DriftTest):
    def watch(self, project, *args, expect=0):
        """One pass; returns the conditions that it told, without time and intent."""
        outcome = project.agentops("watch", "--once", *args, expect=expect)
        return re.findall(LINE, outcome.out, re.M)

    def events(self, project, prefix=""):
        lines = project.read(".agentops/journal.jsonl").splitlines()
        return [e for e in (json.loads(line)["event"] for line in lines) if e.startswith(prefix)]

    def assert_second_pass_is_silent(self, project, expect):
        before = snapshot(project)
        self.assertEqual(self.watch(project, expect=expect), [])
        after = snapshot(project)
        self.assertEqual(sorted(set(before) ^ set(after)), [])
        self.assertEqual([path for path in before if before[path] != after[path]], [])


class ConditionTest(WatchTest):
    def test_ready(self):
        project = self.applied()
        self.assertEqual(self.watch(project), ["Ready InSync: 2 objects in sync"])
        self.assertEqual(project.fake.commands, ["plan"])
        self.assert_second_pass_is_silent(project, 0)

    def test_not_deployed(self):
        self.assertEqual(self.watch(self.project()), ["Ready NotDeployed: 0 objects in sync"])

    def test_drifted(self):
        project = self.applied()
        self.watch(project)
        project.fake.drift(aws_sns_topic__a=TAGGED, aws_sns_topic__b=None)
        self.assertEqual(self.watch(project, expect=2),
                         [f"Drifted (was Ready) Drift: {A} tags.Owner, {B} is gone"])
        self.assertEqual(self.events(project, "drift."), ["drift.detected"])
        self.assert_second_pass_is_silent(project, 2)
        project.fake.drift()
        self.assertEqual(self.watch(project), ["Ready (was Drifted) InSync: 2 objects in sync"])
        self.assertEqual(self.events(project, "drift."), ["drift.detected", "drift.restored"])

    def test_could_not_look(self):
        project = self.applied()
        project.fake.set(plan={"exit": 1})
        (line,) = self.watch(project, expect=9)
        self.assertTrue(line.startswith("Degraded CouldNotLook: "), line)
        self.assert_second_pass_is_silent(project, 9)

    def test_checks(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            checks = f"checks: {{up: {{tcp: '127.0.0.1:{server.getsockname()[1]}', within: 1 s}}}}\n"
            project = self.applied(cli.intent(components=TWO, rest=checks))
            self.assertEqual(self.watch(project), ["Ready InSync: 2 objects in sync"])
        (line,) = self.watch(project, expect=8)
        self.assertTrue(line.startswith("Degraded (was Ready) CheckFailed: up: "), line)
        self.assert_second_pass_is_silent(project, 8)

    def test_one_damaged_memory_hides_nothing(self):
        project = self.applied({f"{name}.intent.yaml": cli.intent(name, cli.topic(name)) for name in ("more", "shop")})
        project.fake.drift(aws_sns_topic__shop=TAGGED, aws_sns_topic__more=TAGGED)
        project.write(".agentops/drift/seen/more.jsonl", "nonsense")
        self.assertEqual(self.watch(project, expect=1), ["Drifted Drift: aws_sns_topic.shop tags.Owner"])
        events = self.events(project)
        self.watch(project, expect=1)
        self.assertEqual(self.events(project), events)

    def test_edited_artifacts(self):
        project = self.applied()
        project.write(f"{UNIT}/a.tf.json", '{"resource": {}}')
        self.watch(project, expect=2)
        self.assert_second_pass_is_silent(project, 2)

    def test_record(self):
        project = self.applied()
        (one,) = project.agentops_json("watch", "--once")["conditions"]
        self.assertEqual((one["stack"], one["condition"], one["changed"]), ("shop", "Ready", True))
        (again,) = project.agentops_json("watch", "--once")["conditions"]
        self.assertEqual(again, {**one, "changed": False})

    def test_usage(self):
        project = self.applied()
        for args in (["--interval", "0s"], ["--interval", "999ms"], ["--interval", "x"], ["--interval", "-5m"], []):
            self.refused(project, "cli.usage", 3, "watch", *args)
        self.assertEqual(project.fake.commands, [])


class MetricsTest(WatchTest):
    def test_stable_and_well_formed(self):
        project = self.applied({f"{name}.intent.yaml": cli.intent(name, cli.topic(name)) for name in ("one", "two")})
        project.fake.drift(aws_sns_topic__two=TAGGED)
        file = project.path("agentops.prom")
        self.watch(project, "--metrics", str(file), expect=2)
        first = (file.stat().st_mtime_ns, file.read_text())
        self.watch(project, "--metrics", str(file), expect=2)
        self.assertEqual((file.stat().st_mtime_ns, file.read_text()), first)
        harness.run([harness.tool("promtool"), "check", "metrics"], env=project.env, cwd=project.folder,
                    stdin=first[1], expect=0)
        samples = self.samples(first[1])
        self.assertEqual(samples['agentops_drifted_resources{stack="two"}'], 1)
        self.assertEqual(samples['agentops_drifted_resources{stack="one"}'], 0)
        self.assertEqual(samples['agentops_stack_condition{stack="two",condition="Drifted"}'], 1)
        self.assertEqual(sum(v for k, v in samples.items() if k.startswith("agentops_stack_condition")), 2)
        project.fake.drift()
        self.watch(project, "--metrics", str(file))
        self.assertEqual(self.samples(file.read_text())['agentops_in_sync_resources{stack="two"}'], 1)

    def samples(self, text):
        """The samples of a file whose every family has its help and type before it, once."""
        found, families = {}, []
        self.assertTrue(text.endswith("\n"))
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                families.append(line.split()[2])
            elif not line.startswith("# HELP "):
                name, value = line.rsplit(" ", 1)
                self.assertRegex(name, r'^[a-z_]+\{stack="[^"\\]+"(,condition="[A-Z][a-z]+")?\}$')
                self.assertEqual(name.split("{")[0], families[-1])
                found[name] = float(value)
        self.assertEqual(len(families), len(set(families)))
        return found

    def test_a_file_that_cannot_be_written(self):
        project = self.applied()
        outcome = project.agentops("watch", "--once", "--metrics", "shop.intent.yaml/x.prom", expect=1)
        self.assertIn("shop.intent.yaml", outcome.err)


class LoopTest(WatchTest):
    def started(self, project, *args):
        process = project.start("watch", "--interval", "1h", *args)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()

    def test_two_at_once(self):
        project = self.applied()
        process = self.started(project)
        self.assertIn("Ready", process.stdout.readline())
        self.refused(project, "lock.held", 6, "watch", "--once")
        waiting = project.start("watch", "--once", "--lock-timeout", "5m")
        self.addCleanup(self.end, waiting)
        self.assertIn(f"pid {process.pid}", waiting.stderr.readline())
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=300)
        self.assertEqual((process.returncode, out), (143, "stopped\n"))
        waiting.communicate(timeout=300)
        self.assertEqual(waiting.returncode, 0)

    def test_stopped_while_the_tool_runs(self):
        for sign, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            project = self.applied()
            project.fake.set(plan={"gate": project.fake.gate})
            process = self.started(project)
            project.fake.wait_for("gate.here")
            child = project.fake.call("plan")["pid"]
            process.send_signal(sign)
            out, err = process.communicate(timeout=300)
            self.assertEqual(process.returncode, code, out + err)
            self.assertFalse(os.path.exists(f"/proc/{child}"))
            self.assertFalse(project.path(".agentops/watch/shop.json").exists())

    def test_the_intent_is_read_anew(self):
        project = self.applied()
        process = project.start("watch", "--interval", "1s")
        self.addCleanup(self.end, process)
        self.assertIn("2 objects", process.stdout.readline())
        project.write("shop.intent.yaml", cli.intent(components=TWO + cli.topic("c")))
        self.assertRegex(process.stdout.readline(), r"shop Ready InSync: 2 objects in sync \[intent")

    def test_debounce(self):
        project = self.applied()
        process = project.start("watch", "--interval", "1s", "--debounce", "2")
        self.addCleanup(self.end, process)
        self.assertIn("Ready", process.stdout.readline())
        self.assertGreaterEqual(len(project.fake.commands), 2)


class HealTest(WatchTest):
    def healing(self, policy, components=TWO):
        project = self.applied(cli.intent(components=components, rest=f"heal: {{{policy}}}\n"))
        project.fake.drift(aws_sns_topic__a=TAGGED)
        return project

    def plans(self, project):
        """Runs that made a plan to apply."""
        return sorted(path.parent.name for path in project.path(".agentops/runs").glob("*/manifest.json"))[1:]

    def test_propose_once(self):
        project = self.healing("mode: propose")
        (line,) = self.watch(project, expect=2)
        (run,) = self.plans(project)
        self.assertIn(f"agentops approve {run}", line)
        self.assertEqual(self.watch(project, expect=2), [])
        self.assertEqual(self.plans(project), [run])
        self.assert_second_pass_is_silent(project, 2)
        project.agentops("approve", run)
        project.agentops("apply", run)
        self.assertTrue(self.watch(project)[0].startswith("Ready (was Drifted)"))
        project.fake.drift(aws_sns_topic__a=TAGGED)
        self.assertNotIn(run, self.watch(project, expect=2)[0])
        self.assertEqual(len(self.plans(project)), 2)

    def test_no_policy_no_plan(self):
        project = self.drifted()
        self.watch(project, expect=2)
        self.assertEqual(self.plans(project), [])

    def test_auto(self):
        project = self.healing("mode: auto")
        (line,) = self.watch(project, expect=2)
        (run,) = self.plans(project)
        self.assertEqual(line, f"Progressing Healed: 1 object restored by run {run}")
        self.assertEqual(project.fake.commands.count("apply"), 1)
        self.assertEqual(self.watch(project), ["Ready (was Progressing) InSync: 2 objects in sync"])
        self.assertEqual(self.events(project, "heal."), ["heal.applied"])
        project.agentops("runs", "verify")

    def test_auto_cools_down(self):
        project = self.healing("mode: auto, cool_down: 1 h")
        self.watch(project, expect=2)
        project.fake.drift(aws_sns_topic__b=TAGGED)
        (line,) = self.watch(project, expect=2)
        self.assertIn("cooling down", line)
        self.assertEqual(len(self.plans(project)), 1)

    def test_fight(self):
        project = self.healing("mode: auto, cool_down: 0 s, max_times: 2")
        for _ in range(2):
            project.fake.drift(aws_sns_topic__a=TAGGED)
            self.watch(project, expect=2)
        project.fake.drift(aws_sns_topic__a=TAGGED)
        (line,) = self.watch(project, expect=2)
        self.assertRegex(line, f"Fight: .*{A} was healed 2 times within 60 min and drifts again")
        self.assert_second_pass_is_silent(project, 2)
        self.assertEqual(self.events(project, "heal."), ["heal.applied", "heal.applied", "heal.fight"])

    def test_only(self):
        project = self.healing("mode: auto, only: [b]")
        (line,) = self.watch(project, expect=2)
        self.assertIn("the policy covers none of it", line)
        self.assertEqual(self.plans(project), [])

    def test_beyond_the_policy_it_is_proposed(self):
        project = self.healing("mode: auto")
        project.fake.drift(aws_sns_topic__a={"name": "other"})
        (line,) = self.watch(project, expect=2)
        self.assertIn("not healed: its risk is medium, heal.max_risk is low", line)
        self.assertIn("proposed: agentops approve", line)
        self.assertNotIn("apply", project.fake.commands)
        self.watch(project, expect=2)
        self.assertEqual(len(self.plans(project)), 1)

    def test_what_somebody_may_answer_for_is_left_alone(self):
        project = self.healing("mode: auto")
        project.write(ACCEPTED, "- {mode: accept\n")
        self.watch(project, expect=None)
        self.assertNotIn("apply", project.fake.commands)

    def test_protected(self):
        project = self.applied(cli.intent(components=TWO, rest=(
            "heal: {mode: auto, max_risk: high}\napprovals: {auto: {max_destroy: 9}}\nrules: {protect: [a]}\n")))
        project.fake.drift(aws_sns_topic__a={"name": "other"})
        self.watch(project, expect=2)
        self.assertNotIn("apply", project.fake.commands)


if __name__ == "__main__":
    cli.main()
