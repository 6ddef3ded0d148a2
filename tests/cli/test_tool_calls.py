#!/usr/bin/env python3
"""What the tool is called with: arguments, environment, folder, and how often."""

import os

import cli

HOSTILE = {
    "TF_CLI_ARGS": "-destroy", "TF_CLI_ARGS_plan": "-destroy", "TF_CLI_ARGS_apply": "-auto-approve",
    "TF_WORKSPACE": "other", "TF_DATA_DIR": "/tmp/elsewhere", "TF_LOG": "TRACE",
    "TF_LOG_PATH": "/tmp/agentops-test-trace.log", "TF_VAR_name": "stolen",
    "TF_REATTACH_PROVIDERS": "{}", "ANSIBLE_CONFIG": "/tmp/x.cfg", "PYTHONPATH": "/tmp/x",
    "LD_PRELOAD": "", "LD_LIBRARY_PATH": "/tmp/x", "GIT_DIR": "/tmp/x", "BASH_ENV": "/tmp/x",
    "IFS": "x", "SOME_SECRET": "canary-7c1", "TF_APPEND_USER_AGENT": "x",
}


class ToolCallsTest(cli.CliTest):
    def test_arguments_of_every_call(self):
        project = self.project()
        self.apply(project)
        dir_of = project.path(".agentops/stacks/shop/main")
        run = next(project.path(".agentops/runs").iterdir())
        unit = run / "shop/main"
        program = str(project.fake.program)
        self.assertEqual([(c["argv"], c["cwd"]) for c in project.fake.calls], [
            ([program, "version", "-json"], str(project.path(".agentops"))),
            ([program, "init", "-input=false", "-no-color"], str(dir_of)),
            ([program, "validate", "-json", "-no-color"], str(dir_of)),
            ([program, "plan", "-input=false", "-no-color", "-json", "-lock-timeout=10s",
              f"-out={unit}/plan.tfplan"], str(dir_of)),
            ([program, "show", "-json", "-no-color", f"{unit}/plan.tfplan"], str(dir_of)),
            ([program, "apply", "-input=false", "-no-color", "-json", "-lock-timeout=10s",
              f"{unit}/plan.tfplan"], str(dir_of)),
            ([program, "plan", "-input=false", "-no-color", "-json", "-lock=false",
              f"-out={unit.parents[1]}/apply/shop/main/proof.tfplan"], str(dir_of)),
        ])

    def test_hostile_environment_never_arrives(self):
        project = self.project(env={**HOSTILE, "AWS_PROFILE": "shop", "HTTPS_PROXY": "http://p"})
        self.apply(project)
        unit = project.path(".agentops/stacks/shop/main")
        for call in project.fake.calls:
            env = call["env"]
            self.assertEqual(
                {k for k in env if k in HOSTILE} - {"TF_DATA_DIR", "TF_WORKSPACE"}, set())
            self.assertNotIn("canary-7c1", str(env))
            self.assertEqual(env["AWS_PROFILE"], "shop")
            self.assertEqual(env["HTTPS_PROXY"], "http://p")
            self.assertEqual(env["LC_ALL"], "C.UTF-8")
            self.assertEqual(env["TF_IN_AUTOMATION"], "1")
            if call["command"] != "version":
                self.assertEqual(env["TF_DATA_DIR"], f"{unit}/.terraform")
                self.assertEqual(env["TF_WORKSPACE"], "default")
        self.assertFalse(os.path.exists("/tmp/agentops-test-trace.log"))

    def test_own_group_private_files_and_nothing_open(self):
        project = self.project()
        self.plan(project)
        for call in project.fake.calls:
            self.assertEqual(call["group"], call["pid"])
            self.assertEqual(call["umask"], 0o077)
            self.assertEqual(call["files"], 0)

    def test_second_plan_skips_what_did_not_change(self):
        project = self.project()
        self.plan(project)
        self.assertEqual(project.fake.commands, ["version", "init", "validate", "plan", "show"])
        project.fake.forget()
        self.plan(project)
        self.assertEqual(project.fake.commands, ["plan", "show"])
        project.fake.forget()
        project.write("shop.intent.yaml", cli.intent(components=cli.topic("other")))
        self.plan(project)
        self.assertEqual(project.fake.commands, ["validate", "plan", "show"])

    def test_init_again_when_its_folder_is_gone(self):
        project = self.project()
        self.plan(project)
        project.fake.forget()
        (project.path(".agentops/stacks/shop/main/.terraform.lock.hcl")).unlink()
        self.plan(project)
        self.assertEqual(project.fake.commands[0], "init")

    def test_each_unit_is_shown_once(self):
        project = self.project({f"s{i}.intent.yaml": cli.intent(f"s{i}") for i in range(3)})
        self.plan(project)
        shown = [c["argv"][-1] for c in project.fake.calls if c["command"] == "show"]
        self.assertEqual((len(shown), len(set(shown))), (3, 3))

    def test_a_name_from_the_project_is_no_shell_text(self):
        project = self.project()
        root = project.path("a b;touch x$(touch y)")
        root.mkdir()
        project.path("shop.intent.yaml").rename(root / "shop.intent.yaml")
        project.agentops("-C", str(root), "plan")
        self.assertEqual(sorted(p.name for p in project.folder.iterdir()), [root.name])
        self.assertEqual(project.fake.call("plan")["cwd"], f"{root}/.agentops/stacks/shop/main")


if __name__ == "__main__":
    cli.main()
