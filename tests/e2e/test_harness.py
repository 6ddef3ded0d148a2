#!/usr/bin/env python3
"""The test bed is real: emulator, Terraform with the AWS provider, aws command, processes."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.parse
from unittest import mock

import harness

BUCKET = """\
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  s3_use_path_style = true
}

resource "aws_s3_bucket" "this" {
  bucket = "agentops-harness"
}
"""


def listens(url):
    address = urllib.parse.urlparse(url)
    with socket.socket() as probe:
        return probe.connect_ex((address.hostname, address.port)) == 0


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class EmulatorTest(harness.E2eTest):
    def emulator(self):
        emulator = harness.Emulator()
        self.addCleanup(emulator.stop)
        return emulator.start()

    def test_two_run_side_by_side_and_stop_by_pid(self):
        one, two = self.emulator(), self.emulator()
        self.assertNotEqual(one.url, two.url)
        one.aws("s3api", "create-bucket", "--bucket", "only-in-one",
                "--create-bucket-configuration", f"LocationConstraint={harness.REGION}")
        self.assertEqual([b["Name"] for b in one.aws("s3api", "list-buckets")["Buckets"]], ["only-in-one"])
        self.assertEqual(two.aws("s3api", "list-buckets")["Buckets"], [])
        pid = one.pid
        one.stop()
        self.assertFalse(alive(pid) or listens(one.url))
        self.assertTrue(alive(two.pid) and listens(two.url))

    def test_reset_forgets_everything(self):
        emulator = self.emulator()
        emulator.aws("sqs", "create-queue", "--queue-name", "q")
        emulator.reset()
        self.assertEqual(emulator.aws("sqs", "list-queues").get("QueueUrls", []), [])

    def test_dies_with_a_killed_test(self):
        script = "import harness, time; e = harness.Emulator().start(); print(e.pid, flush=True); time.sleep(60)"
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True,
                                 cwd=pathlib.Path(__file__).parent, env={**os.environ, "TMPDIR": folder.name})
        pid = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
        child.communicate()
        deadline = time.monotonic() + 10
        while alive(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertFalse(alive(pid))


class ShellEmulatorTest(harness.E2eTest):
    """The same emulator as the shell scripts use it."""

    def start(self, then):
        script = textwrap.dedent(f"""\
            set -euo pipefail
            . {harness.SOURCE}/tests/lib/aws_emulator.sh
            folder=$(mktemp -d)
            trap 'emulator_stop; rm -rf "$folder"' EXIT
            trap 'exit 143' TERM
            emulator_start "$folder"
            emulator_env "$folder"
            echo "$EMULATOR_PID $AWS_ENDPOINT_URL $folder"
            {then}""")
        harness.tool("moto_server")
        return harness.start(["bash", "-c", script], env=harness.base_environment(), cwd=tempfile.gettempdir())

    def check_gone(self, line):
        pid, url, folder = line.split()
        self.assertFalse(alive(int(pid)) or listens(url) or os.path.exists(folder))

    def test_stops_at_the_end(self):
        shell = self.start("exit 3")
        out, err = shell.communicate(timeout=60)
        self.assertEqual((shell.returncode, err), (3, ""))
        self.check_gone(out)

    def test_stops_when_interrupted(self):
        shell = self.start("while sleep 0.1; do :; done")
        line = shell.stdout.readline()
        self.assertTrue(listens(line.split()[1]))
        shell.send_signal(signal.SIGTERM)
        shell.communicate(timeout=60)
        self.assertEqual(shell.returncode, 143)
        self.check_gone(line)


class CliConfigTest(harness.E2eTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def mirror(self, provider):
        plugin = self.folder / "root/mirror" / provider / "5.100.0/linux_amd64/terraform-provider-aws_v5"
        plugin.parent.mkdir(parents=True)
        plugin.touch()
        return self.folder / "root/mirror"

    def test_a_mirror_serves_what_it_has_and_the_registry_the_rest(self):
        mirror = self.mirror("registry.terraform.io/hashicorp/aws")
        config = harness.cli_config(self.folder, self.folder / "nothing", self.folder / "root")
        self.assertEqual(config.read_text(), textwrap.dedent(f"""\
            provider_installation {{
              filesystem_mirror {{
                path    = "{mirror}"
                include = ["registry.terraform.io/hashicorp/aws"]
              }}
              direct {{
                exclude = ["registry.terraform.io/hashicorp/aws"]
              }}
            }}
            """))

    def test_without_a_mirror_the_registry_serves_all(self):
        self.mirror("registry.terraform.io/hashicorp/random")
        config = harness.cli_config(self.folder, self.folder / "root")
        self.assertEqual(config.read_text(), "provider_installation {\n  direct {}\n}\n")


class RunTest(harness.E2eTest):
    def fake(self, body):
        project = self.project({"fake": f"#!/bin/sh\n{body}\n"})
        project.path("fake").chmod(0o755)
        binary = mock.patch.dict(os.environ, AGENTOPS=str(project.path("fake")))
        binary.start()
        self.addCleanup(binary.stop)
        return project

    def test_the_record_and_the_exit_code(self):
        project = self.fake('echo "{\\"args\\": \\"$*\\", \\"in\\": \\"$(cat)\\"}"; echo note >&2; exit 5')
        outcome = project.agentops("plan", "--json", stdin="yes", expect=5)
        self.assertEqual((outcome.json, outcome.err), ({"args": "plan --json", "in": "yes"}, "note\n"))
        with self.assertRaisesRegex(AssertionError, "exit 5 instead of 0"):
            project.agentops("plan")

    def test_a_hanging_command_is_killed_with_its_children(self):
        project = self.fake("sleep 600 & echo $! >child; wait")
        with self.assertRaisesRegex(AssertionError, "no end after 1 s"):
            project.agentops(timeout=1)
        deadline = time.monotonic() + 10
        while alive(int(project.read("child"))) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertFalse(alive(int(project.read("child"))))

    def test_a_test_that_takes_too_long_ends(self):
        self.time_limit = 1
        signal.alarm(self.time_limit)
        with self.assertRaisesRegex(AssertionError, "longer than 1 s"):
            harness.run(["sleep", "600"], env=harness.base_environment(), cwd=harness.SOURCE)

    def test_nothing_of_the_caller_leads_the_tools_elsewhere(self):
        with mock.patch.dict(os.environ, TF_WORKSPACE="x", AWS_PROFILE="y"):
            self.assertFalse({"TF_WORKSPACE", "AWS_PROFILE"} & harness.base_environment().keys())


class TerraformTest(harness.AwsTest):
    def buckets(self):
        return [bucket["Name"] for bucket in self.emulator.aws("s3api", "list-buckets")["Buckets"]]

    def test_a_bucket_comes_and_goes(self):
        project = self.project({"main.tf": BUCKET})

        def run(*args, expect=0):
            return harness.run([harness.terraform(), *args], env=project.env, cwd=project.folder, expect=expect)

        run("init", "-input=false")
        run("plan", "-input=false", "-out=plan", "-detailed-exitcode", expect=2)
        self.assertEqual(self.buckets(), [])
        run("apply", "-input=false", "plan")
        self.assertEqual(self.buckets(), ["agentops-harness"])
        run("plan", "-input=false", "-detailed-exitcode")
        run("destroy", "-input=false", "-auto-approve")
        self.assertEqual(self.buckets(), [])


if __name__ == "__main__":
    harness.main()
