"""Tests whose machines are real: reached by ssh, configured by Ansible, looked into past both."""

import pathlib
import shutil
import sys
import tempfile

import harness
import journey

sys.path.insert(0, str(harness.SOURCE / "tests" / "lib"))
from machines import MachineRoom  # noqa: E402

SETTINGS = """apiVersion: agentops/v1
ansible: {{{}}}
"""


class MachinesTest(journey.Journey, harness.E2eTest):
    """A room of machines for the whole class; each test makes those that it needs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        harness.tool("ansible-playbook")
        cls.room = MachineRoom()
        cls.addClassCleanup(cls.room.stop)
        cls.room.start()

    def machines(self, *names, **options):
        """Machines for this test alone, by name."""
        made = list(self.room.start_machines(list(names), **options).values())
        for machine in made:
            self.addCleanup(self.room.remove, machine)
        return made

    def project(self, files=None, env=None, settings=""):
        """A project whose shared connections are its own: another test's machine may get an address again."""
        runtime = pathlib.Path(tempfile.mkdtemp(prefix="aos-"))
        self.addCleanup(shutil.rmtree, runtime, True)
        files = {"agentops.yaml": SETTINGS.format(settings), **(files or {})}
        return super().project(files, {"XDG_RUNTIME_DIR": runtime, **(env or {})})

    def hosts(self, *machines, user="ops", **more):
        """The `hosts:` of a component of that kind, keys pinned, as lines with six spaces."""
        lines = []
        for machine in machines:
            extra = "".join(f", {key}: {value}" for key, value in more.items())
            lines.append(f"      {machine.name}: {{address: {machine.address}, port: {machine.port}, user: {user}, "
                         f"key: {self.room.key}, host_key: \"{machine.host_key}\"{extra}}}\n")
        return "".join(lines)

    def intent(self, *machines, configure="", rest="", **more):
        """An intent with one component `edge` of these machines; `configure` has eight spaces."""
        body = f"    configure:\n{configure}" if configure else ""
        return ("apiVersion: agentops/v1\nintent: site\ntarget: {provider: aws, region: eu-west-1}\ncomponents:\n"
                f"  edge:\n    kind: hosts\n    hosts:\n{self.hosts(*machines, **more)}{body}{rest}")
