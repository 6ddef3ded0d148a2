#!/usr/bin/env python3
"""doctor finds what is wrong with a machine or a project, each trouble made for real; config says what counts."""

import contextlib
import fcntl
import shutil
import subprocess

import cli
import harness
import jsonschema

OLD_TERRAFORM = """#!/bin/sh
printf '{"terraform_version": "0.12.31"}\\n'
"""
BROKEN = """#!/bin/sh
echo 'error while loading shared libraries: libnothing.so' >&2
exit 127
"""
OLD_ANSIBLE = """#!/bin/sh
echo 'ansible-playbook [core 2.9.27]'
"""


class DoctorTest(cli.CliTest):
    def found(self, project, name, status, message, fix=r"\S", env=None, **options):
        """The doctor says this of the check `name`."""
        record = project.agentops_json("doctor", env=env, expect=1 if status == "fail" else None, **options)
        check = next(check for check in record["checks"] if check["name"] == name)
        self.assertEqual(check["status"], status, check)
        self.assertRegex(check["message"], message)
        self.assertRegex(check["fix"] or "", fix)

    def bin(self, **programs):
        """A PATH that has just these scripts."""
        folder = self.project({}).folder
        for name, text in programs.items():
            path = folder / name.replace("_", "-")
            path.write_text(text)
            path.chmod(0o755)
        return str(folder)

    def planned(self):
        project = self.project()
        project.agentops("plan")
        return project

    def test_all_is_well(self):
        record = self.planned().agentops_json("doctor", env={"LC_ALL": "C.UTF-8"})
        bad = [check for check in record["checks"] if check["status"] == "fail"]
        self.assertEqual(bad, [])
        self.assertGreaterEqual(len(record["checks"]), 30)

    def test_tools(self):
        project = self.project()
        none = {"PATH": self.bin()}
        self.found(project, "tool", "fail", "neither terraform nor tofu is on PATH", "install", none)
        self.found(project, "curl", "warn", "not installed", "install curl", none)
        old = {"PATH": self.bin(terraform=OLD_TERRAFORM)}
        self.found(project, "tool", "fail", r"0\.12\.31", r"1\.\d", old)
        self.found(project, "tool", "fail", ".", r"\S", {"PATH": self.bin(terraform=BROKEN)})
        both = {"PATH": f"{project.fake.folder}:{self.bin(tofu=BROKEN)}:/usr/bin:/bin"}
        self.found(project, "second tool", "warn", ".", r"\S", both)
        self.found(project, "ansible", "fail", r"2\.9\.27", r"2\.\d+", {"PATH": self.bin(ansible_playbook=OLD_ANSIBLE)})
        new = self.bin(ansible_playbook=OLD_ANSIBLE.replace("2.9.27", "2.16.3"))
        self.found(project, "ansible", "fail", "there is no ssh", "openssh-client", {"PATH": new})
        project.write("agentops.yaml", "apiVersion: agentops/v1\nterraform: {binary: terrafrom}\n")
        self.found(project, "tool", "fail", r"agentops\.yaml:2:21: there is no program 'terrafrom'", "correct")

    def test_what_tools_read(self):
        project = self.project()
        path = project.path("terraform.rc")
        config = {"TF_CLI_CONFIG_FILE": str(path)}
        self.found(project, "tool configuration", "warn", "which is no file", "unset", config)
        path.write_text('provider_installation {\n  dev_overrides { "hashicorp/aws" = "/tmp" }\n}\n')
        self.found(project, "tool configuration", "warn", "dev_overrides", "take dev_overrides out", config)
        path.write_text('provider_installation {\n  filesystem_mirror { path = "/nowhere/mirror" }\n}\n')
        self.found(project, "provider mirror", "fail", "/nowhere/mirror does not exist", "fill it", config)
        path.write_text('plugin_cache_dir = "/nowhere/cache"\n')
        self.found(project, "plugin cache", "fail", "/nowhere/cache does not exist", "mkdir -p", config)
        self.found(project, "plugin cache", "warn", "none: every unit downloads", "TF_PLUGIN_CACHE_DIR")
        self.found(project, "environment", "warn", "TF_CLI_ARGS_plan, TF_WORKSPACE", "unset",
                   {"TF_CLI_ARGS_plan": "-lock=false", "TF_WORKSPACE": "prod"})

    def test_credentials(self):
        project = self.project()
        home = {"HOME": str(project.folder)}
        self.found(project, "AWS credentials", "warn", "none seen", "aws configure", home)
        self.found(project, "AWS credentials", "warn", "only AWS_ACCESS_KEY_ID is set", "set both",
                   {"AWS_ACCESS_KEY_ID": "AKIAX"})
        self.found(project, "AWS credentials", "warn", "profile prod is wanted", "aws configure",
                   {**home, "AWS_PROFILE": "prod"})
        self.found(project, "AWS endpoint", "warn", "http://127.0.0.1:9", "unset", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})

    def test_the_project(self):
        self.found(self.project({"x.txt": ""}), "project", "warn", "no agentops.yaml and no", r"\S")
        wrong = self.project({"agentops.yaml": "apiVersion: agentops/v1\nfail_on: hgih\n"})
        self.found(wrong, "project", "fail", r"agentops\.yaml:2:10", "high")
        self.found(self.project({"agentops.yaml": "apiVersion: agentops/v1\n"}), "intents", "warn", "none yet", "init")
        self.found(self.project(cli.intent().replace("kind", "knid")), "intents", "fail", "mistake", "agentops check")
        project = self.project({"shop.intent.yaml": cli.intent(), "agentops.yaml": """\
apiVersion: agentops/v1
secrets: {db: {env: NO_SUCH_VARIABLE}, key: {file: gone.pem}, token: {command: [no-such-program, show]}}
"""})
        self.found(project, "secrets", "warn",
                   "db: NO_SUCH_VARIABLE is not set; key: gone.pem is missing; token: there is no program", "before plan")

    def test_what_agentops_keeps(self):
        project = self.planned()
        store = project.path(".agentops")
        store.chmod(0o755)
        self.found(project, ".agentops", "warn", "others may look into it", "chmod 700")
        store.chmod(0o700)
        project.path(".git").mkdir()
        (store / ".gitignore").unlink()
        self.found(project, "git", "warn", "would commit .agentops", "echo")
        lock = next((store / "locks").iterdir(), store / "locks/shop")
        with lock.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.found(project, "stack locks", "warn", "held: ", "wait for it")
        journal = store / "journal.jsonl"
        whole = journal.read_text()
        journal.write_text(whole.replace(whole[20:24], "0000", 1))
        self.found(project, "journal", "fail", "journal line 1: it is not the line")
        journal.write_text(whole)
        run = next((store / "runs").iterdir())
        shutil.copytree(run, run.parent / ("99991231" + run.name[8:]))
        self.found(project, "clock", "warn", "is from the future", "set the clock")

    def test_states_and_runs_that_ended_badly(self):
        project = self.project()
        project.fake.set(apply={"fail": "aws_sns_topic.alarms"})
        run = self.approved(project)["run"]
        project.agentops("apply", run, expect=1)
        self.found(project, "last run", "warn", run, f"agentops apply --resume {run}")
        sound = self.project()
        self.apply(sound)
        state = next(sound.path(".agentops/stacks").rglob("terraform.tfstate"))
        state.write_text("")
        self.found(sound, "local states", "fail", "terraform.tfstate")

    def test_git_hook(self):
        project = self.project()
        subprocess.run(["git", "init", "-q"], cwd=project.folder, check=True)
        project.agentops("hook", "install")
        hook = project.path(".git/hooks/pre-commit")
        hook.write_text(hook.read_text() + "# changed\n")
        self.found(project, "git hook", "warn", "older or changed", "agentops hook install")
        self.assertRegex(project.agentops("doctor", "-q").out, r"git hook .* older or changed\n +fix: agentops hook install\n")

    def test_the_machine(self):
        project = self.planned()
        self.found(project, "home folder", "warn", "/nowhere is no folder", "set HOME", {"HOME": "/nowhere"})
        self.found(project, "temporary folder", "fail", "nothing can be written", "TMPDIR", {"TMPDIR": "/nowhere"})
        self.found(project, "locale", "warn", "LC_ALL=POSIX is not UTF-8", "C.UTF-8", {"LC_ALL": "POSIX"})
        command = f"ulimit -n 64; exec {harness.agentops_binary()} doctor --json"
        few = harness.run(["sh", "-c", command], env=project.env, cwd=project.folder).json
        check = next(check for check in few["checks"] if check["name"] == "open files")
        self.assertEqual((check["status"], check["fix"]), ("warn", "ulimit -n 1024"))
        with self.small_disk() as folder:
            full = harness.run([harness.agentops_binary(), "doctor", "--json"], env=project.env, cwd=folder, expect=1)
        check = next(check for check in full.json["checks"] if check["name"] == "disk")
        self.assertEqual(check["status"], "fail")
        self.assertIn("a state could be cut off", check["message"])

    @contextlib.contextmanager
    def small_disk(self):
        """A folder on a disk of 20 MiB."""
        folder = self.project({}).path("disk")
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "none", folder], check=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", folder], check=True)


SETTINGS = """\
apiVersion: agentops/v1
terraform: {backend: {s3: {bucket: acme, region: eu-west-1}}}
secrets: {db: {env: DB_PASSWORD}}
ansible: {forks: 4}
"""


class ConfigTest(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.it = self.project({"shop.intent.yaml": cli.intent("shop", "x: {kind: nonsense}"), "agentops.yaml": SETTINGS})

    def settings(self, *args, **options):
        record = self.it.agentops_json("config", "show", *args, **options)
        jsonschema.Draft7Validator(self.it.agentops("schema", "record").json).validate(record)
        return {row["key"]: (row["value"], row["origin"]) for row in record["config"]}

    def test_each_value_names_its_origin(self):
        found = self.settings("-j", "3", "--param", "domain=example.com", env={"DB_PASSWORD": "canary-7", "NO_COLOR": "1"})
        self.assertEqual(found["ansible.forks"], (4, "agentops.yaml:4:18"))
        self.assertEqual(found["terraform.backend"][0], {"s3": {"bucket": "acme", "region": "eu-west-1"}})
        self.assertEqual(found["ansible.timeout"], ("2 h", "default"))
        self.assertEqual(found["secrets.db.env"], ("DB_PASSWORD", "agentops.yaml:3:21"))
        self.assertEqual(found["jobs"], (3, "-j"))
        self.assertEqual(found["params.domain"], ("example.com", "--param"))
        self.assertEqual(found["colour"], (False, "NO_COLOR"))
        self.assertEqual(found["programs.terraform"], (str(self.it.fake.program), "PATH"))
        self.assertEqual(found["fail_on"], ("high", "default"))
        self.assertNotIn("canary-7", str(found))
        self.assert_no_tool(self.it)

    def test_every_setting_of_the_schema_is_there(self):
        schema = self.it.agentops("schema", "project").json
        found = {key.split(".")[0] for key in self.settings()}
        self.assertEqual(set(schema["properties"]) - found, set())

    def test_text(self):
        shown = self.it.agentops("config", "show", "terraform", "--origin").out
        self.assertIn("agentops.yaml:2:", shown)
        self.assertNotIn("ansible", shown)
        self.assertNotIn("default", self.it.agentops("config", "show").out)

    def test_what_is_not_there(self):
        record = self.refused(self.it, "cli.unknown-setting", 3, "config", "show", "terrafrom")
        self.assertIn("did you mean 'terraform'?", str(record["diagnostics"]))
        self.refused(self.it, "cli.usage", 3, "config", "list")
        self.it.write("agentops.yaml", SETTINGS + "fail_on: never\n")
        self.refused(self.it, "project.unknown-value", 3, "config", "show")


if __name__ == "__main__":
    cli.main()
