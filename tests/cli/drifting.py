"""What the drift tests stand on: a project that is applied, and what a check says of its objects."""

import cli

TWO = cli.topic("a") + cli.topic("b")
A, B = "aws_sns_topic.a", "aws_sns_topic.b"
TAGGED = {"tags": {"Owner": "bob"}}
REFERENCE = f"shop/main:{A}:tags.Owner"
UNIT = ".agentops/stacks/shop/main"
STATE = f"{UNIT}/terraform.tfstate"
SEEN = ".agentops/drift/seen/shop.jsonl"
ACCEPTED = ".agentops/drift/accepted.yaml"


class DriftTest(cli.CliTest):
    def applied(self, files=None, env=None):
        """An applied project of two topics, or of these files; the log of its fake is empty."""
        project = self.project(files or cli.intent(components=TWO), env)
        self.apply(project)
        project.fake.forget()
        return project

    def drift(self, project, *args, expect=0):
        """Checks for drift; returns the record."""
        record = project.agentops_json("drift", *args, expect=expect)
        self.assertEqual(record["exit"], expect)
        return record

    def drifted(self, **objects):
        """Such a project in which these objects differ; by default the topic a has a new tag."""
        project = self.applied()
        project.fake.drift(**(objects or {"aws_sns_topic__a": TAGGED}))
        return project

    def assert_unknown(self, record, *words, stack="shop"):
        """Every object of the stack is unknown, for a reason with these words."""
        found = resources(record, stack)
        self.assertEqual({one["status"] for one in found.values()}, {"unknown"}, found)
        self.assertEqual(of_stack(record, stack)["status"], "unknown")
        for word in words:
            self.assertIn(word, str([one["reason"] for one in found.values()]))


def of_stack(record, stack="shop"):
    """What a record says of one stack."""
    return next(one for one in record["stacks"] if one["stack"] == stack)


def resources(record, stack="shop"):
    """The objects of a stack by address."""
    return {one["address"]: one for one in of_stack(record, stack)["resources"]}


def statuses(record, stack="shop"):
    """Their statuses."""
    return {address: one["status"] for address, one in resources(record, stack).items()}


def difference(record, address=A):
    """The only difference of an object."""
    (found,) = resources(record)[address]["attributes"]
    return found


def artifacts(record, stack="shop"):
    """Files that are not as they should be."""
    return {one["file"]: one["status"] for unit in of_stack(record, stack)["units"] for one in unit["artifacts"]}
