"""What the command line tests stand on: a project whose Terraform is fake_terraform beside this.

A test file derives from CliTest and ends with `cli.main()`. The fake's log and its knobs are in a
folder of their own, so that nothing of them lies in the project.
"""

import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import harness  # noqa: E402

main = harness.main

HEAD = """\
apiVersion: agentops/v1
intent: {name}
owner: team@example.com
target: {{provider: aws, region: eu-west-1}}
"""


def intent(name="shop", components="alarms: {kind: resource, type: aws_sns_topic, args: {name: a}}", rest=""):
    """An intent; `components` and `rest` are YAML, components without their indentation."""
    lines = "".join(f"  {line}\n" for line in components.strip().splitlines())
    return HEAD.format(name=name) + "components:\n" + lines + rest


def topic(name, text=None):
    """A component that is one resource: the topic `name`."""
    return f"{name}: {{kind: resource, type: aws_sns_topic, args: {{name: {text or name}}}}}\n"


def codes(record):
    """The codes of a record's diagnostics, errors only."""
    return sorted(d["code"] for d in record["diagnostics"] if d["severity"] == "error")


class Fake:
    """A folder with fake_terraform under the name `terraform`, its log and its knobs."""

    def __init__(self, name="terraform"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="agentops-fake-"))
        self.program = self.folder / name
        # This very Python: a version manager's would take longer to start than the fake to answer.
        _, _, text = (HERE / "fake_terraform").read_text(encoding="utf-8").partition("\n")
        self.program.write_text(f"#!{sys.executable} -SE\n{text}", encoding="utf-8")
        self.program.chmod(0o755)
        shutil.copy(HERE / "fake_reality.py", self.folder)

    def set(self, **knobs):
        """Replaces all knobs."""
        (self.folder / "fake.json").write_text(json.dumps(knobs), encoding="utf-8")

    def drift(self, **objects):
        """Replaces what differs from the states: aws_sns_topic__a={"tags": ...}, None when it is gone."""
        found = {name.replace("__", "."): attributes for name, attributes in objects.items()}
        (self.folder / "reality.json").write_text(json.dumps(found), encoding="utf-8")

    def forget(self):
        """Empties the log."""
        (self.folder / "calls.jsonl").unlink(missing_ok=True)

    @property
    def log(self):
        """Every line of the log: calls and signals."""
        path = self.folder / "calls.jsonl"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    @property
    def calls(self):
        """The calls, oldest first."""
        return [line for line in self.log if "command" in line]

    @property
    def commands(self):
        """The subcommands called, oldest first."""
        return [call["command"] for call in self.calls]

    def call(self, command):
        """The only call of this subcommand."""
        found = [call for call in self.calls if call["command"] == command]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} calls of {command}: {self.commands}")
        return found[0]

    @property
    def gate(self):
        """A file for the knob `gate`."""
        return str(self.folder / "gate")

    def wait_for(self, name):
        """Waits until the fake made this file in its folder."""
        deadline = time.monotonic() + 60
        while not (self.folder / name).exists():
            if time.monotonic() > deadline:
                raise AssertionError(f"the fake never came to {name}: {self.commands}")
            time.sleep(0.01)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class CliTest(harness.E2eTest):
    """A test with a fake Terraform first on PATH."""

    time_limit = 900

    def fake(self, name="terraform"):
        fake = Fake(name)
        self.addCleanup(fake.remove)
        return fake

    def project(self, files=None, env=None):
        """A project and its fake, as `project.fake`. A text instead of files is one intent."""
        fake = self.fake()
        files = {"shop.intent.yaml": files or intent()} if not isinstance(files, dict) else files
        path = f"{fake.folder}{os.pathsep}{os.environ['PATH']}"
        project = super().project(files, {"PATH": path, **(env or {})})
        project.fake = fake
        return project

    def plan(self, project, *args, **options):
        """Plans; returns the record, with the run's folder as `folder`."""
        record = project.agentops_json("plan", *args, **options)
        record["folder"] = project.path(f".agentops/runs/{record['run']}")
        return record

    def approved(self, project, *args):
        """Plans and approves whatever it destroys or replaces; returns the plan's record."""
        record = self.plan(project, *args)
        project.agentops("approve", record["run"], "--max-destroy", "99", "--max-replace", "99")
        return record

    def apply(self, project, *args):
        """Plans, approves and applies; returns the record of apply."""
        return project.agentops_json("apply", self.approved(project, *args)["run"])

    def refused(self, project, code, exit_code, *args, **options):
        """Runs a command that must fail with exactly this code; returns its record."""
        record = project.agentops_json(*args, expect=exit_code, **options)
        self.assertEqual(codes(record), [code] if isinstance(code, str) else sorted(code))
        self.assertEqual(record["exit"], exit_code)
        return record

    def assert_no_tool(self, project, *allowed):
        """No call but these subcommands was made."""
        self.assertEqual([c for c in project.fake.commands if c not in allowed], [])
