#!/usr/bin/env python3
"""A cloud that fails, states that others work on, a repair that is killed: drift is right or unknown."""

import fcntl
import json
import subprocess
import threading
import time

import faulty_proxy
import harness
import journey

HEAD = """\
apiVersion: agentops/v1
intent: NAME
owner: ann@example.com
target: {provider: aws, region: eu-west-1, endpoint: "ENDPOINT"}
components:
"""
FILES = """\
  one: {kind: resource, type: aws_s3_bucket, args: {bucket: faults-one}}
  two: {kind: resource, type: aws_s3_bucket, args: {bucket: faults-two}}
"""
SHOP = """\
  news: {kind: resource, type: aws_sns_topic, args: {name: news}}
  jobs: {kind: resource, type: aws_sqs_queue, args: {name: jobs, delay_seconds: 5}}
  log: {kind: resource, type: aws_cloudwatch_log_group, args: {name: log, retention_in_days: 14}}
"""
NEWS = "aws_sns_topic.news"
ARN = "arn:aws:sns:eu-west-1:123456789012:news"
STATE = ".agentops/stacks/shop/main/terraform.tfstate"


def statuses(record, stack):
    """The status of each object of a stack."""
    (found,) = [one for one in record["stacks"] if one["stack"] == stack]
    return {resource["address"]: resource["status"] for resource in found["resources"]}


class Gate:
    """A fault that lets requests with a word wait until it is opened."""

    def __init__(self, word):
        self.word, self.reached, self._open = word, threading.Event(), threading.Event()

    def __call__(self, _number, request):
        if self.word in request.text:
            self.reached.set()
            self._open.wait(300)

    def open(self):
        self._open.set()


class DriftFaultTest(journey.AwsJourney):
    def applied(self, url, **stacks):
        """A project with these stacks, applied; two attempts at each request keep failures short."""
        files = {f"{name}.intent.yaml": HEAD.replace("NAME", name).replace("ENDPOINT", url) + components
                 for name, components in stacks.items()}
        project = self.project(files, env={"AWS_MAX_ATTEMPTS": "2"})
        project.agentops("apply", "--auto-approve")
        return project

    def drift(self, project, expect):
        return project.agentops_json("drift", expect=expect)

    def tag(self):
        self.emulator.aws("sns", "tag-resource", "--resource-arn", ARN, "--tags", "Key=Owner,Value=bob")

    def untag(self):
        self.emulator.aws("sns", "untag-resource", "--resource-arn", ARN, "--tag-keys", "Owner")

    def assert_all(self, status, record, *stacks):
        for stack in stacks:
            found = statuses(record, stack)
            self.assertEqual(set(found.values()), {status}, found)

    def test_what_cannot_be_looked_at_is_unknown(self):
        with faulty_proxy.FaultyProxy(self.emulator.url) as proxy:
            project = self.applied(proxy.url, files=FILES, shop=SHOP)
            self.assert_all("in_sync", self.drift(project, 0), "files", "shop")
            self.tag()
            self.half_of_the_requests_fail(project, proxy)
            self.one_stack_is_denied(project, proxy)
            self.untag()
            self.every_request_fails(project, proxy)
            self.somebody_holds_the_state(project)
            self.something_newer_wrote_the_state(project)
            self.the_state_changes_during_the_look(project, proxy)
        self.nobody_answers(project)

    def half_of_the_requests_fail(self, project, proxy):
        proxy.fault = faulty_proxy.every(2, faulty_proxy.SERVER_ERROR)
        record = self.drift(project, None)
        self.assertGreater(proxy.struck, 0)
        found = {**statuses(record, "files"), **statuses(record, "shop")}
        self.assertIn(found.pop(NEWS), ("modified", "unknown"))
        self.assertEqual(set(found.values()) - {"in_sync", "unknown"}, set(), found)
        self.assertEqual(record["exit"], 9 if "unknown" in str(record["stacks"]) else 2)

    def one_stack_is_denied(self, project, proxy):
        proxy.fault = faulty_proxy.matching("faults-", faulty_proxy.DENIED)
        record = self.drift(project, 9)
        self.assert_all("unknown", record, "files")
        self.assertEqual(statuses(record, "shop")[NEWS], "modified")
        said = project.agentops("drift", expect=9).out
        self.assertRegex(said, f"DRIFT +{NEWS} +tags.Owner")
        self.assertRegex(said, r"UNKNOWN +aws_s3_bucket.one")

    def every_request_fails(self, project, proxy):
        proxy.fault = faulty_proxy.every(1, faulty_proxy.EXPIRED)
        record = self.drift(project, 9)
        self.assert_all("unknown", record, "files", "shop")
        self.assertIn("ExpiredToken", str(record["diagnostics"]))
        proxy.fault = faulty_proxy.every(1, None)

    def somebody_holds_the_state(self, project):
        with project.path(STATE).open("r+") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            record = self.drift(project, 9)
        self.assert_all("unknown", record, "shop")
        self.assert_all("in_sync", record, "files")

    def something_newer_wrote_the_state(self, project):
        good = project.read(STATE)
        state = json.loads(good)
        state["resources"][0]["instances"][0]["schema_version"] = 99
        project.write(STATE, json.dumps(state))
        record = self.drift(project, 9)
        self.assertEqual(set(statuses(record, "shop").values()) - {"unknown", "in_sync"}, set())
        self.assertIn("unknown", statuses(record, "shop").values())
        self.assert_all("in_sync", record, "files")
        project.write(STATE, good)

    def the_state_changes_during_the_look(self, project, proxy):
        proxy.fault = gate = Gate("")
        process = project.start("drift", "--json", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertTrue(gate.reached.wait(200))
        state = json.loads(project.read(STATE))
        state["serial"] += 1
        project.write(STATE, json.dumps(state))
        gate.open()
        record = json.loads(process.communicate(timeout=300)[0])
        self.assertEqual((process.returncode, record["exit"]), (9, 9))
        self.assert_all("unknown", record, "shop")
        self.assert_all("in_sync", record, "files")

    def nobody_answers(self, project):
        record = self.drift(project, 9)
        self.assert_all("unknown", record, "files", "shop")
        self.assertIn("connection refused", str(record["diagnostics"]))

    def test_a_killed_repair_goes_on(self):
        with faulty_proxy.FaultyProxy(self.emulator.url) as proxy:
            project = self.applied(proxy.url, shop=SHOP)
            self.tag()
            run = project.agentops_json("drift", "--revert", expect=2)["run"]
            project.agentops("approve", run, "--as", "ann")
            proxy.fault = gate = Gate("UntagResource")
            self.addCleanup(gate.open)
            process = project.start("apply", run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.assertTrue(gate.reached.wait(200))
            self.assert_all("unknown", self.drift(project, 9), "shop")
            process.kill()
            process.wait()
            self.assert_all("unknown", self.drift(project, 9), "shop")
            gate.open()
            resumed = self.resume(project, run)
            self.assertEqual(resumed["exit"], 0)
            self.assert_all("in_sync", self.drift(project, 0), "shop")
            project.agentops("runs", "verify")

    def resume(self, project, run):
        """Resumes once what the killed apply began is at its end."""
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            record = project.agentops("apply", "--resume", run, "--json", expect=None).json
            if journey.codes(record) != ["lock.held"]:
                break
            time.sleep(0.5)
        return record


if __name__ == "__main__":
    harness.main()
