#!/usr/bin/env python3
"""Local states that cannot be trusted, and files planted beside what was generated."""

import json
import os

import cli

UNIT = ".agentops/stacks/shop/main"
STATE = f"{UNIT}/terraform.tfstate"


class StateTest(cli.CliTest):
    def applied(self):
        project = self.project()
        self.apply(project)
        project.fake.forget()
        return project

    def assert_refused(self, project, code):
        """No tool is started, for plan, apply and destroy alike, and the state stays as it is."""
        path = project.path(STATE)
        before = path.read_bytes() if path.exists() else None
        for command in (["plan"], ["apply"], ["destroy"], ["plan", "--destroy"]):
            record = self.refused(project, code, 6, *command)
            self.assertIn("Restore", record["diagnostics"][0]["help"])
        self.assertEqual(project.fake.commands, [])
        self.assertEqual(path.read_bytes() if path.exists() else None, before)

    def test_empty(self):
        for text in ("", "\n  \n"):
            project = self.applied()
            project.write(STATE, text)
            self.assert_refused(project, "state.empty")

    def test_empty_before_anything_was_applied(self):
        project = self.project()
        project.write(STATE, "")
        self.refused(project, "state.empty", 6, "plan")
        self.assertEqual([c for c in project.fake.commands if c != "version"], [])

    def test_truncated(self):
        project = self.applied()
        text = project.read(STATE)
        project.write(STATE, text[: len(text) // 2])
        self.assert_refused(project, "state.damaged")

    def test_older(self):
        project = self.project()
        self.apply(project)
        old = project.read(STATE)
        project.write("shop.intent.yaml", cli.intent(components=cli.topic("other")))
        self.apply(project)
        project.fake.forget()
        project.write(STATE, old)
        self.assert_refused(project, "state.older")

    def test_foreign(self):
        project = self.applied()
        state = json.loads(project.read(STATE))
        state["lineage"] = "somebody-elses"
        project.write(STATE, json.dumps(state))
        self.assert_refused(project, "state.foreign")

    def test_gone(self):
        project = self.applied()
        project.path(STATE).unlink()
        self.assert_refused(project, "state.missing")

    def test_the_help_brings_it_back(self):
        project = self.applied()
        good = project.read(STATE)
        project.write(STATE, "")
        message = self.refused(project, "state.empty", 6, "plan")["diagnostics"][0]["help"]
        command = message.split("`")[1]
        self.assertTrue(command.startswith("cp "), command)
        _, source, target = command.split()
        project.path(target).write_bytes(project.path(source).read_bytes())
        self.assertEqual(project.read(STATE), good)
        project.agentops("plan")

    def test_newer_is_fine(self):
        project = self.applied()
        state = json.loads(project.read(STATE))
        state["serial"] += 3
        project.write(STATE, json.dumps(state))
        self.assertEqual(self.plan(project)["stacks"][0]["status"], "no-changes")

    def test_other_format(self):
        project = self.applied()
        state = json.loads(project.read(STATE))
        state["version"] = 5
        project.write(STATE, json.dumps(state))
        self.refused(project, "state.version", 6, "plan")
        self.assertEqual(project.fake.commands, [])

    def test_copies_before_and_after(self):
        project = self.project()
        self.apply(project)
        first = project.read(STATE)
        project.write("shop.intent.yaml", cli.intent(components=cli.topic("other")))
        run = self.approved(project)["run"]
        project.agentops("apply", run)
        folder = project.path(f".agentops/runs/{run}/apply/shop/main")
        self.assertEqual((folder / "before.tfstate").read_text(), first)
        self.assertEqual((folder / "after.tfstate").read_text(), project.read(STATE))


class PlantedTest(cli.CliTest):
    def test_foreign_files_are_refused(self):
        for name in ("evil.tf", "evil.tf.json", "override.tf", "x.auto.tfvars", "terraform.tfvars",
                     "x.auto.tfvars.json", "x.tofu", ".terraformrc"):
            with self.subTest(name):
                project = self.project()
                project.write(f"{UNIT}/{name}", "")
                self.refused(project, "unit.foreign-file", 1, "plan")
                self.assert_no_tool(project, "version")

    def test_planted_plugin_folder(self):
        project = self.project()
        project.write(f"{UNIT}/terraform.d/plugins/x", "")
        self.refused(project, "unit.foreign-file", 1, "plan")
        self.assert_no_tool(project, "version")

    def test_planted_before_apply(self):
        project = self.project()
        run = self.approved(project)["run"]
        project.write(f"{UNIT}/evil_override.tf", "")
        project.fake.forget()
        record = project.agentops_json("apply", run, expect=None)
        self.assertIn("unit.foreign-file", cli.codes(record))
        self.assertNotIn("apply", project.fake.commands)

    def test_edited_artifact_is_written_anew(self):
        project = self.project()
        self.plan(project)
        path = project.path(f"{UNIT}/alarms.tf.json")
        good = path.read_text()
        path.write_text('{"resource": {}}')
        self.plan(project)
        self.assertEqual(path.read_text(), good)

    def test_obsolete_artifact_goes(self):
        project = self.project()
        self.plan(project)
        project.write("shop.intent.yaml", cli.intent(components=cli.topic("other")))
        self.plan(project)
        self.assertFalse(project.path(f"{UNIT}/alarms.tf.json").exists())

    def test_unit_folder_is_a_link(self):
        project = self.project()
        elsewhere = self.fake().folder
        project.path(".agentops/stacks/shop").mkdir(parents=True)
        os.symlink(elsewhere, project.path(UNIT))
        self.refused(project, "file.symlink", 1, "plan")
        self.assertEqual(sorted(p.name for p in elsewhere.iterdir()), ["fake_reality.py", "terraform"])

    def test_planted_workspace_is_inert(self):
        project = self.project()
        project.write(f"{UNIT}/.terraform/environment", "evil")
        self.plan(project)
        self.assertEqual(project.fake.call("plan")["env"]["TF_WORKSPACE"], "default")


if __name__ == "__main__":
    cli.main()
