#!/usr/bin/env python3
"""Eight machines apply 200 stacks whose states lie in one PostgreSQL: the same as one machine would."""

import json
import shutil
import subprocess

import harness
from postgres import Postgres

STACKS, SHARDS = 200, 8
ROOT = """\
terraform {{
  backend "pg" {{
    conn_str    = "{url}"
    schema_name = "{name}"
  }}
}}
resource "terraform_data" "a" {{
  input = "{name}"
}}
"""
INTENT = """\
apiVersion: agentops/v1
intent: {name}
target: {{provider: aws, region: eu-west-1}}
components:
  a: {{kind: terraform, source: ./roots/{name}}}
"""
NAMES = [f"s{number:03}" for number in range(STACKS)]
OLD, NEW = NAMES[:180], NAMES[180:]


class SharedStateTest(harness.E2eTest):
    def setUp(self):
        super().setUp()
        harness.terraform()
        self.server = Postgres()
        self.addCleanup(self.server.stop)

    def test_eight_machines_do_what_one_would(self):
        self.states_of_earlier_days()
        machines = [self.machine() for _ in range(SHARDS)]
        merged = self.applied_together(machines)
        self.assertEqual([stack["stack"] for stack in merged["stacks"]], NAMES)
        self.assertEqual((merged["exit"], {stack["status"] for stack in merged["stacks"]}), (0, {"applied"}))
        (count,) = self.server.query("SELECT count(*) FROM information_schema.tables WHERE table_name = 'states'")
        self.assertEqual(count, [str(STACKS)])
        # One machine, on the states as they were before.
        self.server.query("".join(f"DELETE FROM {name}.states;" for name in NEW))
        whole = self.machine(like=machines).agentops_json("plan")
        self.assertEqual({name: objects for name, objects in self.changes(whole).items() if objects},
                         {name: [("terraform_data.a", "create")] for name in NEW})
        self.assertEqual(self.changes(merged), self.changes(whole))

    @staticmethod
    def changes(record):
        """By stack, what each of its objects needs."""
        return {stack["stack"]: [(change["address"], change["action"]) for unit in stack["units"]
                                 for change in unit["resources"]] for stack in record["stacks"]}

    def machine(self, like=()):
        """A clone of the project; with what Terraform keeps in its folders when `like` others, as a CI's cache has."""
        files = {f"{name}.intent.yaml": INTENT.format(name=name) for name in NAMES}
        files |= {f"roots/{name}/main.tf": ROOT.format(name=name, url=self.server.url) for name in NAMES}
        project = self.project({"agentops.yaml": "apiVersion: agentops/v1\n", **files})
        for other in like:
            for folder in (".agentops/stacks", "roots"):
                shutil.copytree(other.path(folder), project.path(folder), dirs_exist_ok=True, symlinks=True)
        return project

    def states_of_earlier_days(self):
        """All but a few stacks were applied before: their states are that of one which really was."""
        first, *others = OLD
        self.machine().agentops_json("apply", "--auto-approve", first)
        self.server.query("".join(
            f"""CREATE SCHEMA {name}; CREATE TABLE {name}.states (LIKE {first}.states INCLUDING ALL);
                INSERT INTO {name}.states (name, data)
                SELECT name, replace(data, '"{first}"', '"{name}"') FROM {first}.states;""" for name in others))

    def applied_together(self, machines):
        """All at once, as processes; the merged record. In PostgreSQL one lock serves all states that are new."""
        command = ["apply", "--auto-approve", "--lock-timeout", "30m", "--json", "--shard"]
        running = [machine.start(*command, f"{index}/{SHARDS}", stderr=subprocess.DEVNULL)
                   for index, machine in enumerate(machines, 1)]
        files = []
        for index, process in enumerate(running):
            out, _ = process.communicate()
            self.assertEqual(process.returncode, 0, out[-2000:])
            files.append(str(machines[0].write(f"shard-{index}.json", out)))
        return json.loads(machines[0].agentops("report", "merge", *files, "--format", "json").out)


if __name__ == "__main__":
    harness.main()
