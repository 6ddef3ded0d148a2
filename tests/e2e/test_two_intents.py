#!/usr/bin/env python3
"""Two intents of which one uses the other's outputs, and two environments of one intent."""

import harness
import journey

FILES = """\
apiVersion: agentops/v1
intent: files
owner: ann@example.com
target: {provider: aws, region: eu-west-1, endpoint: "ENDPOINT"}
components:
  store: {kind: bucket}
environments:
  dev: {}
  prod: {components: {store: {versioned: true}}}
"""


class TwoIntentsTest(journey.AwsJourney):
    def test_the_second_gets_what_the_first_made(self):
        files = journey.example("shared-network")
        # Queues keep the provider waiting for minutes; the web shop has one.
        files["jobs.intent.yaml"] = files["jobs.intent.yaml"].replace("  inbox: {kind: queue}\n", "")
        project = self.project(files)
        self.first_plan_is_a_preview(project)
        self.one_run_applies_both(project)
        alone = project.agentops_json("plan", "jobs", *self.endpoint())
        self.assertEqual((journey.resources(alone), journey.codes(alone)), ({}, []))
        self.network_waits_for_jobs(project)
        project.agentops("runs", "verify")

    def first_plan_is_a_preview(self, project):
        plan = project.agentops_json("plan", *self.endpoint())
        self.assertEqual(journey.units(plan), {"network/main": "planned", "jobs/main": "preview"})
        self.assertIn("aws_security_group.workers", journey.resources(plan))

    def one_run_applies_both(self, project):
        applied = self.apply_latest(project)
        self.assertEqual(journey.units(applied), {"network/main": "applied", "jobs/main": "applied"})
        (vpc,) = self.vpcs()
        answer = self.emulator.aws("ec2", "describe-security-groups", "--filters", "Name=group-name,Values=jobs-workers")
        self.assertEqual([group["VpcId"] for group in answer["SecurityGroups"]], [vpc["VpcId"]])

    def network_waits_for_jobs(self, project):
        """Destroyed in reverse: a VPC with a group in it could not go first."""
        destroyed = project.agentops("destroy", "--auto-approve", "--json", *self.endpoint())
        self.assertEqual(journey.units(destroyed.json), {"network/main": "destroyed", "jobs/main": "destroyed"})
        done = destroyed.err.index("aws_security_group.workers: destroyed")
        self.assertLess(done, destroyed.err.index("aws_vpc.net: destroying"))
        self.assertEqual(self.vpcs(), [])


class TwoEnvironmentsTest(journey.AwsJourney):
    def test_each_has_its_own_state(self):
        project = self.project({"files.intent.yaml": FILES.replace("ENDPOINT", self.emulator.url)})
        plan = project.agentops_json("plan")
        self.assertEqual(journey.units(plan), {"files@dev/main": "planned", "files@prod/main": "planned"})
        self.apply_latest(project)
        self.assertEqual(sorted(name.rsplit("-", 1)[0] for name in self.buckets()),
                         ["files-dev-store", "files-prod-store"])
        dev, prod = (journey.state(project, f"files@{env}/main") for env in ("dev", "prod"))
        self.assertNotEqual(dev["lineage"], prod["lineage"])
        project.agentops("destroy", "--auto-approve", expect=3)
        project.agentops("destroy", "files@dev", "--auto-approve")
        (left,) = self.buckets()
        self.assertTrue(left.startswith("files-prod-store-"))
        self.assertEqual(journey.state(project, "files@prod/main"), prod)


if __name__ == "__main__":
    harness.main()
