#!/usr/bin/env python3
"""Help, usage errors, --json records, events, colour, quiet: the contract at the terminal."""

import json
import os
import re

import cli

COMMANDS = ["init", "check", "generate", "plan", "approve", "apply", "destroy", "explain", "graph",
            "drift", "watch", "runs", "metrics", "schema", "doctor", "version"]


def fits(schema, value, root, where="$"):
    """What a value lacks by its schema: required keys, types and enums, followed through $ref."""
    if "$ref" in schema:
        schema = root["definitions"][schema["$ref"].rsplit("/", 1)[1]]
    types = {"object": dict, "array": list, "string": str, "null": type(None), "boolean": bool,
             "integer": int, "number": (int, float)}
    wanted = schema.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if wanted and not any(isinstance(value, types[t]) for t in wanted):
        return [f"{where}: {value!r} is no {wanted}"]
    problems = []
    if "enum" in schema and value not in schema["enum"]:
        problems.append(f"{where}: {value!r} is not one of {schema['enum']}")
    if isinstance(value, dict):
        problems += [f"{where}.{k} is missing" for k in schema.get("required", []) if k not in value]
        for key, below in schema.get("properties", {}).items():
            if key in value:
                problems += fits(below, value[key], root, f"{where}.{key}")
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            problems += fits(schema["items"], item, root, f"{where}[{index}]")
    return problems


class HelpTest(cli.CliTest):
    def test_every_command_has_help_with_examples(self):
        project = self.project()
        for command in COMMANDS:
            outcome = project.agentops(command, "--help")
            self.assertIn(f"\nExamples:\n  agentops {command}", outcome.out, command)
            self.assertEqual(outcome.err, "")
        overview = project.agentops("--help").out
        for command in COMMANDS:
            self.assertRegex(overview, rf"\n  {command} +\w")
        self.assertEqual(project.fake.commands, [])

    def test_version(self):
        project = self.project()
        for arguments in (["--version"], ["-V"], ["version"]):
            self.assertRegex(project.agentops(*arguments).out, r"^agentops \d+\.\d+\.\d+")

    def test_usage_errors(self):
        project = self.project()
        for arguments, text in ((["plam"], "did you mean 'plan'"), (["aply"], "did you mean 'apply'"),
                                (["plan", "--detroy"], "did you mean '--destroy'"),
                                (["chek", "--json"], "did you mean 'check'"),
                                (["check", "--envv", "x"], "did you mean '--env'"),
                                (["--color", "always", "plam"], "did you mean 'plan'"),
                                (["--lock-timeout", "5m", "plam"], "did you mean 'plan'"),
                                (["frobnicate"], "--help"), ([], "--help"),
                                (["plan", "-j", "0"], "--jobs"), (["check", "--color", "blue"], "--color"),
                                (["runs", "a", "b"], "runs --help")):
            outcome = project.agentops(*arguments, expect=3)
            self.assertIn("error[cli.usage]", outcome.err, arguments)
            self.assertIn(text, outcome.err, arguments)
            self.assertEqual(outcome.out, "")
        self.assertEqual(project.fake.commands, [])

    def test_resume_wants_one_run(self):
        project = self.project()
        self.refused(project, "cli.usage", 3, "apply", "--resume")
        self.refused(project, "cli.param", 3, "check", "--param", "novalue")
        self.refused(project, "project.unknown-param", 3, "check", "--param", "nobody=1")


class RecordTest(cli.CliTest):
    def assert_record(self, record, schema, command, exit_code=0):
        self.assertEqual(fits(schema, record, schema), [])
        self.assertEqual((record["format_version"], record["command"], record["exit"]),
                         (1, command, exit_code))

    def test_every_command(self):
        project = self.project()
        schema = project.agentops("schema", "record").json
        calls = [["check"], ["generate"], ["plan"], ["approve", "latest"], ["apply", "latest"], ["runs"],
                 ["runs", "latest"], ["runs", "verify"], ["explain", "alarms"], ["explain", "network"],
                 ["graph", "plan"], ["version"], ["destroy", "--auto-approve"], ["init", "other"]]
        for arguments in calls:
            with self.subTest(arguments):
                record = project.agentops_json(*arguments)
                self.assert_record(record, schema, arguments[0])
        record = project.agentops_json("doctor", expect=None)
        self.assert_record(record, schema, "doctor", record["exit"])

    def test_failures_are_records_too(self):
        project = self.project(cli.intent().replace("kind: resource", "kind: resourse"))
        schema = project.agentops("schema", "record").json
        for command in ("check", "generate", "plan", "apply", "destroy"):
            record = project.agentops_json(command, expect=3)
            self.assert_record(record, schema, command, 3)
            self.assertEqual(cli.codes(record), ["catalog.unknown-kind"])
            self.assertEqual(record["diagnostics"][0]["position"]["line"], 6)

    def test_a_change_names_its_line_and_agent(self):
        record = self.plan(self.project())
        resource = record["stacks"][0]["units"][0]["resources"][0]
        self.assertEqual((resource["address"], resource["action"], resource["component"]),
                         ("aws_sns_topic.alarms", "create", "alarms"))
        self.assertEqual(resource["position"], {"file": "shop.intent.yaml", "line": 6, "column": 3})
        self.assertTrue(resource["agent"])

    def test_events(self):
        project = self.project()
        path = project.path("events.jsonl")
        record = project.agentops_json("plan", "--events", str(path))
        schema = project.agentops("schema", "events").json
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        for line in lines:
            self.assertEqual(fits(schema, line, schema), [])
        self.assertEqual((lines[0]["type"], lines[-1]["type"], lines[-1]["exit"]), ("version", "end", 0))
        self.assertEqual(lines[-1]["verdict"], record["verdict"])
        self.assertIn("tool", {line["type"] for line in lines})

    def test_events_that_cannot_be_written(self):
        self.refused(self.project(), "file.unwritable", 1, "plan", "--events", "/no/such/folder/x")

    def test_detailed_exit_code(self):
        project = self.project()
        self.assertEqual(project.agentops_json("plan", "--detailed-exitcode", expect=2)["exit"], 2)
        self.apply(project)
        self.assertEqual(project.agentops_json("plan", "--detailed-exitcode")["exit"], 0)


class TextTest(cli.CliTest):
    def test_verdict_is_the_last_line_of_stdout(self):
        project = self.project()
        record = self.plan(project)
        out = project.agentops("plan").out.rstrip("\n").splitlines()
        self.assertIn("1 to create", out[-1] + record["verdict"])

    def test_colour(self):
        project = self.project()
        self.assertNotIn("\x1b[", project.agentops("plan").out)
        always = project.agentops("plan", "--color=always", env={"NO_COLOR": "1"}).out
        self.assertIn("\x1b[", always)
        self.assertNotIn("\x1b[", project.agentops("plan", "--color=never", env={"CLICOLOR_FORCE": "1"}).out)
        self.assertEqual(re.sub(r"\x1b\[[0-9;]*m", "", always).count("aws_sns_topic.alarms"),
                         project.agentops("plan").out.count("aws_sns_topic.alarms"))

    def test_quiet(self):
        project = self.project()
        outcome = project.agentops("plan", "-q")
        self.assertEqual(outcome.err, "")
        self.assertLess(len(outcome.out.splitlines()), len(project.agentops("plan").out.splitlines()))

    def test_json_is_all_of_stdout(self):
        for colour in ("always", "never"):
            outcome = self.project().agentops("plan", "--json", f"--color={colour}")
            self.assertEqual(outcome.out.count("\n"), 1)
            json.loads(outcome.out)

    def test_full_disk_is_not_success(self):
        project = self.project()
        with open("/dev/full", "w", encoding="utf-8") as full:
            process = project.start("check", "--json", stdout=full)
            _, err = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 1, err)
        self.assertIn("stdout", err)


class ToolboxTest(cli.CliTest):
    def test_project_is_found_upward_and_by_option(self):
        project = self.project()
        below = project.path("deep/below")
        below.mkdir(parents=True)
        self.assertEqual(project.agentops_json("check", cwd=below)["stacks"][0]["stack"], "shop")
        self.assertEqual(project.agentops_json("-C", str(project.folder), "check", cwd="/")["exit"], 0)
        self.refused(project, "project.not-a-folder", 3, "-C", "nowhere", "check")

    def test_no_project(self):
        project = self.project({})
        record = project.agentops_json("check", expect=3)
        self.assertEqual(cli.codes(record), ["project.not-found"])
        self.assertIn("init", str(record["diagnostics"][0]["help"]))

    def test_starter_passes_check(self):
        project = self.project({})
        project.agentops("init", "web", "--region", "us-east-1")
        self.assertIn("us-east-1", project.read("web.intent.yaml"))
        self.assertEqual(project.agentops_json("check")["diagnostics"], [])
        self.refused(project, "cli.exists", 3, "init", "web")
        self.refused(project, "cli.name", 3, "init", "../x")
        self.assertEqual(self.plan(project)["exit"], 0)

    def test_explain(self):
        project = self.project()
        self.assertIn("shop.intent.yaml:6", project.agentops("explain", "alarms").out)
        self.assertIn("cidr", project.agentops("explain", "network").out)
        self.assertIn("did you mean", str(self.refused(
            project, "cli.unknown-subject", 3, "explain", "alarmz")["diagnostics"]))
        for code in ("intent.unknown-key", "stale.plan-file", "terraform.locked"):
            self.assertIn(code, project.agentops("explain", code).out)
        self.assertEqual(project.fake.commands, [])

    def test_graph(self):
        project = self.project()
        text = project.agentops("graph", "apply").out
        for agent in ("resolver", "architect", "reviewer", "operator", "curator"):
            self.assertIn(agent, text)
        self.assertTrue(project.agentops("graph", "--format", "dot").out.startswith("digraph"))
        self.assertRegex(project.agentops("graph", "--format", "mermaid").out, r"^(graph|flowchart) ")

    def test_schema(self):
        project = self.project()
        for what in ("intent", "project", "record", "events"):
            schema = project.agentops("schema", what).json
            self.assertEqual(schema["$schema"], "http://json-schema.org/draft-07/schema#")
        self.assertEqual(project.agentops("schema").json, project.agentops("schema", "intent").json)

    def test_doctor_shows_no_secret(self):
        project = self.project(env={"AWS_SECRET_ACCESS_KEY": "canary-55x", "AWS_ACCESS_KEY_ID": "AKIAX"})
        for arguments in (["doctor"], ["doctor", "--json"]):
            outcome = project.agentops(*arguments, expect=None)
            self.assertNotIn("canary-55x", outcome.out + outcome.err)
        self.assertIn("1.11.4", outcome.out)
        project.agentops("doctor", expect=1, env={"PATH": "/nowhere"})

    def test_runs(self):
        project = self.project()
        self.assertEqual(project.agentops_json("runs")["runs"], [])
        first, second = self.plan(project)["run"], self.apply(project)["run"]
        runs = project.agentops_json("runs")["runs"]
        self.assertEqual([(r["run"], r["status"]) for r in runs], [(first, "planned"), (second, "applied")])
        self.assertEqual(project.agentops_json("runs", "latest")["run"], second)
        self.refused(project, "run.unknown", 3, "runs", "nosuchrun")
        self.refused(project, "run.ambiguous", 3, "runs", first[:8])


if __name__ == "__main__":
    cli.main()
