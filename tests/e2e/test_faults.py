#!/usr/bin/env python3
"""Real runs that are interrupted, killed, raced or find their record changed: nothing is lost."""

import signal
import subprocess
import time

import harness
import journey

# A VPC takes the provider ten seconds in the emulator: time enough to interrupt it.
INTENT = """\
apiVersion: agentops/v1
intent: shop
owner: ann@example.com
target: {provider: aws, region: eu-west-1, endpoint: "ENDPOINT"}
components:
  net:
    kind: resource
    type: aws_vpc
    args: {cidr_block: 10.20.0.0/16, enable_dns_hostnames: true}
  sub:
    kind: resource
    type: aws_subnet
    args: {vpc_id: "${net.id}", cidr_block: 10.20.1.0/24}
"""
STATE = ".agentops/stacks/shop/main/terraform.tfstate"


class FaultTest(journey.AwsJourney):
    def approved(self):
        """A project with an approved run, and that run's id."""
        project = self.project({"shop.intent.yaml": INTENT.replace("ENDPOINT", self.emulator.url)})
        run = project.agentops_json("plan")["run"]
        project.agentops("approve", run, "--as", "ann")
        return project, run

    def applying(self):
        """Such a project while its VPC is being created; the process comes third."""
        project, run = self.approved()
        process = project.start("apply", run, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        deadline = time.monotonic() + 300
        while not self.vpcs() and time.monotonic() < deadline:
            time.sleep(0.1)
        return project, run, process

    def end(self, process):
        """Ends it in order: when it is killed, Terraform goes on, into the emulator of the next test."""
        process.terminate()
        process.wait(60)
        process.stdout.close()
        process.stderr.close()

    def resume(self, project, run):
        """What is left is made, and nothing twice."""
        resumed = project.agentops_json("apply", "--resume", run)
        self.assertEqual(journey.units(resumed), {"shop/main": "applied"})
        (vpc,) = self.vpcs()
        subnets = self.emulator.aws("ec2", "describe-subnets", "--filters", f"Name=vpc-id,Values={vpc['VpcId']}")
        self.assertEqual(len(subnets["Subnets"]), 1)
        project.agentops("runs", "verify")

    def test_an_interrupted_apply_goes_on(self):
        project, run, process = self.applying()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 130, out + err)
        self.assertIn(f"agentops apply --resume {run}", out)
        self.assertIn("aws_vpc.net", journey.state_values(project))
        self.resume(project, run)

    def test_what_a_killed_apply_began_is_finished_and_found(self):
        project, run, process = self.applying()
        process.kill()
        process.wait()
        locked = project.agentops_json("apply", "--resume", run, expect=6)
        self.assertEqual(journey.codes(locked), ["lock.held"])
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            left = project.agentops("apply", "--resume", run, "--json", expect=None).json
            if journey.codes(left) != ["lock.held"]:
                break
            time.sleep(0.5)
        self.assertEqual((left["exit"], len(self.vpcs())), (0, 1))
        self.assertEqual(set(journey.state_values(project)), {"aws_vpc.net", "aws_subnet.sub"})
        project.agentops("plan", "--detailed-exitcode")

    def test_two_applies_at_once_and_changed_records(self):
        project, run, process = self.applying()
        second = project.agentops_json("apply", run, expect=6)
        self.assertEqual(journey.codes(second), ["lock.held"])
        self.assertEqual(project.agentops_json("plan", expect=6)["diagnostics"][0]["code"], "lock.held")
        out, err = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 0, out + err)
        self.assertEqual(len(self.vpcs()), 1)
        self.a_changed_plan_is_refused(project)
        self.an_empty_state_is_refused(project, run)

    def a_changed_plan_is_refused(self, project):
        intent = project.read("shop.intent.yaml")
        project.write("shop.intent.yaml", intent.replace("10.20.1.0/24", "10.20.2.0/24"))
        run = project.agentops_json("plan")["run"]
        project.agentops("approve", run, "--as", "ann", "--max-replace", "1")
        plan = project.path(f".agentops/runs/{run}/shop/main/plan.tfplan")
        saved = plan.read_bytes()
        plan.write_bytes(saved[:-1] + bytes([saved[-1] ^ 1]))
        self.assertEqual(journey.codes(project.agentops_json("apply", run, expect=6)), ["stale.plan-file"])
        project.write("shop.intent.yaml", intent)

    def an_empty_state_is_refused(self, project, run):
        good = project.path(f".agentops/runs/{run}/apply/shop/main/after.tfstate")
        self.assertTrue(good.exists())
        project.write(STATE, "")
        refused = project.agentops("plan", expect=6)
        self.assertIn("error[state.empty]", refused.err)
        self.assertIn(str(good.relative_to(project.folder)), refused.err)
        project.write(STATE, good.read_text(encoding="utf-8"))
        project.agentops("plan", "--detailed-exitcode")

    def test_a_cloud_that_does_not_answer(self):
        intent = INTENT.replace("ENDPOINT", "http://127.0.0.1:9")
        project = self.project({"shop.intent.yaml": intent}, env={"AWS_MAX_ATTEMPTS": "1"})
        failed = project.agentops("plan", expect=1, timeout=120)
        self.assertIn("connection refused", failed.err)
        self.assertIn("error[", failed.err)


if __name__ == "__main__":
    harness.main()
