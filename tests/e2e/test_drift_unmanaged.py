#!/usr/bin/env python3
"""`drift --unmanaged` on an emulator: it lists what was made by hand, and nothing else."""

import os

import harness
import journey

INTENT = """\
apiVersion: agentops/v1
intent: shop
owner: ann@example.com
target: {provider: aws, region: eu-west-1, endpoint: "ENDPOINT"}
components:
  net: {kind: network, cidr: 10.20.0.0/16, zones: 2}
  box: {kind: server, in: net, image: ubuntu-24.04}
  web: {kind: service, in: net, image: ubuntu-24.04, count: 1}
  db: {kind: database, in: net, engine: postgres 16}
  files: {kind: bucket}
  jobs: {kind: queue}
"""
NAME = "by-hand"
TRUST = '{"Version": "2012-10-17", "Statement": []}'
# An aws command that may not list queues.
REFUSED = """\
#!/bin/sh
case "$*" in *list-queues*) echo "An error occurred (AccessDenied): no right" >&2; exit 254;; esac
exec AWS "$@"
"""


def thing(kind, identifier, name=NAME, stack=None):
    """An entry of the record; None is what it does not have."""
    return {"stack": stack, "type": kind, "id": identifier, "name": name}


def tagged(kind):
    """The option that names an object of EC2."""
    return "--tag-specifications", f"ResourceType={kind},Tags=[{{Key=Name,Value={NAME}}}]"


class DriftUnmanagedTest(journey.AwsJourney):
    def test_what_was_made_by_hand(self):
        intent = INTENT.replace("ENDPOINT", self.emulator.url)
        project = self.project({"shop.intent.yaml": intent})
        project.agentops("plan")
        self.apply_latest(project)
        made = self.make_in_network(project) + self.make_in_region(project)
        self.make_what_is_passed_over()
        self.assertCountEqual(self.unmanaged(project), made)
        self.a_refused_listing_is_said(project, made)
        self.without_the_command_it_is_said(project)

    def unmanaged(self, project, *codes, env=None):
        """The entries; `codes` say what was not listed."""
        record = project.agentops_json("drift", "--unmanaged", env=env)
        self.assertEqual([code for code in journey.codes(record) if code.startswith("drift.")], list(codes))
        return [{key: one[key] or None for key in ("stack", "type", "id", "name")} for one in record["unmanaged"]]

    def make_in_network(self, project):
        """Things in the stack's own network, by every way in which one is told apart."""
        ec2 = lambda *words: self.emulator.aws("ec2", *words)
        values = journey.state_values(project)
        vpc, box = values["aws_vpc.net"]["id"], values["aws_instance.box"]
        subnet = ec2("create-subnet", "--vpc-id", vpc, "--cidr-block", "10.20.240.0/24",
                     *tagged("subnet"))["Subnet"]["SubnetId"]
        group = ec2("create-security-group", "--vpc-id", vpc, "--group-name", NAME,
                    "--description", "x")["GroupId"]
        server = ec2("run-instances", "--image-id", box["ami"], "--instance-type", "t3.micro",
                     "--subnet-id", subnet, *tagged("instance"))["Instances"][0]["InstanceId"]
        volume = self.attach_volume(ec2)
        return [thing("aws_subnet", subnet, stack="shop"), thing("aws_security_group", group, stack="shop"),
                thing("aws_instance", server, stack="shop"), thing("aws_ebs_volume", volume),
                thing("aws_ebs_volume", self.root_volume(server), name=None)]

    def attach_volume(self, ec2):
        """A volume for a machine that a managed group made; at a managed one it would be drift."""
        (web,) = [server for server in self.instances()
                  if any(tag["Key"] == "aws:autoscaling:groupName" for tag in server.get("Tags", []))]
        volume = ec2("create-volume", "--size", "1", "--availability-zone",
                     web["Placement"]["AvailabilityZone"], *tagged("volume"))["VolumeId"]
        ec2("attach-volume", "--volume-id", volume, "--instance-id", web["InstanceId"], "--device", "/dev/sdf")
        return volume

    def root_volume(self, server):
        answer = self.emulator.aws("ec2", "describe-instances", "--instance-ids", server)
        return answer["Reservations"][0]["Instances"][0]["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]

    def make_in_region(self, project):
        """Things that lie in no network; one looks like what an interrupted apply left behind."""
        aws = self.emulator.aws
        left = project.env["AWS_REGION"]
        vpc = aws("ec2", "create-vpc", "--cidr-block", "10.99.0.0/16", "--tag-specifications",
                  f"ResourceType=vpc,Tags=[{{Key=Name,Value={NAME}}},{{Key=agentops:stack,Value=shop}}]")
        aws("s3api", "create-bucket", "--bucket", NAME, "--create-bucket-configuration",
            f"LocationConstraint={left}")
        queue = aws("sqs", "create-queue", "--queue-name", NAME)["QueueUrl"]
        aws("iam", "create-role", "--role-name", NAME, "--assume-role-policy-document", TRUST)
        aws("logs", "create-log-group", "--log-group-name", NAME)
        key = aws("kms", "create-key")["KeyMetadata"]["KeyId"]
        aws("kms", "create-alias", "--alias-name", f"alias/{NAME}", "--target-key-id", key)
        return [thing("aws_vpc", vpc["Vpc"]["VpcId"], stack="shop"), thing("aws_s3_bucket", NAME),
                thing("aws_sqs_queue", queue), thing("aws_iam_role", NAME),
                thing("aws_cloudwatch_log_group", NAME), thing("aws_kms_key", key, name=None),
                thing("aws_kms_alias", f"alias/{NAME}", name=f"alias/{NAME}")]

    def make_what_is_passed_over(self):
        """AWS's own things, and what lies in networks that no state knows."""
        aws = self.emulator.aws
        aws("iam", "create-service-linked-role", "--aws-service-name", "elasticbeanstalk.amazonaws.com")
        (default,) = aws("ec2", "describe-vpcs", "--filters", "Name=is-default,Values=true")["Vpcs"]
        aws("ec2", "create-security-group", "--vpc-id", default["VpcId"], "--group-name", NAME,
            "--description", "x")

    def a_refused_listing_is_said(self, project, made):
        env = {"PATH": self.search_path(project, REFUSED.replace("AWS", harness.tool("aws")))}
        rest = [one for one in made if one["type"] != "aws_sqs_queue"]
        self.assertCountEqual(self.unmanaged(project, "drift.not-listed", env=env), rest)

    def without_the_command_it_is_said(self, project):
        env = {"PATH": self.search_path(project, None)}
        self.assertEqual(self.unmanaged(project, "drift.not-listed", env=env), [])

    def search_path(self, project, script):
        """One where this is the aws command; with None there is none, and only Terraform is left."""
        folder = self.project().folder
        if script is None:
            (folder / "terraform").symlink_to(harness.terraform())
            return folder
        (folder / "aws").write_text(script, encoding="utf-8")
        (folder / "aws").chmod(0o700)
        return f"{folder}{os.pathsep}{project.env['PATH']}"


if __name__ == "__main__":
    harness.main()
