#!/usr/bin/env python3
"""Many machines, one verdict: --shard, ci matrix and report merge."""

import collections
import json
import subprocess

import cli
import jsonschema

NET = "base: {kind: network, cidr: 10.30.0.0/16, zones: 1}\n"
READER = 'w: {kind: resource, type: aws_sns_topic, args: {name: "x-${net:base.vpc_id}"}}\n'


def fleet(number):
    return {f"s{i:03}.intent.yaml": cli.intent(f"s{i:03}", cli.topic("a")) for i in range(number)}


class ShardTest(cli.CliTest):
    def shard(self, project, command, part, *args, **options):
        record = project.agentops_json(command, "--shard", part, *args, **options)
        return record, [stack["stack"] for stack in record["stacks"]]

    def test_eight_shards_over_two_hundred_stacks_are_the_whole(self):
        project = self.project({**fleet(199), "bad.intent.yaml": cli.intent("bad", "v: {kind: resource, type: aws_ebs_volume, "
                                                                            "args: {availability_zone: eu-west-1a, size: 10}}\n")})
        subprocess.run(["git", "init", "-q"], cwd=project.folder, check=True)
        whole = project.agentops_json("check", expect=None)
        schema = project.agentops("schema", "record").json
        files = []
        for index in range(1, 9):
            record, stacks = self.shard(project, "check", f"{index}/8", expect=None)
            self.assertEqual(len(stacks), 25)
            jsonschema.Draft7Validator(schema).validate(record)
            files.append(f"shard-{index}.json")
            project.write(files[-1], json.dumps(record))
        merged = json.loads(project.agentops("report", "merge", *files, "--format", "json", expect=whole["exit"]).out)
        for part in ("stacks", "findings", "exit"):
            self.assertEqual(merged[part], whole[part], part)
        numbers = collections.Counter(stack["status"] for stack in whole["stacks"])
        self.assertEqual(merged["verdict"],
                         "200 stacks: " + ", ".join(f"{n} {status}" for status, n in sorted(numbers.items())))
        project.agentops("report", "merge", *files, "-o", "all.md", "-o", "all.sarif", expect=whole["exit"])
        self.assertIn("200 stacks", project.read("all.md"))

    def test_what_cannot_be_merged(self):
        project = self.project(fleet(4))
        for index in (1, 2):
            project.write(f"{index}.json", json.dumps(self.shard(project, "check", f"{index}/2")[0]))
        project.write("other.json", json.dumps(self.shard(project, "check", "2/2", "s000")[0]))
        third = self.shard(project, "check", "1/3")[0]
        project.write("third.json", json.dumps(third))
        whole = project.read("1.json")
        project.write("cut.json", whole[:-9])
        for code, exit_code, files in (("report.shards-missing", 9, ["1.json"]), ("report.shards-overlap", 3, ["1.json", "1.json"]),
                                       ("report.shards-differ", 3, ["1.json", "other.json"]),
                                       ("report.shards-differ", 3, ["1.json", "third.json"]),
                                       ("report.damaged", 3, ["1.json", "cut.json"]), ("report.shards-missing", 9, [])):
            with self.subTest(files):
                self.refused(project, code, exit_code, "report", "merge", *files)
        again = json.loads(project.read("2.json"))
        again["shard"]["commit"] = "0" * 40
        project.write("later.json", json.dumps(again))
        self.refused(project, "report.shards-differ", 3, "report", "merge", "1.json", "later.json")
        project.agentops("report", "merge", "1.json", "2.json")

    def test_the_ci_says_which(self):
        project = self.project(fleet(4))
        for env in ({"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "2"}, {"BUILDKITE_PARALLEL_JOB": "1", "BUILDKITE_PARALLEL_JOB_COUNT": "2"},
                    {"CIRCLE_NODE_INDEX": "1", "CIRCLE_NODE_TOTAL": "2"}, {"JOB_COMPLETION_INDEX": "1", "AGENTOPS_SHARDS": "2"}):
            with self.subTest(env):
                self.assertEqual(self.shard(project, "check", "auto", env=env)[1], ["s001", "s003"])
        self.assertEqual(self.shard(project, "check", "auto/2", env={"JOB_COMPLETION_INDEX": "0"})[1], ["s000", "s002"])
        for part in ("0/2", "3/2", "x", "1/", "1/x", "/", "auto", "1/9999"):
            with self.subTest(part):
                self.refused(project, "cli.usage", 3, "check", "--shard", part)
        record, stacks = self.shard(project, "check", "5/8")
        self.assertEqual((stacks, record["verdict"]), ([], "nothing to do in this shard"))
        self.assertEqual(record["shard"]["index"], 5)

    def test_the_longest_are_dealt_first(self):
        project = self.project(fleet(4))
        self.plan(project)
        events = next(project.path(".agentops/runs").iterdir()) / "events.jsonl"
        lines = [json.loads(line) for line in events.read_text().splitlines()]
        for line in lines:
            if line.get("node") == "plan" and "took_ms" in line:
                line["took_ms"] = 90_000 if line["subject"].startswith("s002") else 30_000
        events.write_text("".join(json.dumps(line) + "\n" for line in lines))
        durations = json.loads(project.agentops("ci", "durations").out)
        self.assertGreaterEqual(durations["s002"], 90_000)
        project.write("durations.json", json.dumps(durations))
        balanced = [self.shard(project, "check", f"{i}/2", "--durations", "durations.json")[1] for i in (1, 2)]
        self.assertEqual(balanced, [["s002"], ["s000", "s001", "s003"]])
        self.assertEqual(self.shard(project, "check", "1/2")[1], ["s000", "s002"])
        matrix = json.loads(project.agentops("ci", "matrix", "--shards", "2").out)
        self.assertEqual(matrix["include"][0]["stacks"], "s002")
        project.write("durations.json", '{"s002": "long"}')
        self.refused(project, "cli.durations", 3, "check", "--shard", "1/2", "--durations", "durations.json")

    def test_the_matrix_keeps_readers_for_a_later_level(self):
        project = self.project({**fleet(3), "net.intent.yaml": cli.intent("net", NET), "web.intent.yaml": cli.intent("web", READER)})
        matrix = json.loads(project.agentops("ci", "matrix", "--shards", "2").out)
        self.assertEqual(matrix, {"include": [{"level": 0, "shard": "1/2", "stacks": "net s001"},
                                              {"level": 0, "shard": "2/2", "stacks": "s000 s002"},
                                              {"level": 1, "shard": "1/2", "stacks": "web"}]})
        parts = [self.shard(project, "check", f"{i}/2")[1] for i in (1, 2)]
        self.assertEqual(parts, [["net", "s001", "web"], ["s000", "s002"]])
        self.refused(project, "cli.usage", 3, "ci")
        self.refused(project, "cli.usage", 3, "ci", "matrix", "--shard", "1/2")
        self.refused(project, "cli.usage", 3, "ci", "matrix", "--shards", "0")
        self.assert_no_tool(project)

    def test_a_plan_in_parts(self):
        project = self.project(fleet(3))
        records = [self.shard(project, "plan", f"{i}/2")[0] for i in (1, 2)]
        for index, record in enumerate(records):
            project.write(f"{index}.json", json.dumps(record))
        merged = json.loads(project.agentops("report", "merge", "0.json", "1.json", "--format", "json").out)
        self.assertEqual(merged["verdict"], "3 stacks: 3 planned; 3 to create, 0 to update, 0 to replace, 0 to destroy")


if __name__ == "__main__":
    cli.main()
