#!/usr/bin/env python3
"""Programs of the project that take part in decisions: trust, answers, and everything they do wrong."""

import json
import os
import time

import cli

SETTINGS = """\
apiVersion: agentops/v1
agents:
  ours: {{command: [./agent], reads: [{reads}], writes: [{writes}]{more}}}
"""
SHOP = cli.intent(components="""
net: {kind: network, cidr: 10.1.0.0/16}
web: {kind: service, in: net, image: ubuntu-24.04, load: {rps: 40, cpu: 10 ms}, expose: {port: 443, to: internet}}
""")
DEEP = 1_900_000
FINDING = {"rule": "odd", "component": "web", "severity": "high", "message": "web is odd"}


def saying(**members):
    """A program that says this, whatever it reads."""
    answer = json.dumps({"format_version": "1", **members})
    return f"#!/bin/sh\ncat > request.json\ncat <<'END'\n{answer}\nEND\n"


class AgentsTest(cli.CliTest):
    def project_with(self, script, reads="components", writes="findings", more="", trust=True):
        project = self.project({"shop.intent.yaml": SHOP, "agentops.yaml": SETTINGS.format(
            reads=reads, writes=writes, more=more)})
        project.env["XDG_CONFIG_HOME"] = str(self.project().folder)
        self.put(project, script)
        if trust:
            project.agentops("agents", "--trust")
        return project

    def put(self, project, script):
        project.write("agent", script).chmod(0o755)

    def said(self, record):
        return [d["code"] for d in record["diagnostics"] if d["code"].startswith("agent.")]

    def check(self, project, expect=0, **more):
        return project.agentops_json("check", expect=expect, **more)

    def test_nothing_runs_before_it_is_trusted_nor_after_it_changed(self):
        project = self.project_with(saying(findings=[FINDING]), trust=False)
        self.assertEqual(self.said(self.check(project)), ["agent.untrusted"])
        self.assertFalse(project.path("request.json").exists())
        project.agentops("agents", "--trust")
        record = self.check(project, expect=4)
        self.assertEqual([f["rule"] for f in record["findings"] if "/" in f["rule"]], ["ours/odd"])
        self.put(project, saying(findings=[]))
        self.assertEqual(self.said(self.check(project)), ["agent.untrusted"])

    def test_trust_is_in_what_is_run_however_the_project_is_reached(self):
        project = self.project_with(saying(findings=[]), trust=False)
        link = self.project().path("link")
        link.symlink_to(project.folder)
        project.agentops("-C", link, "agents", "--trust")
        self.assertEqual(self.said(project.agentops_json("-C", link, "check")), [])
        project.path("request.json").unlink()
        self.put(project, saying(findings=[FINDING]))
        self.assertEqual(self.said(project.agentops_json("-C", link, "check")), ["agent.untrusted"])
        self.assertFalse(project.path("request.json").exists())

    def test_a_git_hook_runs_no_program_of_the_repository(self):
        project = self.project_with(saying(findings=[FINDING]))
        git = lambda *words: cli.harness.run(["git", *words], env=project.env, cwd=project.folder, expect=0)
        git("init", "-q")
        for hook in ("pre-commit", "pre-push"):
            script = f"#!/bin/sh\nexec '{cli.harness.agentops_binary()}' check --json > {hook}.json\n"
            project.write(f".git/hooks/{hook}", script).chmod(0o755)
        git("add", ".")
        git("-c", "user.name=ann", "-c", "user.email=ann@example.com", "commit", "-qm", "one")
        git("init", "-q", "--bare", "there.git")
        git("push", "-q", "there.git", "HEAD:main")
        for hook in ("pre-commit", "pre-push"):
            self.assertEqual(self.said(json.loads(project.read(f"{hook}.json"))), ["agent.hook"])
        self.assertFalse(project.path("request.json").exists())

    def test_it_is_told_what_it_reads_and_nothing_else(self):
        project = self.project_with(saying(findings=[]), reads="resources")
        self.check(project, env={"AWS_SECRET_ACCESS_KEY": "canary"})
        request = json.loads(project.read("request.json"))
        self.assertEqual((request["format_version"], request["agent"], request["stack"]), ("1", "ours", "shop"))
        self.assertEqual(list(request["slots"]), ["resources"])
        self.assertIn("aws_vpc.net", [resource["address"] for resource in request["slots"]["resources"]])
        self.put(project, "#!/bin/sh\nenv >&2\nexit 1\n")
        project.agentops("agents", "--trust")
        self.assertEqual(self.said(self.check(project, env={"AWS_SECRET_ACCESS_KEY": "canary"})), ["agent.failed"])
        self.assertNotIn("canary", project.read(".agentops/agents/shop/ours.stderr"))

    def test_a_constraint_changes_the_design_and_explain_names_it(self):
        project = self.project_with(saying())
        before = self.size(project)
        constraint = {"component": "web", "knob": "size", "forbid": [before], "reason": "we do not run these"}
        self.put(project, saying(constraints=[constraint]))
        project.write("agentops.yaml", SETTINGS.format(reads="components", writes="constraints", more=""))
        project.agentops("agents", "--trust")
        self.assertNotEqual(self.size(project), before)
        why = project.agentops("explain", "web.size", "--why-not", before).out
        self.assertIn("ours: we do not run these", why)

    def size(self, project):
        (frontier,) = project.agentops_json("explore", "shop")["frontiers"]
        (design,) = [design for design in frontier["designs"] if design["chosen"]]
        return dict(knob.split("=") for knob in design["design"])["web.size"]

    def test_prices_of_its_own_win(self):
        price = {"region": "eu-west-1", "item": "ec2/t3.micro", "unit": "hour", "usd": 7.5, "date": "2026-01-01",
                 "source": "contract"}
        project = self.project_with(saying(prices=[price]), reads="prices", writes="prices")
        (shown,) = project.agentops_json("prices", "ec2/t3.micro")["prices"]
        self.assertEqual((shown["usd"], shown["source"]), (7.5, "ours: contract"))
        self.put(project, saying(prices=[{**price, "usd": 0.00000125}]))  # as JSON has it: 1.25e-06
        project.agentops("agents", "--trust")
        (shown,) = project.agentops_json("prices", "ec2/t3.micro")["prices"]
        self.assertEqual(shown["usd"], 0.00000125)

    def test_what_goes_wrong_is_said_and_nothing_else_stops(self):
        for code, script, more in (
                ("agent.failed", "#!/bin/sh\nexit 3\n", ""),
                ("agent.failed", "#!/bin/sh\nkill -9 $$\n", ""),
                ("agent.failed", "#!/no/such/program\n", ""),
                ("agent.failed", "#!/bin/sh\nexec yes\n", ""),
                ("agent.late", "#!/bin/sh\ntrap '' INT\nsleep 60\n", ", deadline: 1 s"),
                ("agent.garbage", "#!/bin/sh\necho no\n", ""),
                ("agent.garbage", f"#!/usr/bin/env python3\nprint('{{\"findings\":' + '[' * {DEEP} + ']' * {DEEP} + '}}')\n",
                 ""),
                ("agent.failed", "#!/bin/sh\nprintf '\\377\\376'\n", ""),
                ("agent.outside", saying(constraints=[{"component": "web", "knob": "size", "forbid": ["x"],
                                                       "reason": "r"}]), ""),
                ("agent.outside", saying(findings=[{**FINDING, "component": "nobody"}]), "")):
            with self.subTest(code=code, script=script[:40]):
                project = self.project_with(script, more=more)
                begun = time.monotonic()
                record = self.check(project)
                self.assertLess(time.monotonic() - begun, 20)
                self.assertEqual(self.said(record), [code], record["diagnostics"])
                (said,) = [d for d in record["diagnostics"] if d["code"] == code]
                self.assertEqual((said["severity"], said["position"]["line"]), ("warning", 3))

    def test_who_must_be_heard_stops_everything(self):
        project = self.project_with("#!/bin/sh\nexit 3\n", more=", required: true")
        self.assertEqual(self.said(self.check(project, expect=1)), ["agent.failed"])
        self.assertEqual(project.agentops_json("plan", expect=1)["run"], None)

    def test_settings_that_cannot_be(self):
        for slug, line in (("agent", "a: {command: [], reads: [components], writes: [findings]}"),
                           ("agent", "a: {command: [x], reads: [components], writes: [prices]}"),
                           ("agent", "a: {command: [x], reads: [resources], writes: [constraints]}"),
                           ("agent", "a: {command: [x], reads: [prices], writes: [findings]}"),
                           ("unknown-value", "a: {command: [x], reads: [state], writes: [findings]}"),
                           ("name", "A_b: {command: [x], reads: [components], writes: [findings]}"),
                           ("missing-key", "a: {command: [x], reads: [components]}")):
            with self.subTest(line):
                project = self.project({"shop.intent.yaml": SHOP,
                                        "agentops.yaml": f"apiVersion: agentops/v1\nagents:\n  {line}\n"})
                record = self.refused(project, f"project.{slug}", 3, "check")
                self.assertEqual(record["diagnostics"][0]["position"]["line"], 3)
        project = self.project({"shop.intent.yaml": SHOP, "agentops.yaml": (
            "apiVersion: agentops/v1\nagents:\n  cost: {command: [x], reads: [components], writes: [findings]}\n")})
        self.refused(project, "agent.name", 3, "check")

    def test_the_roster_shows_what_became_of_proposals(self):
        project = self.project_with(saying())
        project.write("shop.intent.yaml", SHOP.replace("components:", "objectives: {budget: 300 USD/month}\ncomponents:"))
        project.agentops("plan")
        record = project.agentops_json("agents")
        agents = {agent["name"]: agent for agent in record["agents"]}
        self.assertEqual((agents["ours"]["own"], agents["ours"]["trusted"], agents["ours"]["authority"]),
                         (True, True, ""))
        self.assertGreater(agents["cost"]["track"]["accepted"], 0)
        self.assertIn("opinions", agents["warden"]["writes"])
        shown = project.agentops("agents").out
        self.assertRegex(shown, r"cost +advises .* accepted, \d+ overridden")


if __name__ == "__main__":
    cli.main()
