#!/usr/bin/env python3
"""Ctrl-C, SIGTERM and kill -9 while the tool applies; two applies at once."""

import os
import signal
import time

import cli

UNIT = ".agentops/stacks/shop/main"
TWO = cli.topic("a") + cli.topic("b")


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class ApplyingTest(cli.CliTest):
    def started(self, sign, knobs, *args):
        """A project whose apply has made one object and waits; returns it, its run, the process."""
        project = self.project(cli.intent(components=TWO))
        run = self.approved(project)["run"]
        project.fake.set(apply=knobs(project.fake))
        project.fake.forget()
        process = project.start("apply", run, *args)
        self.addCleanup(self.end, process)
        project.fake.wait_for(sign)
        return project, run, process

    def applying(self, *args):
        """Waits for a signal."""
        return self.started("hanging", lambda _: {"hang": True}, *args)

    def gated(self):
        """Waits until open_gate()."""
        return self.started("gate.here", lambda fake: {"gate": fake.gate}, "--json")

    def end(self, process):
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()

    def open_gate(self, project):
        open(project.fake.gate, "w").close()


class SignalTest(ApplyingTest):
    def signals(self, project):
        return [line["signal"] for line in project.fake.log if "signal" in line]

    def assert_resumes(self, project, run):
        """What is left is done, and nothing twice."""
        shown = project.agentops_json("runs", run)["runs"][0]
        self.assertEqual(shown["status"], "interrupted")
        self.refused(project, "stale.started", 6, "apply", run)
        project.fake.set()
        record = project.agentops_json("apply", "--resume", run)
        self.assertEqual(record["stacks"][0]["changes"]["create"], 1)
        self.assertEqual(self.plan(project)["stacks"][0]["status"], "no-changes")
        self.assertEqual(project.agentops("runs", "verify").code, 0)

    def test_interrupt_is_passed_on_once(self):
        project, run, process = self.applying()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=50)
        self.assertEqual(process.returncode, 130, out + err)
        self.assertEqual(self.signals(project), ["SIGINT"])
        self.assertIn(f"agentops apply --resume {run}", out)
        self.assert_resumes(project, run)

    def test_interrupt_from_the_terminal_reaches_the_tool_once(self):
        """Ctrl-C goes to the whole foreground group: the tool must not be in it."""
        project, run, process = self.applying()
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=50)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.signals(project), ["SIGINT"])

    def test_terminate(self):
        project, run, process = self.applying()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=50)
        self.assertEqual(process.returncode, 143, out + err)
        self.assertEqual(self.signals(project), ["SIGINT"])
        self.assert_resumes(project, run)

    def test_interrupted_json_is_one_record(self):
        project, run, process = self.applying("--json")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=50)
        record = cli.json.loads(out)
        self.assertEqual((record["run"], record["stacks"][0]["units"][0]["status"]), (run, "interrupted"))
        self.assertEqual(record["exit"], 130)

    def test_interrupted_while_planning_makes_no_manifest(self):
        project = self.project()
        project.fake.set(plan={"gate": project.fake.gate})
        process = project.start("plan")
        self.addCleanup(self.end, process)
        project.fake.wait_for("gate.here")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=50)
        self.assertEqual(process.returncode, 130)
        self.refused(project, "run.no-manifest", 3, "approve", "latest")

    def test_killed_agentops_leaves_a_tool_that_finishes(self):
        project, run, process = self.gated()
        child = project.fake.call("apply")["pid"]
        process.kill()
        process.wait()
        self.assertTrue(alive(child))
        # Who holds the lock now is the tool that we started.
        record = self.refused(project, "lock.held", 6, "apply", "--resume", run)
        self.assertIn(run, record["diagnostics"][0]["message"])
        self.refused(project, "lock.held", 6, "plan")
        self.assertEqual(project.agentops_json("runs", run)["runs"][0]["status"], "applying")
        self.open_gate(project)
        deadline = time.monotonic() + 50
        while alive(child) and time.monotonic() < deadline:
            time.sleep(0.02)
        state = cli.json.loads(project.read(f"{UNIT}/terraform.tfstate"))
        self.assertEqual(len(state["resources"]), 2)
        project.fake.set()
        project.fake.forget()
        record = project.agentops_json("apply", "--resume", run)
        self.assertEqual(record["stacks"][0]["status"], "applied")
        self.assertNotIn("apply", project.fake.commands)
        self.assertEqual(project.agentops("runs", "verify").code, 0)
        self.assertEqual(self.plan(project)["stacks"][0]["status"], "no-changes")

    def test_killed_while_planning(self):
        project = self.project()
        project.fake.set(plan={"gate": project.fake.gate})
        process = project.start("plan")
        self.addCleanup(self.end, process)
        project.fake.wait_for("gate.here")
        process.kill()
        process.wait()
        self.open_gate(project)
        child = project.fake.call("plan")["pid"]
        while alive(child):
            time.sleep(0.02)
        project.fake.set()
        self.assertEqual(self.plan(project)["exit"], 0)

    def test_tool_outlives_closed_output(self):
        """Nobody reads our output any more: the apply goes on to its end all the same."""
        project, run, process = self.gated()
        process.stdout.close()
        process.stderr.close()
        self.open_gate(project)
        process.wait(20)
        state = cli.json.loads(project.read(f"{UNIT}/terraform.tfstate"))
        self.assertEqual(len(state["resources"]), 2)
        process.stdout = process.stderr = open(os.devnull)
        self.assertEqual(project.agentops_json("runs", run)["runs"][0]["status"], "applied")


class TwoAtOnceTest(ApplyingTest):
    def test_second_apply_names_the_holder(self):
        project, run, process = self.gated()
        for command in (["plan"], ["apply", run]):
            record = self.refused(project, "lock.held", 6, *command)
            message = record["diagnostics"][0]["message"]
            self.assertIn(str(process.pid), message)
            self.assertIn(run, message)
        self.open_gate(project)
        out, _ = process.communicate(timeout=50)
        self.assertEqual((process.returncode, cli.json.loads(out)["exit"]), (0, 0))
        self.assertEqual(project.fake.commands.count("apply"), 1)

    def test_lock_timeout_waits_for_the_holder(self):
        project, _, process = self.gated()
        waiting = project.start("plan", "--lock-timeout", "5m", "--json")
        self.addCleanup(self.end, waiting)
        self.assertIn(f"pid {process.pid}", waiting.stderr.readline())
        self.open_gate(project)
        process.communicate(timeout=50)
        out, _ = waiting.communicate(timeout=50)
        self.assertEqual((waiting.returncode, cli.json.loads(out)["verdict"]), (0, "nothing to do: the state matches the intent"))
        waits = [word for call in project.fake.calls for word in call["argv"] if word.startswith("-lock")]
        self.assertEqual(waits, ["-lock-timeout=10s", "-lock=false", "-lock-timeout=300s"])

    def test_lock_timeout_ends(self):
        project, _, process = self.gated()
        begin = time.monotonic()
        self.refused(project, "lock.held", 6, "plan", "--lock-timeout", "1s")
        self.assertGreater(time.monotonic() - begin, 1)
        self.refused(project, "lock.held", 6, "plan", "--lock-timeout", "0s")
        waiting = project.start("plan", "--lock-timeout", "5m")
        self.addCleanup(self.end, waiting)
        waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        waiting.communicate(timeout=50)
        self.assertEqual(waiting.returncode, 130)
        self.assertIn("such as 5m", project.agentops("plan", "--lock-timeout", "soon", expect=3).err)
        self.open_gate(project)
        process.communicate(timeout=50)

    def test_another_stack_is_free(self):
        project, _, process = self.gated()
        project.write("more.intent.yaml", cli.intent("more"))
        self.assertEqual(project.agentops("plan", "more").code, 0)
        self.open_gate(project)
        process.communicate(timeout=50)

    def test_readers_need_no_lock(self):
        project, _, process = self.gated()
        for command in (["check"], ["runs"], ["explain", "a"], ["graph"]):
            project.agentops(*command)
        self.open_gate(project)
        process.communicate(timeout=50)



if __name__ == "__main__":
    cli.main()
