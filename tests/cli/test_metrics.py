#!/usr/bin/env python3
"""agentops metrics: from an empty journal to a broken one."""

import cli


class MetricsTest(cli.CliTest):
    def metrics(self, project, *arguments, expect=0):
        return project.agentops_json("metrics", *arguments, expect=expect)["metrics"]

    def test_nothing_yet(self):
        project = self.project()
        self.assertIn("nothing on record", project.agentops("metrics").out)
        metrics = self.metrics(project)
        self.assertEqual((metrics["stacks"], metrics["since"]), ([], None))
        self.assertEqual(metrics["all"]["time_to_restore"],
                         {"n": 0, "mean_seconds": None, "p50_seconds": None, "p95_seconds": None, "unknown": 0})
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
