"""The way of an intent through plan, approve, apply and destroy, as the end-to-end tests walk it."""

import json
import pathlib
import stat

import harness

# What Terraform itself writes for anybody to read: providers, modules, and their checksums.
PUBLIC = ("/.terraform/providers/", "/.terraform/modules/", "/.terraform.lock.hcl/")


def example(name):
    """The files of an example, as a project takes them."""
    folder = harness.SOURCE / "examples" / name
    return {path.name: path.read_text(encoding="utf-8")
            for path in folder.iterdir() if path.suffix == ".yaml"}


def resources(record):
    """The changed resources of a record, by address."""
    return {resource["address"]: resource
            for stack in record["stacks"] for unit in stack["units"] for resource in unit["resources"]}


def units(record):
    """What became of each unit."""
    return {unit["unit"]: unit["status"] for stack in record["stacks"] for unit in stack["units"]}


def codes(record):
    """The codes of a record's diagnostics."""
    return [diagnostic["code"] for diagnostic in record["diagnostics"]]


def files_under(folder):
    """Every file and folder that lies in `folder`, itself included, without what PUBLIC says."""
    for path in [pathlib.Path(folder), *pathlib.Path(folder).rglob("*")]:
        if not path.is_symlink() and not any(part in f"{path}/" for part in PUBLIC):
            yield path


def state(project, unit="shop/main"):
    """The state of a unit with the default backend."""
    return json.loads(project.read(f".agentops/stacks/{unit}/terraform.tfstate"))


def state_values(project, unit="shop/main"):
    """The attributes of each resource in the state, by address."""
    return {f"{resource['type']}.{resource['name']}": resource["instances"][0]["attributes"]
            for resource in state(project, unit)["resources"] if resource["mode"] == "managed"}


class Journey:
    """Mixed into a test: the steps, each checked."""

    def apply_latest(self, project, *limits, expect=0):
        """Approves the newest run and applies it; returns the record of the apply."""
        project.agentops("approve", "latest", "--as", "ann", *limits)
        return project.agentops_json("apply", "latest", expect=expect)

    def check_private(self, project):
        """Nobody but the owner reads what a run leaves behind."""
        for path in files_under(project.path(".agentops")):
            mode = stat.S_IMODE(path.stat().st_mode)
            self.assertEqual(mode & 0o077, 0, f"{path} has mode {mode:o}")

    def check_absent(self, text, project, *outcomes):
        """A text stands in no file of the project and in no output."""
        for path in files_under(project.folder):
            if path.is_file():
                self.assertNotIn(text.encode(), path.read_bytes(), path)
        for outcome in outcomes:
            self.assertNotIn(text, outcome.out + outcome.err)


class AwsJourney(Journey, harness.AwsTest):
    """A test with an emulator that knows what is left of a stack there."""

    def vpcs(self):
        return self.emulator.aws("ec2", "describe-vpcs", "--filters", "Name=is-default,Values=false")["Vpcs"]

    def buckets(self):
        return [bucket["Name"] for bucket in self.emulator.aws("s3api", "list-buckets")["Buckets"]]

    def instances(self):
        answer = self.emulator.aws("ec2", "describe-instances", "--filters",
                                   "Name=instance-state-name,Values=pending,running")
        return [instance for group in answer["Reservations"] for instance in group["Instances"]]

    def roles(self):
        answer = self.emulator.aws("iam", "list-roles")["Roles"]
        return [role["RoleName"] for role in answer if "/aws-service-role/" not in role["Path"]]

    def endpoint(self):
        """The option that leads an example to the emulator."""
        return "--param", f"endpoint={self.emulator.url}"

