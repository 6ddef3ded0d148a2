#!/usr/bin/env python3
"""A Terraform that is missing, old, crashing or talking nonsense."""

import signal

import cli


class MissingToolTest(cli.CliTest):
    def test_neither_is_on_path(self):
        project = self.project()
        record = self.refused(project, "tool.missing", 1, "plan", env={"PATH": "/nowhere"})
        self.assertIn("terraform nor tofu", record["diagnostics"][0]["message"])

    def test_check_and_generate_need_none(self):
        project = self.project()
        project.agentops("check", env={"PATH": "/nowhere"})
        project.agentops("generate", env={"PATH": "/nowhere"})
        self.assertEqual(project.fake.commands, [])

    def test_named_binary_is_missing(self):
        project = self.project({
            "shop.intent.yaml": cli.intent(),
            "agentops.yaml": "apiVersion: agentops/v1\nterraform: {binary: terraforn}\n"})
        record = self.refused(project, "tool.missing", 1, "plan")
        position = record["diagnostics"][0]["position"]
        self.assertEqual((position["file"], position["line"]), ("agentops.yaml", 2))

    def test_relative_path_entry_is_passed_over(self):
        project = self.project()
        project.write("bin/terraform", "#!/bin/sh\ntouch ../../ran\n").chmod(0o755)
        self.refused(project, "tool.missing", 1, "plan", env={"PATH": "bin:.:"})
        self.assertFalse(project.path("ran").exists())

    def test_not_executable(self):
        project = self.project()
        project.fake.program.chmod(0o644)
        self.refused(project, "tool.missing", 1, "plan", env={"PATH": str(project.fake.folder)})

    def test_cannot_be_started(self):
        project = self.project()
        project.fake.program.write_text("#!/no/such/interpreter\n")
        self.refused(project, "tool.not-started", 1, "plan")

    def test_opentofu(self):
        project = self.project()
        tofu = self.fake("tofu")
        project.write("agentops.yaml", "apiVersion: agentops/v1\nterraform: {binary: tofu}\n")
        path = f"{tofu.folder}:{project.env['PATH']}"
        record = project.agentops_json("plan", env={"PATH": path})
        manifest = project.read(f".agentops/runs/{record['run']}/manifest.json")
        self.assertIn('"tofu"', manifest)
        self.assertEqual(project.fake.commands, [])


class BadVersionTest(cli.CliTest):
    def test_too_old(self):
        for version in ("1.5.7", "1.10.9", "0.15.0"):
            with self.subTest(version):
                project = self.project()
                project.fake.set(says=version)
                self.refused(project, "terraform.too-old", 1, "plan")
                self.assertEqual(project.fake.commands, ["version"])

    def test_no_version(self):
        for answer, code in (("{}", "terraform.version"), ("Terraform v1.11.4", "tool.garbage"),
                             ("", "tool.garbage"), ("[1]", "terraform.version")):
            with self.subTest(answer):
                project = self.project()
                project.fake.set(version={"exit": 0, "stdout": answer})
                self.refused(project, code, 1, "plan")

    def test_version_fails(self):
        project = self.project()
        project.fake.set(version={"exit": 3, "stderr": "no licence"})
        record = self.refused(project, "tool.failed", 1, "plan")
        self.assertIn("no licence", record["diagnostics"][0]["message"])

    def test_failure_is_not_remembered(self):
        project = self.project()
        project.fake.set(version={"exit": 3})
        project.agentops("plan", expect=1)
        project.fake.set()
        project.agentops("plan")


class BadAnswerTest(cli.CliTest):
    """Every step of a plan that goes wrong: exit 1, one cause, no manifest to approve."""

    def assert_fails(self, knobs, code, exit_code=1):
        project = self.project()
        project.fake.set(**knobs)
        record = self.refused(project, code, exit_code, "plan")
        self.assertEqual(record["stacks"][0]["units"][0]["status"], "failed")
        self.assertEqual(record["next"], [])
        project.fake.set()
        project.fake.forget()
        outcome = project.agentops_json("apply", record["run"], expect=None)
        self.assertNotEqual(outcome["exit"], 0)
        self.assertNotIn("apply", project.fake.commands)
        return record

    def test_ends_with_an_error(self):
        for command in ("init", "show"):
            with self.subTest(command):
                record = self.assert_fails({command: {"exit": 1, "stderr": "went wrong"}}, "tool.failed")
                self.assertIn("went wrong", record["diagnostics"][0]["message"])

    def test_plan_ends_with_an_error_and_no_word(self):
        self.assert_fails({"plan": {"exit": 1}}, "tool.failed")

    def test_killed_by_a_signal(self):
        for command in ("init", "validate", "plan", "show"):
            with self.subTest(command):
                record = self.assert_fails({command: {"signal": signal.SIGSEGV}}, "tool.failed")
                self.assertIn("signal", record["diagnostics"][0]["message"])

    def test_prints_garbage(self):
        for command in ("validate", "show"):
            with self.subTest(command):
                self.assert_fails({command: {"exit": 0, "stdout": "hello {"}}, "tool.garbage")

    def test_prints_other_json(self):
        self.assert_fails({"show": {"exit": 0, "stdout": "{}"}}, "terraform.plan-format")
        self.assert_fails({"show": {"exit": 0, "stdout": '{"format_version": "2.0"}'}},
                          "terraform.plan-format")
        self.assert_fails({"validate": {"exit": 0, "stdout": "{}"}}, "terraform.validate-format")

    def test_prints_non_utf8(self):
        for command in ("validate", "show"):
            with self.subTest(command):
                record = self.assert_fails({command: {"exit": 0, "stdout_hex": "7b22ff00fe22"}},
                                           "tool.garbage")
                self.assertNotIn("\x00", record["diagnostics"][0]["message"])

    def test_failure_with_control_characters_is_escaped(self):
        project = self.project()
        project.fake.set(init={"exit": 1, "stderr": "\x1b[31mred\x1b]0;title\x07 \u202eevil"})
        outcome = project.agentops("plan", expect=1)
        for text in (outcome.out, outcome.err):
            self.assertNotIn("\x1b", text)
            self.assertNotIn("\u202e", text)
        self.assertIn("red", outcome.err)

    def test_plan_says_success_without_a_plan_file(self):
        self.assert_fails({"plan": {"exit": 0}}, "tool.failed")

    def test_stream_with_garbage_lines_is_followed_all_the_same(self):
        project = self.project()
        project.fake.set(plan={"stdout": "panic: not json\n{\"half\": ", "stdout_hex": "ff0a"})
        self.assertEqual(self.plan(project)["exit"], 0)

    def test_validation_error_has_the_intent_line(self):
        project = self.project()
        answer = ('{"format_version":"1.0","valid":false,"error_count":1,"warning_count":0,'
                  '"diagnostics":[{"severity":"error","summary":"Unsupported argument","detail":"no",'
                  '"address":"aws_sns_topic.alarms"}]}')
        project.fake.set(validate={"exit": 1, "stdout": answer})
        record = self.refused(project, "terraform.error", 1, "plan")
        position = record["diagnostics"][0]["position"]
        self.assertEqual((position["file"], position["line"]), ("shop.intent.yaml", 6))
        self.assertNotIn("plan", project.fake.commands)

    def test_failed_validation_is_not_cached(self):
        project = self.project()
        project.fake.set(validate={"exit": 1, "stdout": '{"valid":false,"diagnostics":[{"severity":"error","summary":"x"}]}'})
        project.agentops("plan", expect=1)
        project.fake.set()
        project.fake.forget()
        project.agentops("plan")
        self.assertIn("validate", project.fake.commands)

    def test_state_lock_is_held(self):
        held = "Lock Info:\n  ID: 1\n  Who: ann@laptop"
        record = self.assert_fails({"plan": {"lock": held}}, "terraform.locked", 6)
        self.assertIn("ann@laptop", record["diagnostics"][0]["message"])

    def test_no_lock_because_of_something_else(self):
        self.assert_fails({"plan": {"lock": "permission denied"}}, "terraform.error")

    def test_one_failing_unit_is_the_only_cause(self):
        components = "net: {kind: network, cidr: 10.1.0.0/16}"
        project = self.project({
            "a.intent.yaml": cli.intent("a", components),
            "b.intent.yaml": cli.intent("b", cli.topic("t", '"${a:net.vpc_id}"')),
            "c.intent.yaml": cli.intent("c")})
        project.fake.set(plan={"in": "/stacks/a/", "exit": 1, "stderr": "boom"})
        record = self.refused(project, "tool.failed", 1, "plan")
        notes = {u["unit"]: (u["status"], u["note"]) for s in record["stacks"] for u in s["units"]}
        self.assertEqual(notes["a/main"][0], "failed")
        self.assertIn("upstream", notes["b/main"][1])
        self.assertEqual(notes["c/main"][0], "planned")


class BadApplyTest(cli.CliTest):
    TWO = cli.topic("a") + cli.topic("b")

    def test_crash_before_anything(self):
        project = self.project()
        run = self.approved(project)["run"]
        project.fake.set(apply={"signal": signal.SIGKILL})
        record = self.refused(project, "tool.failed", 1, "apply", run)
        self.assertEqual(record["stacks"][0]["status"], "failed")
        self.assertEqual(record["next"], [f"agentops apply --resume {run}"])
        project.fake.set()
        self.refused(project, "stale.started", 6, "apply", run)
        self.assertEqual(project.agentops_json("apply", "--resume", run)["exit"], 0)

    def test_object_refused_midway(self):
        project = self.project(cli.intent(components=self.TWO))
        run = self.approved(project)["run"]
        project.fake.set(apply={"fail": "aws_sns_topic.b"})
        record = self.refused(project, "terraform.error", 1, "apply", run)
        error = next(d for d in record["diagnostics"] if d["severity"] == "error")
        self.assertIn("refused by the fake", error["message"])
        self.assertEqual(error["position"]["line"], 7)
        self.assertIn("aws_sns_topic", project.read(".agentops/stacks/shop/main/terraform.tfstate"))
        project.fake.set()
        record = project.agentops_json("apply", "--resume", run)
        self.assertEqual(record["stacks"][0]["changes"]["create"], 1)
        self.assertEqual(project.agentops("plan", "--detailed-exitcode").code, 0)

    def test_second_plan_is_not_empty(self):
        project = self.project()
        run = self.approved(project)["run"]
        project.fake.set(plan={"wants": True})
        record = project.agentops_json("apply", run, expect=8)
        self.assertEqual([d["code"] for d in record["diagnostics"]], ["apply.not-converged"])
        self.assertEqual(record["stacks"][0]["units"][0]["status"], "not-converged")

    def test_second_plan_fails(self):
        project = self.project()
        run = self.approved(project)["run"]
        project.fake.set(plan={"exit": 1, "stderr": "no network"})
        record = project.agentops_json("apply", run, expect=8)
        self.assertIn("apply.not-proven", [d["code"] for d in record["diagnostics"]])

    def test_tool_says_the_plan_is_stale(self):
        project = self.project()
        run = self.approved(project)["run"]
        project.fake.set(apply={"exit": 1, "stdout": (
            '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Saved plan is stale",'
            '"detail":"x"}}')})
        self.refused(project, "terraform.stale-plan", 6, "apply", run)


if __name__ == "__main__":
    cli.main()
