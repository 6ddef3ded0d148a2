"""What the end-to-end tests stand on: a project folder, an AWS emulator, and the real tools.

Standard library only. A test file derives from E2eTest and ends with `harness.main()`; it runs by
itself (`python3 tests/e2e/test_x.py`) and as a ctest test. A tool that is missing skips the tests
that need it, with the reason; when nothing ran, the exit code is 77. Environment: AGENTOPS is the
binary under test (default: the release build), AGENTOPS_KEEP keeps the temporary folders.
"""

import ctypes
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parents[2]
REGION = "eu-west-1"
SKIPPED = 77  # the exit code by which ctest knows that nothing ran (SKIP_RETURN_CODE)


def agentops_binary():
    """The binary under test."""
    return os.environ.get("AGENTOPS", str(SOURCE / "build/release/agentops"))


def _search_path():
    """PATH, then the folders where tests/lib/install.sh puts what comes from elsewhere than apt."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "agentops"
    found = [os.environ.get("PATH", os.defpath), cache / "emulator/bin", *sorted(cache.glob("opentofu-*")),
             cache / "promtool", cache / "node/node_modules/.bin"]
    return os.pathsep.join(map(str, found))


def tool(*names):
    """The path of the first of these tools that is there; skips the test when none is."""
    for name in names:
        path = shutil.which(name, path=_search_path())
        if path:
            return path
    raise unittest.SkipTest(f"{' or '.join(names)} not found")


def node_modules():
    """The folder of the Node packages that tests/lib/install.sh puts there."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "agentops/node/node_modules"
    if not folder.is_dir():
        raise unittest.SkipTest(f"no Node packages in {folder}")
    return folder


def terraform():
    """The path of Terraform, or of OpenTofu where there is no Terraform."""
    return tool("terraform", "tofu")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a command answered."""

    args: list
    code: int
    out: str
    err: str

    @property
    def json(self):
        """Its stdout as one JSON document."""
        try:
            return json.loads(self.out)
        except ValueError as error:
            raise AssertionError(f"stdout is not JSON ({error}):\n{self}") from None

    def __str__(self):
        command = " ".join(map(str, self.args))
        return f"$ {command}\nexit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def run(args, *, env, cwd, stdin="", timeout=None, expect=None):
    """Runs a command in a process group of its own, which is killed after `timeout` seconds,
    or when the test's time is up.

    `expect` is the exit code that it must end with; None takes any.
    """
    process = start(args, env=env, cwd=cwd, stdin=subprocess.PIPE)
    try:
        out, err = process.communicate(stdin, timeout=timeout)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise AssertionError(f"no end after {timeout} s: {Outcome(args, -9, out, err)}") from None
        raise
    outcome = Outcome(list(args), process.returncode, out, err)
    if expect is not None and outcome.code != expect:
        raise AssertionError(f"exit {outcome.code} instead of {expect}:\n{outcome}")
    return outcome


def start(args, *, env, cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE):
    """Starts a command in a process group of its own: for tests that signal it."""
    return subprocess.Popen(
        list(map(str, args)), env=env, cwd=cwd, stdin=stdin, stdout=stdout, stderr=stderr,
        text=True, encoding="utf-8", errors="replace", start_new_session=True,
    )


def cli_config(folder, *mirror_roots):
    """Writes a Terraform CLI configuration into `folder` and returns its path.

    Providers come from the first mirror found under `mirror_roots` (default: the usual places),
    by the same function as in tests/lib/aws_emulator.sh.
    """
    path = pathlib.Path(folder) / "terraform.rc"
    script = '. "$1"; shift; write_cli_config "$@"'
    library = SOURCE / "tests/lib/aws_emulator.sh"
    subprocess.run(["bash", "-euc", script, "bash", library, path, *mirror_roots], check=True)
    return path


def _end_with_parent():
    """In a child about to start: have it ended when this process dies, however it dies."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


# Current machine images, which the emulator does not know by itself.
AMIS = pathlib.Path(__file__).resolve().parent.parent / "lib" / "amis.json"


class Emulator:
    """moto_server on a free loopback port, with the environment that leads the tools to it."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="agentops-emulator-"))
        self._process = None
        self.url = None

    def start(self):
        """Starts it and waits until it listens."""
        server, log = tool("moto_server"), self.folder / "emulator.log"
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [server, "-H", "127.0.0.1", "-p", "0"], stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, start_new_session=True, preexec_fn=_end_with_parent,
                env={**os.environ, "MOTO_AMIS_PATH": str(AMIS)},
            )
        self.url = self._wait_for_url(log)
        return self

    def _wait_for_url(self, log):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            running = re.search(r"Running on (http://127\.0\.0\.1:\d+)", log.read_text())
            if running:
                return running[1]
            time.sleep(0.05)
        text = log.read_text()
        self.stop()
        raise AssertionError(f"the AWS emulator did not start:\n{text}")

    @property
    def pid(self):
        """Its process id, or None when it does not run."""
        return self._process and self._process.pid

    def stop(self):
        """Ends it by its process id."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def reset(self):
        """Forgets every resource."""
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).close()

    @property
    def environment(self):
        """The variables that send Terraform, agentops and aws to this emulator."""
        config = self.folder / "terraform.rc"
        return {
            "TF_CLI_CONFIG_FILE": str(config if config.exists() else cli_config(self.folder)),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_PAGER": "",
        }

    def aws(self, *args):
        """Asks through the aws command: emulator.aws("s3api", "list-buckets")["Buckets"]."""
        command = [tool("aws"), "--endpoint-url", self.url, "--output", "json", *args]
        outcome = run(command, env=base_environment(self.environment), cwd=self.folder, expect=0)
        return json.loads(outcome.out) if outcome.out.strip() else {}


def base_environment(*more):
    """This process's environment without what would change the tools' answers, then `more`."""
    dropped = re.compile(r"(TF_|AWS_|ANSIBLE_|AGENTOPS_|GIT_)(?!CA_BUNDLE)|NO_COLOR$|CLICOLOR|FORCE_COLOR$")
    environment = {k: v for k, v in os.environ.items() if not dropped.match(k)}
    environment["PATH"] = _search_path()
    for variables in more:
        environment.update({k: str(v) for k, v in (variables or {}).items()})
    return environment


class Project:
    """A project in a temporary folder, with the binary under test."""

    def __init__(self, files=None, env=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="agentops-project-"))
        self.env = base_environment(env)
        for path, text in (files or {}).items():
            self.write(path, text)

    def path(self, name):
        """The absolute path of a file of the project."""
        return self.folder / name

    def write(self, name, text):
        """Writes a file, with the folders that it needs; returns its path."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def read(self, name):
        """The text of a file."""
        return self.path(name).read_text(encoding="utf-8")

    def agentops(self, *args, expect=0, env=None, stdin="", timeout=None, cwd=None):
        """Runs agentops in the project; `expect` is the exit code wanted, None takes any."""
        return run([agentops_binary(), *args], env={**self.env, **(env or {})}, cwd=cwd or self.folder,
                   stdin=stdin, timeout=timeout, expect=expect)

    def agentops_json(self, *args, **options):
        """Runs agentops with --json and returns the record that it prints."""
        return self.agentops(*args, "--json", **options).json

    def start(self, *args, env=None, **streams):
        """Starts agentops without waiting: for tests that signal it."""
        return start([agentops_binary(), *args], env={**self.env, **(env or {})}, cwd=self.folder, **streams)

    def remove(self):
        """Removes the folder, unless AGENTOPS_KEEP is set."""
        if os.environ.get("AGENTOPS_KEEP"):
            print(f"kept: {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


class E2eTest(unittest.TestCase):
    """A test with a time limit; projects that it makes are removed at its end."""

    time_limit = 3600  # seconds; it ends what hangs: the same machine has been three times slower on some days
    maxDiff = None

    def setUp(self):
        def expire(_signal, _frame):
            raise AssertionError(f"the test took longer than {self.time_limit} s")

        previous = signal.signal(signal.SIGALRM, expire)
        self.addCleanup(signal.signal, signal.SIGALRM, previous)
        self.addCleanup(signal.alarm, 0)
        signal.alarm(self.time_limit)

    def project(self, files=None, env=None):
        """A project for this test."""
        project = Project(files, env)
        self.addCleanup(project.remove)
        return project


class AwsTest(E2eTest):
    """A test with an AWS emulator, one for the whole class and emptied before each test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        terraform(), tool("aws")
        cls.emulator = Emulator()
        cls.addClassCleanup(cls.emulator.stop)
        cls.emulator.start()

    def setUp(self):
        super().setUp()
        self.emulator.reset()

    def project(self, files=None, env=None):
        """A project whose tools reach the emulator."""
        return super().project(files, {**self.emulator.environment, **(env or {})})


def main():
    """Runs the tests of the calling file; a skipped test says why in a line `SKIP: ...`."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    result = unittest.main(exit=False, verbosity=2).result
    for test, reason in result.skipped:
        print(f"SKIP: {test}: {reason}")
    if not result.wasSuccessful():
        sys.exit(1)
    ran = result.testsRun - sum(isinstance(test, unittest.TestCase) for test, _ in result.skipped)
    sys.exit(0 if ran > 0 else SKIPPED)
