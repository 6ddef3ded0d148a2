#!/usr/bin/env python3
"""A secret goes to the tool's environment, and nowhere else."""

import cli

CANARY = "canary-93b1-Xq7"
DB = "db: {kind: database, engine: postgres 16, storage: 20 GiB, in: net, password: \"${secret.pw}\", final_snapshot: false}\n"
NET = "net: {kind: network, cidr: 10.1.0.0/16, zones: 2}\n"


class SecretsTest(cli.CliTest):
    def secret_project(self, source, env=None):
        return self.project({
            "shop.intent.yaml": cli.intent(components=NET + DB),
            "agentops.yaml": f"apiVersion: agentops/v1\nsecrets: {{pw: {source}}}\n"}, env)

    def assert_kept(self, project, *texts):
        for text in texts:
            self.assertNotIn(CANARY, text)
        for path in project.folder.rglob("*"):
            if path.is_file() and path.suffix not in (".txt", ".tfplan", ".tfstate"):
                self.assertNotIn(CANARY, path.read_bytes().decode("utf-8", "replace"), path)
        self.assertNotIn(CANARY, str([c["argv"] for c in project.fake.calls]))

    def test_reaches_plan_and_apply_only(self):
        project = self.secret_project("{env: PW}", {"PW": CANARY})
        events = str(project.path("events.jsonl"))
        planned = project.agentops("plan", "-vv", "--json", "--events", events)
        run = planned.json["run"]
        approved = project.agentops("approve", run)
        applied = project.agentops("apply", run, "-vv")
        who = {c["command"] for c in project.fake.calls if CANARY in str(c["env"])}
        self.assertEqual(who, {"plan", "apply"})
        self.assertNotIn("PW", project.fake.calls[-1]["env"])
        self.assert_kept(project, *[o.out + o.err for o in (planned, approved, applied)])

    def test_repeated_by_the_tool(self):
        project = self.secret_project("{env: PW}", {"PW": CANARY})
        project.fake.set(plan={"exit": 1, "stderr": f"bad password {CANARY}!",
                               "stdout": '{"type":"diagnostic","diagnostic":{"severity":"error",'
                                         f'"summary":"refused","detail":"password {CANARY} is weak"}}}}'})
        outcome = project.agentops("plan", expect=1)
        self.assertIn("refused", outcome.err)
        self.assert_kept(project, outcome.out, outcome.err)

    def test_from_a_file_and_a_command(self):
        for source in ("{file: ./pw.txt}", "{command: [cat, pw.txt]}"):
            with self.subTest(source):
                project = self.secret_project(source)
                project.write("pw.txt", CANARY + "\n")
                project.agentops("plan")
                values = [v for v in project.fake.call("plan")["env"].values() if CANARY in v]
                self.assertEqual(values, [CANARY])
                self.assert_kept(project)

    def test_missing_empty_or_failing(self):
        for source, code in (("{env: PW_UNSET}", "secret.missing"), ("{file: ./no.txt}", "secret.missing"),
                             ("{env: PW_EMPTY}", "secret.empty"), ("{command: ['false']}", "secret.command")):
            with self.subTest(source):
                project = self.secret_project(source, {"PW_EMPTY": ""})
                self.refused(project, code, 3, "plan")
                self.assertNotIn("plan", project.fake.commands)

    def test_check_needs_no_secret(self):
        project = self.secret_project("{env: PW_UNSET}")
        project.agentops("check")
        project.agentops("generate")

    def test_literal_is_an_error(self):
        project = self.project(cli.intent(components=NET + DB.replace("${secret.pw}", "hunter2")))
        record = project.agentops_json("check", expect=3)
        self.assertNotIn("hunter2", str(record["verdict"]))
        self.assertTrue(set(cli.codes(record)) & {"intent.literal-secret", "catalog.password"}, record)

    def test_unknown_secret(self):
        project = self.project(cli.intent(components=NET + DB))
        self.refused(project, "intent.unknown-secret", 3, "check")


if __name__ == "__main__":
    cli.main()
