#!/usr/bin/env python3
"""What was reviewed is what is applied: every link of the chain, cut one at a time."""

import json
import os

import cli

TWO = cli.topic("one") + cli.topic("two")
UNIT = ".agentops/stacks/shop/main"


class ChainTest(cli.CliTest):
    def ready(self, files=None):
        """A project with an approved run; returns both."""
        project = self.project(files)
        record = self.approved(project)
        project.fake.forget()
        return project, record

    def assert_stale(self, code, project, record, *more):
        """Apply refuses with exactly this code, and the tool applies nothing."""
        self.refused(project, code, 6, "apply", record["run"], *more)
        self.assert_no_tool(project, "version", "plan", "show")
        self.assertFalse(project.path(f"{UNIT}/terraform.tfstate").exists())

    def edit_json(self, path, change):
        data = json.loads(path.read_text())
        change(data)
        text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False)
        path.write_text(text + "\n")  # exactly as agentops writes it

    def test_whole_chain_applies_once(self):
        project, record = self.ready()
        done = project.agentops_json("apply", record["run"])
        self.assertEqual((done["exit"], done["stacks"][0]["units"][0]["status"]), (0, "applied"))
        self.assertEqual(project.fake.commands, ["apply", "plan"])
        project.fake.forget()
        self.refused(project, "stale.applied", 6, "apply", record["run"])
        self.refused(project, "stale.applied", 6, "apply", "--resume", record["run"])
        self.assertEqual(project.fake.commands, [])

    def test_unapproved(self):
        project = self.project()
        record = self.plan(project)
        project.fake.forget()
        self.refused(project, "approval.needed", 5, "apply", record["run"])
        self.assertEqual(project.fake.commands, [])

    def test_manifest_edited(self):
        project, record = self.ready()
        self.edit_json(record["folder"] / "manifest.json",
                       lambda m: m["stacks"][0]["units"][0].update(plan="0" * 64))
        self.assert_stale("stale.manifest", project, record)

    def test_manifest_not_json(self):
        project, record = self.ready()
        (record["folder"] / "manifest.json").write_text("{")
        outcome = project.agentops_json("apply", record["run"], expect=None)
        self.assertIn(outcome["exit"], (1, 6))
        self.assertEqual(len(cli.codes(outcome)), 1)
        self.assertEqual(project.fake.commands, [])

    def test_plan_of_another_run(self):
        project, record = self.ready()
        other = self.plan(project)
        for name in ("manifest.json", "approval.json"):
            (other["folder"] / name).write_bytes((record["folder"] / name).read_bytes())
        outcome = project.agentops_json("apply", other["run"], expect=6)
        self.assertTrue(cli.codes(outcome)[0].startswith(("stale.", "approval.")), outcome)
        self.assertNotIn("apply", project.fake.commands)

    def test_approval_of_another_plan(self):
        project, record = self.ready()
        other = self.plan(project)
        text = (record["folder"] / "approval.json").read_text()
        (other["folder"] / "approval.json").write_text(text)
        project.fake.forget()
        self.refused(project, "stale.approval", 6, "apply", other["run"])
        self.assertEqual(project.fake.commands, [])

    def test_approval_edited(self):
        project, record = self.ready()
        self.edit_json(record["folder"] / "approval.json", lambda a: a.update(max_destroy=1000))
        self.refused(project, "approval.unknown", 5, "apply", record["run"])
        self.assertEqual(project.fake.commands, [])

    def test_approval_edited_by_hand(self):
        project, record = self.ready()
        with (record["folder"] / "approval.json").open("a") as file:
            file.write("\n")
        self.refused(project, "run.damaged", 6, "apply", record["run"])
        self.assertEqual(project.fake.commands, [])

    def test_wider_approval_cannot_be_put_back(self):
        project = self.project()
        record = self.plan(project)
        approval = record["folder"] / "approval.json"
        project.agentops("approve", record["run"], "--max-destroy", "9")
        wider = approval.read_text()
        project.agentops("approve", record["run"], "--max-destroy", "1")
        approval.write_text(wider)
        project.fake.forget()
        self.refused(project, "approval.unknown", 5, "apply", record["run"])
        self.assertEqual(project.fake.commands, [])

    def test_plan_file_changed(self):
        project, record = self.ready()
        with (record["folder"] / "shop/main/plan.tfplan").open("a") as file:
            file.write(" ")
        self.assert_stale("stale.plan-file", project, record)

    def test_plan_file_gone(self):
        project, record = self.ready()
        (record["folder"] / "shop/main/plan.tfplan").unlink()
        self.assert_stale("stale.plan-file", project, record)

    def test_review_changed(self):
        project, record = self.ready()
        self.edit_json(record["folder"] / "shop/main/review.json",
                       lambda review: review.update(changes=[]))
        self.assert_stale("stale.review", project, record)

    def test_lock_file_changed(self):
        project, record = self.ready()
        with project.path(f"{UNIT}/.terraform.lock.hcl").open("a") as file:
            file.write("# hello\n")
        self.assert_stale("stale.lock-file", project, record)

    def test_intent_edited(self):
        project, record = self.ready()
        project.write("shop.intent.yaml", cli.intent() + "# another byte\n")
        self.assert_stale("stale.intent", project, record)

    def test_intent_gone(self):
        project, record = self.ready({"shop.intent.yaml": cli.intent(),
                                      "more.intent.yaml": cli.intent("more")})
        project.path("more.intent.yaml").unlink()
        record_of = project.agentops_json("apply", record["run"], expect=6)
        self.assertEqual(set(cli.codes(record_of)), {"stale.intent"})
        self.assertNotIn("apply", project.fake.commands)

    def test_artifact_changed_on_disk(self):
        project, record = self.ready()
        with project.path(f"{UNIT}/alarms.tf.json").open("a") as file:
            file.write("\n")
        outcome = project.agentops_json("apply", record["run"], expect=None)
        # Either refused, or what was approved is put back: never the changed file.
        if outcome["exit"] == 0:
            self.assertEqual(project.agentops("generate", "--check").code, 0)
        else:
            self.assertEqual((outcome["exit"], cli.codes(outcome)), (6, ["stale.artifacts"]))

    def test_module_changed(self):
        project, record = self.ready({
            "shop.intent.yaml": cli.intent(components="cdn: {kind: module, source: ./mod}"),
            "mod/main.tf.json": "{}"})
        project.write("mod/main.tf.json", '{"locals": {}}')
        self.assert_stale("stale.artifacts", project, record)

    def test_state_moved(self):
        project = self.project(cli.intent(components=TWO))
        self.apply(project)
        project.write("shop.intent.yaml", cli.intent(components=TWO + cli.topic("three")))
        one, two = self.approved(project), self.approved(project)
        project.agentops("apply", one["run"])
        project.fake.forget()
        self.refused(project, "stale.state", 6, "apply", two["run"])
        self.assert_no_tool(project)

    def test_first_plan_applies_on_no_other_state(self):
        project, record = self.ready()
        state = {"version": 4, "serial": 1, "lineage": "x", "resources": [], "outputs": {}}
        project.write(f"{UNIT}/terraform.tfstate", json.dumps(state))
        self.refused(project, "stale.state", 6, "apply", record["run"])
        self.assert_no_tool(project)

    def test_other_tool_version(self):
        project, record = self.ready()
        project.fake.set(says="1.12.0")
        with project.fake.program.open("a") as program:
            program.write("\n")
        self.assert_stale("stale.tool", project, record)

    def test_params_come_from_the_manifest(self):
        text = cli.intent(components=cli.topic("one", '"t-${param.colour}"'),
                          rest="params: {colour: {default: red}}\n")
        project = self.project(text)
        record = self.approved(project, "--param", "colour=blue")
        done = project.agentops_json("apply", record["run"])
        self.assertEqual(done["exit"], 0)
        self.assertIn("t-blue", project.read(f"{UNIT}/terraform.tfstate"))

    def test_environment_that_the_intent_reads_changed(self):
        text = cli.intent(components=cli.topic("one", '"t-${env.COLOUR}"'))
        project = self.project(text, env={"COLOUR": "red"})
        record = self.approved(project)
        project.fake.forget()
        self.refused(project, ["stale.artifacts", "stale.inputs"], 6, "apply", record["run"],
                     env={"COLOUR": "blue"})
        self.assertNotIn("apply", project.fake.commands)

    def test_every_broken_link_is_named(self):
        project, record = self.ready()
        (record["folder"] / "shop/main/plan.tfplan").unlink()
        project.write("shop.intent.yaml", cli.intent() + "# x\n")
        self.assert_stale(["stale.intent", "stale.plan-file"], project, record)

    def test_unknown_run(self):
        project, _ = self.ready()
        self.refused(project, "run.unknown", 3, "apply", "--resume", "ffffff00")
        self.refused(project, "run.unknown", 3, "approve", "ffffff00")
        self.refused(project, "stale.not-started", 6, "apply", "--resume", "latest")

    def test_files_of_a_run_are_private(self):
        project, record = self.ready()
        project.agentops("apply", record["run"])
        self.assertEqual(project.path(".agentops").stat().st_mode & 0o777, 0o700)
        open_files = [str(path) for path in project.path(".agentops/runs").rglob("*")
                      if path.stat().st_mode & 0o077]
        self.assertEqual(open_files, [])


class JournalTest(cli.CliTest):
    def journal(self):
        """A project with a plan, an approval and an apply in its journal."""
        project = self.project()
        self.apply(project)
        path = project.path(".agentops/journal.jsonl")
        self.assertEqual(project.agentops_json("runs", "verify")["exit"], 0)
        return project, path

    def assert_broken(self, project):
        self.refused(project, "journal.broken", 1, "runs", "verify")

    def test_line_edited(self):
        project, path = self.journal()
        path.write_text(path.read_text().replace('"plan.approved"', '"plan.approvee"'))
        self.assert_broken(project)

    def test_line_deleted(self):
        project, path = self.journal()
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines[:1] + lines[2:]))
        self.assert_broken(project)

    def test_tail_cut(self):
        project, path = self.journal()
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
        self.assert_broken(project)

    def test_line_added(self):
        project, path = self.journal()
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines + lines[-1:]))
        self.assert_broken(project)

    def test_journal_gone(self):
        project, path = self.journal()
        path.unlink()
        self.assert_broken(project)

    def test_manifest_changed_is_found_too(self):
        project, _ = self.journal()
        manifest = next(project.path(".agentops/runs").iterdir()) / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"destroy": false', '"destroy": true', 1))
        self.refused(project, "stale.manifest", 1, "runs", "verify")

    def test_events_of_a_run(self):
        project, _ = self.journal()
        events = [json.loads(line)["event"] for line in
                  project.read(".agentops/journal.jsonl").splitlines() if "event" in json.loads(line)]
        self.assertEqual(events, ["plan.made", "plan.approved", "apply.started", "apply.finished"])

    def test_approval_names_who_and_why(self):
        project = self.project()
        run = self.plan(project)["run"]
        project.agentops("approve", run, "--as", "ann", "--reason", "CHG-1")
        shown = project.agentops_json("runs", run)["runs"][0]
        self.assertEqual((shown["status"], shown["approved_by"]), ("approved", "ann"))
        self.assertIn("CHG-1", project.read(".agentops/journal.jsonl"))


if __name__ == "__main__":
    cli.main()
