#!/usr/bin/env python3
"""agentops metrics: from an empty journal to a broken one."""

import json
import os

import cli
import harness


class MetricsTest(cli.CliTest):
    def metrics(self, project, *arguments, expect=0):
        return project.agentops_json("metrics", *arguments, expect=expect)["metrics"]

    def test_nothing_yet(self):
        project = self.project()
        self.assertIn("nothing on record", project.agentops("metrics").out)
        metrics = self.metrics(project)
        self.assertEqual((metrics["stacks"], metrics["since"]), ([], None))
        self.assertEqual(metrics["all"]["time_to_restore"],
                         {"n": 0, "mean_seconds": None, "mean_low_seconds": None, "mean_high_seconds": None,
                          "p50_seconds": None, "p95_seconds": None, "unknown": 0})
        self.assertEqual(metrics["all"]["applies"], {"n": 0, "failed": 0, "share": None, "low": None,
                                                     "high": None, "interrupted": 0})
        self.assertEqual(project.fake.commands, [])

    def test_an_apply(self):
        project = self.project()
        self.apply(project)
        metrics = self.metrics(project, "--since", "1d")
        self.assertEqual(metrics["all"]["applies"]["n"], 1)
        self.assertEqual(metrics["all"]["applies"]["failed"], 0)
        self.assertEqual([stack["stack"] for stack in metrics["stacks"]], ["shop"])
        self.assertEqual(metrics["unfinished_applies"], 0)
        self.assertRegex(project.agentops("metrics").out, r"applies that failed +0 of 1 +0\.0 % +0\.0 % to 79\.3 %")

    def test_what_a_run_says_of_itself(self):
        project = self.project(env={"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull})
        for command in (["init", "-q"], ["add", "."],
                        ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "first",
                         "--date=2026-01-01T00:00:00Z"]):
            harness.run(["git", *command], env={**project.env, "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"},
                        cwd=project.folder, expect=0)
        self.apply(project)
        found = self.metrics(project)["indicators"]
        self.assertEqual(set(found), {
            "provisioning_time", "error_rate", "utilisation", "scalability", "time_to_restore", "decision_accuracy",
            "deployment_success", "autonomy", "human_intervention", "adaptability", "dora"})
        total = found["provisioning_time"]["total"]
        self.assertEqual((total["n"], total["unknown"], total["besides"]), (1, 0, {}))
        self.assertGreater(total["mean_seconds"], found["provisioning_time"]["apply"]["mean_seconds"])
        self.assertEqual((found["error_rate"]["runs"]["hits"], found["error_rate"]["runs"]["n"]), (0, 1))
        self.assertEqual(found["error_rate"]["artifacts"]["n"], 1)
        self.assertGreater(found["error_rate"]["operations"]["n"], 0)
        self.assertEqual(found["deployment_success"]["first_try"]["share"], 1)
        self.assertEqual(found["dora"]["deployment_frequency"]["n"], 1)
        self.assertGreater(found["dora"]["lead_time"]["mean_seconds"], 300 * 86400)
        # The day after has not come.
        failures = found["dora"]["change_failure_rate"]
        self.assertEqual((failures["n"], failures["besides"]), (0, {"open": 1}))
        self.assertEqual(self.metrics(project)["indicators"], found)

    def test_what_a_negotiated_design_says_of_itself(self):
        project = self.project(cli.HEAD.format(name="shop") + """\
objectives: {budget: 900 USD/month, prefer: [cost, availability]}
components:
  net: {kind: network, cidr: 10.1.0.0/16}
  web: {kind: service, in: net, image: ubuntu-24.04, load: {rps: 120, cpu: 15 ms}, expose: {port: 443, to: internet}}
""")
        planned = self.plan(project)
        made = [line for line in self.journal(project) if line["event"] == "plan.made"][-1]["data"]
        web = made["capacity"]["shop"]["web"]
        self.assertAlmostEqual(web["peak"], 120 * 0.015)  # processors that the load keeps busy
        self.assertAlmostEqual(web["needed"], web["peak"] / 0.7)
        self.assertGreaterEqual(web["provided"], web["needed"])
        self.assertGreater(made["decisions"]["shop"]["made"], 0)
        project.agentops("approve", planned["run"], "--as", "ann")
        project.agentops("apply", planned["run"])
        self.assertGreater(self.metrics(project)["indicators"]["autonomy"]["decisions"]["n"], 0)
        project.agentops("plan")  # later: the design was there until then
        used = self.metrics(project)["indicators"]["utilisation"]["used"]
        self.assertEqual(used["n"], 1)
        self.assertAlmostEqual(used["value"], web["average"] / web["provided"])

    @staticmethod
    def journal(project):
        return [json.loads(line) for line in project.read(".agentops/journal.jsonl").splitlines()]

    def test_a_plan_that_fails(self):
        project = self.project()
        project.fake.set(validate={"exit": 1, "stdout": "{}"})
        project.agentops("plan", expect=None)
        found = self.metrics(project)["indicators"]["error_rate"]
        self.assertEqual((found["runs"]["hits"], found["runs"]["n"]), (1, 1))
        self.assertEqual((found["artifacts"]["hits"], found["artifacts"]["n"]), (1, 1))

    def test_what_is_asked(self):
        project = self.project()
        self.apply(project)
        for since in ("", "d", "0d", "-1d", "3x", "99999999999d", "yesterday", "2026-13-01", "9999-01-01"):
            self.refused(project, "cli.usage", 3, "metrics", "--since", since)
        for since in ("12h", "2026-01-01", "2026-01-01T12:00:00Z"):
            self.assertEqual(self.metrics(project, "--since", since)["all"]["applies"]["n"], 1)
        record = project.agentops_json("metrics", "shopp")
        self.assertEqual(record["diagnostics"][0]["code"], "cli.unknown-stack")
        self.assertEqual(record["diagnostics"][0]["help"], "did you mean 'shop'?")
        self.assertEqual(record["metrics"]["all"]["applies"]["n"], 0)

    def test_a_broken_journal(self):
        project = self.project()
        self.apply(project)
        path = project.path(".agentops/journal.jsonl")
        path.write_text(path.read_text().replace('"status":"applied"', '"status":"appliee"'))
        self.refused(project, "journal.broken", 1, "metrics")
        self.assertEqual(self.metrics(project, expect=1)["all"]["applies"]["n"], 0)


if __name__ == "__main__":
    cli.main()
