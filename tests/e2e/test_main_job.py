#!/usr/bin/env python3
"""The main job on real Terraform: plan, approve, apply, change, destroy."""

import json

import harness
import journey

INTENT = """\
apiVersion: agentops/v1
intent: shop
owner: ann@example.com
target: {provider: aws, region: eu-west-1, endpoint: "ENDPOINT"}
components:
  net: {kind: network, cidr: 10.20.0.0/16, zones: 2}
  box:
    kind: server
    in: net
    image: ubuntu-24.04
    uses: [files]
  files: {kind: bucket}
"""
OURS = {"agentops:intent": "shop", "agentops:stack": "shop", "agentops:owner": "ann@example.com"}


def tags(resource, key="Tags"):
    return {tag["Key"]: tag["Value"] for tag in resource[key]}


class MainJobTest(journey.AwsJourney):
    def test_from_intent_to_nothing(self):
        intent = INTENT.replace("ENDPOINT", self.emulator.url)
        project = self.project({"shop.intent.yaml": intent})
        self.plan_names_the_reasons(project)
        self.apply_makes_what_was_planned(project)
        self.server_is_right()
        self.bucket_is_right()
        self.access_is_least(project)
        project.agentops("plan", "--detailed-exitcode")
        self.edit_changes_only_its_line(project, intent)
        self.destroy_leaves_nothing(project)
        self.check_private(project)
        project.agentops("runs", "verify")

    def plan_names_the_reasons(self, project):
        plan = project.agentops_json("plan", "--detailed-exitcode", expect=2)
        found = {address: (resource["action"], resource["agent"], resource["position"]["line"])
                 for address, resource in journey.resources(plan).items()}
        self.assertEqual({found[address] for address in found if address.startswith("aws_s3")},
                         {("create", "engineer", 12)})
        self.assertEqual(found["aws_vpc.net"], ("create", "engineer", 6))
        self.assertEqual(found["aws_instance.box"], ("create", "engineer", 7))
        self.assertEqual(found["aws_iam_role_policy.box_uses_files"], ("create", "access", 11))
        self.assertEqual({action for action, _, _ in found.values()}, {"create"})
        self.assertEqual(plan["stacks"][0]["changes"]["create"], len(found))
        self.assertEqual(self.vpcs(), [])

    def apply_makes_what_was_planned(self, project):
        project.agentops("apply", "latest", expect=5)
        self.assertEqual(self.vpcs(), [])
        applied = self.apply_latest(project)
        self.assertEqual((applied["exit"], journey.units(applied)), (0, {"shop/main": "applied"}))
        self.assertEqual([vpc["CidrBlock"] for vpc in self.vpcs()], ["10.20.0.0/16"])
        again = project.agentops_json("apply", "latest", expect=6)
        self.assertEqual(journey.codes(again), ["stale.applied"])

    def server_is_right(self):
        (server,) = self.instances()
        self.assertEqual(server["MetadataOptions"]["HttpTokens"], "required")
        self.assertNotIn("PublicIpAddress", server)
        self.assertEqual(tags(server) | OURS | {"agentops:component": "box"}, tags(server))
        volume = server["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
        (disk,) = self.emulator.aws("ec2", "describe-volumes", "--volume-ids", volume)["Volumes"]
        self.assertTrue(disk["Encrypted"])
        (group,) = server["SecurityGroups"]
        (group,) = self.emulator.aws("ec2", "describe-security-groups",
                                     "--group-ids", group["GroupId"])["SecurityGroups"]
        self.assertEqual(group["IpPermissions"], [])
        self.assertEqual([rule["FromPort"] for rule in group["IpPermissionsEgress"]], [443])

    def bucket_is_right(self):
        (bucket,) = self.buckets()
        self.assertTrue(bucket.startswith("shop-files-"))
        ask = lambda command: self.emulator.aws("s3api", command, "--bucket", bucket)
        block = ask("get-public-access-block")["PublicAccessBlockConfiguration"]
        self.assertEqual((len(block), set(block.values())), (4, {True}))
        rules = ask("get-bucket-encryption")["ServerSideEncryptionConfiguration"]["Rules"]
        self.assertEqual(rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256")
        found = tags(ask("get-bucket-tagging"), "TagSet")
        self.assertEqual(found | OURS | {"agentops:component": "files"}, found)
        policy = json.loads(ask("get-bucket-policy")["Policy"])
        self.assertEqual({statement["Effect"] for statement in policy["Statement"]}, {"Deny"})

    def access_is_least(self, project):
        policy = journey.state_values(project)["aws_iam_role_policy.box_uses_files"]["policy"]
        (bucket,) = self.buckets()
        for statement in json.loads(policy)["Statement"]:
            resources = statement["Resource"]
            for resource in [resources] if isinstance(resources, str) else resources:
                self.assertIn(resource, (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"))
            self.assertNotIn("*", "".join(statement["Action"]))

    def edit_changes_only_its_line(self, project, intent):
        project.write("shop.intent.yaml", intent.replace("kind: bucket", "kind: bucket, versioned: true"))
        plan = project.agentops_json("plan")
        (change,) = journey.resources(plan).values()
        self.assertEqual((change["address"], change["action"], change["position"]["line"]),
                         ("aws_s3_bucket_versioning.files", "create", 12))
        self.apply_latest(project)
        (bucket,) = self.buckets()
        versioning = self.emulator.aws("s3api", "get-bucket-versioning", "--bucket", bucket)
        self.assertEqual(versioning["Status"], "Enabled")

    def destroy_leaves_nothing(self, project):
        destroyed = project.agentops_json("destroy", "--auto-approve")
        self.assertEqual(journey.units(destroyed), {"shop/main": "destroyed"})
        self.assertEqual((self.vpcs(), self.buckets(), self.instances(), self.roles()), ([], [], [], []))
        self.assertEqual(journey.state(project)["resources"], [])


if __name__ == "__main__":
    harness.main()
