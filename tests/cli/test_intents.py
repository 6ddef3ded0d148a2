#!/usr/bin/env python3
"""Intents that are wrong: exit 3, the code, the line; no tool. And what is generated from right ones."""

import hashlib
import os

import cli

NET = "net: {kind: network, cidr: 10.1.0.0/16, zones: 2}\n"


class BadIntentTest(cli.CliTest):
    def assert_bad(self, code, text, line=None, *, files=None):
        project = self.project(files or {"shop.intent.yaml": text})
        records = [self.refused(project, code, 3, command) for command in ("check", "plan")]
        self.assertEqual(records[0]["diagnostics"], records[1]["diagnostics"])
        if line:
            position = records[0]["diagnostics"][0]["position"]
            self.assertEqual((position["file"], position["line"]), ("shop.intent.yaml", line))
        self.assertEqual(project.fake.commands, [])
        outcome = project.agentops("check", expect=3)
        self.assertIn(f"error[{records[0]['diagnostics'][0]['code']}]", outcome.err)
        return records[0]

    def test_yaml(self):
        for code, text in (("yaml.tab", "a:\n\tb: 1\n"), ("yaml.duplicate-key", cli.intent() + "owner: x\n"),
                           ("yaml.unclosed-quote", cli.intent() + 'x: "y\n'),
                           ("yaml.anchor", cli.intent() + "x: &a 1\n"), ("yaml.empty", "")):
            with self.subTest(code):
                self.assert_bad(code, text)

    def test_unknown_words(self):
        for code, text, line in (
                ("intent.unknown-key", cli.intent() + "ownr: x\n", 7),
                ("intent.unknown-value", cli.intent().replace("provider: aws", "provider: aws2"), 4),
                ("catalog.unknown-region", cli.intent().replace("eu-west-1", "eu-wset-1"), 4),
                ("catalog.unknown-kind", cli.intent(components="a: {kind: netwrok}"), 6)):
            with self.subTest(code):
                record = self.assert_bad(code, text, line)
                self.assertTrue(record["diagnostics"][0]["help"])

    def test_did_you_mean(self):
        record = self.assert_bad("catalog.unknown-kind", cli.intent(components="a: {kind: netwrok}"))
        self.assertIn("network", record["diagnostics"][0]["help"])

    def test_names_that_would_lead_elsewhere(self):
        for name in ("'../x'", "'-x'", "'a/b'", "X", "'a b'", "''", "'.'", "'x\\n'"):
            with self.subTest(name):
                for text in (cli.intent(name), cli.intent(components=cli.topic("a").replace("a:", f"{name}:", 1)),
                             cli.intent(rest=f"environments: {{{name}: {{}}}}\n")):
                    project = self.project(text)
                    record = project.agentops_json("plan", expect=3)
                    self.assertTrue(cli.codes(record))
                    self.assertEqual(project.fake.commands, [])
        self.assertFalse(os.path.exists("/tmp/x.tf.json"))

    def test_networks(self):
        for code, components in (
                ("catalog.cidr-overlap", NET + "two: {kind: network, cidr: 10.1.128.0/17}"),
                ("catalog.cidr", "net: {kind: network, cidr: 10.1.0.0/29, zones: 2}"),
                ("catalog.cidr", "net: {kind: network, cidr: 10.1.0.1/16}"),
                ("catalog.cidr", "net: {kind: network, cidr: 300.1.0.0/16}")):
            with self.subTest(components):
                self.assert_bad(code, cli.intent(components=components))

    def test_cycles(self):
        self.assert_bad("catalog.cycle", cli.intent(
            components=cli.topic("a", '"${b.id}"') + cli.topic("b", '"${a.id}"')))
        self.assert_bad(["catalog.stack-cycle"] * 2, "", files={
            "shop.intent.yaml": cli.intent("shop", cli.topic("a", '"${more:b.id}"')),
            "more.intent.yaml": cli.intent("more", cli.topic("b", '"${shop:a.id}"'))})

    def test_references(self):
        for code, text in (("catalog.unknown-component", '"${nobody.id}"'),
                           ("catalog.unknown-intent", '"${nobody:a.id}"'),
                           ("intent.unknown-param", '"${param.nobody}"'),
                           ("intent.env-missing", '"${env.AGENTOPS_TEST_UNSET}"')):
            with self.subTest(code):
                self.assert_bad(code, cli.intent(components=cli.topic("a", text)), 6)

    def test_all_errors_of_all_files_at_once(self):
        project = self.project({"a.intent.yaml": cli.intent("a") + "x: 1\ny: 2\n",
                                "b.intent.yaml": cli.intent("b") + "z: 1\n"})
        record = project.agentops_json("check", expect=3)
        self.assertEqual([(d["position"]["file"], d["position"]["line"]) for d in record["diagnostics"]],
                         [("a.intent.yaml", 7), ("a.intent.yaml", 8), ("b.intent.yaml", 7)])

    def test_same_intent_twice(self):
        project = self.project({"a.intent.yaml": cli.intent(), "b.intent.yaml": cli.intent()})
        self.refused(project, "project.intent-twice", 3, "check")

    def test_untrusted_sources_and_providers(self):
        for code, components in (
                ("catalog.module-not-allowed", "m: {kind: module, source: 'git::https://evil.example/x.git?ref=v1'}"),
                ("catalog.provider-not-allowed", "r: {kind: resource, type: evil_thing, provider: evil/evil}"),
                ("catalog.provisioner", "r: {kind: resource, type: aws_sns_topic, args: {provisioner: {local-exec: {command: id}}}}")):
            with self.subTest(code):
                project = self.project(cli.intent(components=components))
                self.assertIn(code, cli.codes(project.agentops_json("plan", expect=3)))
                self.assertEqual(project.fake.commands, [])


class GenerateTest(cli.CliTest):
    FILES = {
        "shop.intent.yaml": cli.intent(components=NET + "assets: {kind: bucket, versioned: true}\n" + cli.topic("t"),
                                       rest="environments: {dev: {}, prod: {}}\n"),
        "jobs.intent.yaml": cli.intent("jobs", cli.topic("job", '"${shop:net.vpc_id}"'),
                                       "environments: {dev: {}, prod: {}}\n")}

    def tree(self, project):
        """Digests of every generated file, by its place."""
        root = project.path(".agentops/stacks")
        return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest()
                for p in root.rglob("*.tf.json")}

    def test_same_bytes_everywhere(self):
        trees = []
        for arguments, env, umask in ((["-j1"], {"TZ": "Asia/Tokyo", "LC_ALL": "C", "USER": "a"}, 0o022),
                                      (["-j8"], {"TZ": "America/Lima", "LC_ALL": "C.UTF-8", "HOME": "/"}, 0o077)):
            project = self.project(self.FILES, env)
            before = os.umask(umask)
            self.addCleanup(os.umask, before)
            project.agentops("generate", *arguments)
            trees.append(self.tree(project))
        self.assertEqual(trees[0], trees[1])
        self.assertEqual({path.split("/")[0] for path in trees[0]},
                         {"jobs@dev", "jobs@prod", "shop@dev", "shop@prod"})

    def test_only_what_changed_is_written(self):
        project = self.project(self.FILES)
        project.agentops("generate")
        times = {p: p.stat().st_mtime_ns for p in project.path(".agentops/stacks").rglob("*.tf.json")}
        project.agentops("generate")
        self.assertEqual(times, {p: p.stat().st_mtime_ns for p in times})

    def test_check(self):
        project = self.project()
        self.assertEqual(project.agentops_json("generate", "--check", expect=2)["exit"], 2)
        self.assertFalse(project.path(".agentops/stacks").exists())
        project.agentops("generate")
        self.assertEqual(project.agentops_json("generate", "--check")["exit"], 0)
        path = project.path(".agentops/stacks/shop/main/alarms.tf.json")
        path.write_text(path.read_text() + " ")
        project.agentops("generate", "--check", expect=2)
        project.agentops("generate")
        project.agentops("generate", "--check")
        self.assertEqual(project.fake.commands, [])

    def test_folder_to_commit(self):
        project = self.project({"shop.intent.yaml": cli.intent(),
                                "agentops.yaml": "apiVersion: agentops/v1\nartifacts: {dir: generated}\n"})
        project.agentops("generate")
        self.assertTrue(list(project.path("generated").rglob("alarms.tf.json")))
        self.assertFalse(list(project.path(".agentops").rglob("alarms.tf.json")))

    def test_text_of_an_intent_is_no_code(self):
        hostile = "${file(\\\"/etc/passwd\\\")} %{ if true }x%{ endif } {{ y }} $(id) `id`"
        project = self.project(cli.intent(components=cli.topic("a", f'"{hostile}"')))
        project.agentops("generate")
        text = project.read(".agentops/stacks/shop/main/a.tf.json")
        self.assertIn('$${file(\\"/etc/passwd\\")} %%{ if true }x%%{ endif }', text)


if __name__ == "__main__":
    cli.main()
