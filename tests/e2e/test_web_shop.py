#!/usr/bin/env python3
"""The web shop: network, service, database, bucket and queue, connected with least privilege."""

import json

import harness
import journey

PASSWORD = "canary-Zk93hQx-dont-tell"


def as_list(value):
    return value if isinstance(value, list) else [value]


class WebShopTest(journey.AwsJourney):
    def test_from_plan_to_nothing(self):
        project = self.project(journey.example("web-shop"), env={"DB_PASSWORD": PASSWORD})
        steps = [project.agentops("plan", "shop@dev", *self.endpoint(), "--json"),
                 project.agentops("approve", "latest", "--as", "ann")]
        self.plan_is_clean(steps[0].json)
        steps.append(project.agentops("apply", "latest"))
        self.assertIn("a second plan is empty", steps[-1].out)
        self.groups_are_tight()
        self.policies_are_tight(project)
        self.service_is_wired()
        self.database_is_closed()
        steps.append(project.agentops("plan", "shop@dev", *self.endpoint(), "--detailed-exitcode"))
        # approvals.auto of this intent lets nothing be destroyed unasked.
        steps.append(project.agentops("destroy", "shop@dev", *self.endpoint(), "--auto-approve", expect=5))
        steps.append(project.agentops("approve", "latest", "--max-destroy", "100"))
        steps.append(project.agentops("apply", "latest"))
        self.assertEqual((self.vpcs(), self.buckets(), self.roles()), ([], [], []))
        self.assertEqual(self.emulator.aws("rds", "describe-db-instances")["DBInstances"], [])
        self.assertEqual(self.emulator.aws("sqs", "list-queues").get("QueueUrls", []), [])
        steps.append(project.agentops("runs", "verify"))
        self.check_absent(PASSWORD, project, *steps)
        self.check_private(project)

    def plan_is_clean(self, plan):
        blocking = [finding for finding in plan["findings"] if finding["severity"] in ("high", "critical")]
        self.assertEqual(blocking, [])
        reasons = {address: resource["reason"] for address, resource in journey.resources(plan).items()}
        self.assertEqual(reasons["aws_vpc_security_group_ingress_rule.web_to_db_tcp_5432"], "web uses db")
        self.assertEqual(reasons["aws_iam_role_policy.web_uses_orders"], "web uses orders")

    def groups(self):
        """The security groups that have a name of ours."""
        found = self.emulator.aws("ec2", "describe-security-groups")["SecurityGroups"]
        named = {}
        for group in found:
            name = next((tag["Value"] for tag in group.get("Tags", []) if tag["Key"] == "Name"), None)
            if name:
                named[name] = group
        return named

    def groups_are_tight(self):
        groups = self.groups()
        names = {group["GroupId"]: name for name, group in groups.items()}
        entries = {
            (name, rule["FromPort"], rule["ToPort"], source)
            for name, group in groups.items() for rule in group["IpPermissions"]
            for source in [names[pair["GroupId"]] for pair in rule["UserIdGroupPairs"]]
            + [block["CidrIp"] for block in rule["IpRanges"]]
        }
        self.assertEqual(entries, {
            ("shop-dev-db", 5432, 5432, "shop-dev-web"),
            ("shop-dev-web", 443, 443, "shop-dev-web-lb"),
            ("shop-dev-web-lb", 443, 443, "0.0.0.0/0"),
        })

    def policies_are_tight(self, project):
        values = journey.state_values(project, "shop@dev/main")
        targets = {"assets": values["aws_s3_bucket.assets"]["arn"], "orders": values["aws_sqs_queue.orders"]["arn"]}
        for target, arn in targets.items():
            policy = json.loads(values[f"aws_iam_role_policy.web_uses_{target}"]["policy"])
            for statement in policy["Statement"]:
                self.assertEqual(statement["Effect"], "Allow")
                for action in as_list(statement["Action"]):
                    self.assertNotIn("*", action)
                for resource in as_list(statement["Resource"]):
                    self.assertIn(resource, (arn, f"{arn}/*"))
        self.assertFalse([name for name in values if name.startswith("aws_iam_role_policy_attachment")])

    def service_is_wired(self):
        (group,) = self.emulator.aws("autoscaling", "describe-auto-scaling-groups")["AutoScalingGroups"]
        (balancer,) = self.emulator.aws("elbv2", "describe-load-balancers")["LoadBalancers"]
        (targets,) = self.emulator.aws("elbv2", "describe-target-groups")["TargetGroups"]
        listeners = self.emulator.aws("elbv2", "describe-listeners", "--load-balancer-arn",
                                      balancer["LoadBalancerArn"])["Listeners"]
        self.assertEqual((group["DesiredCapacity"], group["TargetGroupARNs"]), (1, [targets["TargetGroupArn"]]))
        # When the provider repeats a request the emulator makes a second one on the same port; the cloud refuses that.
        self.assertEqual({(listener["Port"], listener["DefaultActions"][0]["TargetGroupArn"]) for listener in listeners},
                         {(443, targets["TargetGroupArn"])})
        self.assertEqual(len(self.instances()), 1)
        template = group["LaunchTemplate"]["LaunchTemplateId"]
        (version, *_) = self.emulator.aws("ec2", "describe-launch-template-versions", "--launch-template-id",
                                          template)["LaunchTemplateVersions"]
        self.assertEqual(version["LaunchTemplateData"]["MetadataOptions"]["HttpTokens"], "required")

    def database_is_closed(self):
        (database,) = self.emulator.aws("rds", "describe-db-instances")["DBInstances"]
        self.assertEqual((database["PubliclyAccessible"], database["StorageEncrypted"], database["AllocatedStorage"]),
                         (False, True, 20))


if __name__ == "__main__":
    harness.main()
