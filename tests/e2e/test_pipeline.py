#!/usr/bin/env python3
"""The pipeline for GitHub with real Terraform: a change from its pull request to what is there, and drift."""

import harness
import journey
from pipelines import Repository

SETTINGS = """\
apiVersion: agentops/v1
terraform:
  backend: {s3: {bucket: states, region: eu-west-1, use_path_style: true, use_lockfile: true,
                 skip_requesting_account_id: true, skip_credentials_validation: true}}
"""
INTENT = """\
apiVersion: agentops/v1
intent: shop
target: {provider: aws, region: eu-west-1}
components:
  alarms: {kind: resource, type: aws_sns_topic, args: {name: alarms}}
"""
NAME = "shop.intent.yaml"


class PipelineTest(journey.AwsJourney):
    def test_a_change_from_request_to_reality(self):
        self.emulator.aws("s3api", "create-bucket", "--bucket", "states", "--create-bucket-configuration",
                          "LocationConstraint=eu-west-1")
        project = self.project({"agentops.yaml": SETTINGS, NAME: INTENT})
        repository = Repository(self, project, "github")
        self.went(repository.runner.push(), plan=0, apply=0)
        self.assertEqual(self.topics(), ["alarms"])
        repository.change(NAME, INTENT + "  mails: {kind: resource, type: aws_sns_topic, args: {name: mails}}\n", "mails")
        self.went(repository.runner.pull_request("mails"), check=0, plan=0)
        (comment,) = repository.comments()
        self.assertIn("agentops diff: 1 to create, 0 to update, 0 to replace, 0 to destroy", comment)
        self.assertIn("agentops plan: 1 to create, 0 to update, 0 to replace, 0 to destroy", comment)
        self.assertEqual(self.topics(), ["alarms"])
        repository.merge("mails")
        self.went(repository.runner.push(), plan=0, apply=0)
        self.assertEqual(self.topics(), ["alarms", "mails"])
        self.assertIn("a second plan is empty", repository.runner.summary)
        self.went(repository.runner.nightly(), drift=0)
        self.assertEqual(repository.forge.issues, [])
        arn = next(topic["TopicArn"] for topic in self.emulator.aws("sns", "list-topics")["Topics"] if "mails" in topic["TopicArn"])
        self.emulator.aws("sns", "set-topic-attributes", "--topic-arn", arn, "--attribute-name", "DisplayName",
                          "--attribute-value", "by hand")
        self.went(repository.runner.nightly(), drift=0)
        (issue,) = repository.forge.issues
        self.assertIn("display_name", issue["body"])
        self.assertIn("by hand", issue["body"])

    def topics(self):
        return sorted(topic["TopicArn"].rsplit(":", 1)[1] for topic in self.emulator.aws("sns", "list-topics")["Topics"])

    def went(self, jobs, **codes):
        self.assertEqual({name: job.code for name, job in jobs.items()}, codes,
                         "\n".join(f"{name}: {job.out}" for name, job in jobs.items()))


if __name__ == "__main__":
    harness.main()
