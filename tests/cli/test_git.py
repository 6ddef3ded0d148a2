#!/usr/bin/env python3
"""What git has and what changed: check --staged, the hook, --changed. The git is a real one."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import cli
import harness

GOOD = "t: {kind: queue}\n"
BAD = "t: {kind: queue, visibilty: 3 s}\n"
WEB = 'w: {kind: resource, type: aws_sns_topic, args: {name: "x-${net:base.vpc_id}"}}\n'
NET = "base: {kind: network, cidr: 10.30.0.0/16, zones: 1}\n"


class GitTest(cli.CliTest):
    def repository(self, files=None):
        """A project in a fresh repository; nothing is staged."""
        project = self.project(files or {"shop.intent.yaml": cli.intent(components=GOOD)})
        # Git's own settings of whoever runs this, and its hooks, take no part.
        project.env.update(GIT_CONFIG_GLOBAL=str(project.fake.folder / "gitconfig"), GIT_CONFIG_NOSYSTEM="1",
                           PATH=f"{pathlib.Path(harness.agentops_binary()).parent}:{project.env['PATH']}")
        self.git(project, "init", "-q", "-b", "main")
        self.git(project, "config", "user.email", "ann@example.com")
        self.git(project, "config", "user.name", "Ann")
        return project

    def committed(self, files=None):
        """The same with everything committed."""
        project = self.repository(files)
        self.git(project, "add", "-A")
        self.git(project, "commit", "-qm", "first")
        return project

    def git(self, project, *args, expect=0, cwd=None, **more):
        return harness.run(["git", *args], env=project.env, cwd=cwd or project.folder, expect=expect, timeout=60, **more)

    def stacks(self, project, *args, expect=0, cwd=None):
        """The stacks that a check judges."""
        done = project.agentops("check", "--json", *args, expect=expect, cwd=cwd)
        self.record = json.loads(done.out)
        return sorted(stack["stack"] for stack in self.record["stacks"])

    def write(self, project, name, text):
        path = project.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class StagedTest(GitTest):
    def test_the_first_commit(self):
        project = self.repository()
        self.assertEqual(self.stacks(project, "--staged"), [])
        self.git(project, "add", "-A")
        self.assertEqual(self.stacks(project, "--staged"), ["shop"])

    def test_the_index_counts_and_not_the_disk(self):
        project = self.committed()
        self.write(project, "shop.intent.yaml", cli.intent(components=BAD))
        self.assertEqual(self.stacks(project, "--staged"), [])
        self.git(project, "add", "-A")
        self.write(project, "shop.intent.yaml", cli.intent(components=GOOD))
        self.stacks(project, "--staged", expect=3)
        (wrong,) = self.record["diagnostics"]
        self.assertEqual((wrong["code"], wrong["position"]["file"]), ("intent.unknown-key", "shop.intent.yaml"))
        self.assertEqual(self.stacks(project), ["shop"])

    def test_readers_are_judged_too_and_nobody_else(self):
        project = self.committed({f"{name}.intent.yaml": cli.intent(name, text)
                                  for name, text in {"net": NET, "web": WEB, "other": GOOD}.items()})
        self.write(project, "net.intent.yaml", cli.intent("net", NET.replace("zones: 1", "zones: 2")))
        self.git(project, "add", "-A")
        self.assertEqual(self.stacks(project, "--staged"), ["net", "web"])
        self.assertEqual([one["because"] for one in self.record["affected"]],
                         [["net.intent.yaml changed"], ["net.intent.yaml changed", "web.intent.yaml reads net"]])

    def test_removed_and_renamed(self):
        project = self.committed({f"{name}.intent.yaml": cli.intent(name, text)
                                  for name, text in {"net": NET, "web": WEB, "other": GOOD}.items()})
        self.git(project, "mv", "other.intent.yaml", "moved.intent.yaml")
        self.assertEqual(self.stacks(project, "--staged"), ["other"])
        self.assertEqual(self.record["diagnostics"], [])
        self.git(project, "reset", "-q", "--hard")
        self.git(project, "rm", "-q", "other.intent.yaml")
        self.assertEqual(self.stacks(project, "--staged"), [])
        self.assertEqual([one["code"] for one in self.record["diagnostics"]], ["vcs.intent-removed"])

    def gone(self, *names, files=None):
        """A project whose stacks were applied and committed; then the intents `names` were removed."""
        project = self.committed(files or {f"{name}.intent.yaml": cli.intent(name) for name in ("kept", "other")})
        self.apply(project)
        self.git(project, "rm", "-q", *(f"{name}.intent.yaml" for name in names))
        self.git(project, "commit", "-qm", "second")
        return project

    def test_what_was_removed_is_destroyed_from_the_commit_that_had_it(self):
        project = self.gone("other")
        self.stacks(project, "--changed", "--base", "HEAD~1")
        proposal = self.record["diagnostics"][0]["help"]
        command = proposal.split("agentops ")[1].split()
        self.assertEqual((command[:3], command[4:]), (["plan", "--destroy", "--at"], ["other"]))
        planned = self.plan(project, *command[1:])
        self.assertEqual(planned["stacks"][0]["changes"], {"create": 0, "update": 0, "replace": 0, "delete": 1})
        self.refused(project, "approval.needed", 5, "apply", planned["run"])
        project.agentops("approve", planned["run"], "--max-destroy", "1")
        project.agentops("apply", planned["run"])
        state = json.loads(next(project.path(".agentops/stacks/other").rglob("terraform.tfstate")).read_text())
        self.assertEqual(state["resources"], [])
        self.assertEqual(project.agentops_json("plan", "kept", "--detailed-exitcode")["exit"], 0)

    def test_the_last_intent_was_removed(self):
        project = self.gone("kept", "other")
        project.agentops("destroy", "--at", "HEAD~1", "other", "--auto-approve")
        planned = self.plan(project, "--destroy", "--at", "HEAD~1", "kept")
        project.agentops("approve", "latest", "--max-destroy", "1")
        project.agentops("apply", "latest")
        self.assertIn(planned["run"], [run["run"] for run in project.agentops_json("runs")["runs"]])
        for state in project.path(".agentops/stacks").glob("*/main/terraform.tfstate"):
            self.assertEqual(json.loads(state.read_text())["resources"], [])

    def test_what_cannot_be_destroyed_from_a_commit(self):
        project = self.gone("other")
        self.refused(project, "cli.usage", 3, "plan", "--at", "HEAD~1", "other")
        self.refused(project, "cli.usage", 3, "plan", "--destroy", "--at", "HEAD~1")
        self.refused(project, "cli.usage", 3, "plan", "--destroy", "--at", "HEAD~1", "--changed", "other")
        self.refused(project, "vcs.unknown-revision", 3, "plan", "--destroy", "--at", "nothing", "other")
        self.refused(project, "cli.unknown-stack", 3, "plan", "--destroy", "--at", "HEAD", "other")
        root = {"legacy.intent.yaml": cli.intent("legacy", "old: {kind: terraform, source: ./root}\n"),
                "root/main.tf.json": "{}", "kept.intent.yaml": cli.intent("kept")}
        project = self.committed(root)
        self.git(project, "rm", "-qr", "legacy.intent.yaml", "root")
        self.git(project, "commit", "-qm", "second")
        record = self.refused(project, "vcs.source-gone", 3, "plan", "--destroy", "--at", "HEAD~1", "legacy")
        self.assertRegex(record["diagnostics"][0]["help"], r"^git checkout [0-9a-f]{12} -- root$")

    def test_a_file_that_is_not_added_is_missing(self):
        text = ("net: {kind: network, cidr: 10.3.0.0/16}\n"
                "box: {kind: server, in: net, image: ubuntu-24.04, configure: {files: {/etc/a: {source: files/a}}}}\n")
        project = self.repository({"shop.intent.yaml": cli.intent(components=text), "files/a": "one\n"})
        self.git(project, "add", "shop.intent.yaml")
        self.stacks(project, "--staged", expect=3)
        self.assertEqual(cli.codes(self.record), ["ansible.missing-file"])
        self.git(project, "add", "files/a")
        self.assertEqual(self.stacks(project, "--staged"), ["shop"])
        self.git(project, "commit", "-qm", "x")
        self.write(project, "files/a", "two\n")
        self.assertEqual(self.stacks(project, "--changed"), ["shop"])
        self.assertEqual(self.record["affected"][0]["because"],
                         ["files/a changed", "shop.intent.yaml names files/a"])

    def test_a_part_of_the_index_is_committed(self):
        """`git commit -- path` has an index of its own."""
        project = self.committed({"a.intent.yaml": cli.intent("a", GOOD), "b.intent.yaml": cli.intent("b", GOOD)})
        project.agentops("hook", "install")
        self.write(project, "a.intent.yaml", cli.intent("a", BAD))
        self.git(project, "add", "-A")
        self.write(project, "b.intent.yaml", cli.intent("b", GOOD + "u: {kind: queue}\n"))
        self.git(project, "commit", "-qm", "b", "--", "b.intent.yaml")
        self.git(project, "commit", "-qm", "a", expect=1)

    def test_a_worktree_a_folder_below_and_a_detached_head(self):
        project = self.committed({"infra/shop.intent.yaml": cli.intent(components=GOOD)})
        self.git(project, "worktree", "add", "-q", "--detach", str(project.folder) + "-linked")
        linked = pathlib.Path(str(project.folder) + "-linked")
        self.addCleanup(shutil.rmtree, linked)
        (linked / "infra/shop.intent.yaml").write_text(cli.intent(components=BAD), encoding="utf-8")
        self.git(project, "add", "-A", cwd=linked)
        self.stacks(project, "--staged", expect=3, cwd=linked)
        self.assertEqual(self.record["diagnostics"][0]["position"]["file"], "infra/shop.intent.yaml")
        self.assertEqual(self.stacks(project, "--staged"), [])

    def test_several_projects_below(self):
        """What a hook sees that starts at the top: one record, and paths from there."""
        project = self.repository({f"{name}/shop.intent.yaml": cli.intent(components=text)
                                   for name, text in {"one": GOOD, "two": BAD + "u: {kind: queue}\n"}.items()})
        project.env["GIT_CEILING_DIRECTORIES"] = str(project.folder.parent)
        self.git(project, "add", "one")
        self.assertEqual(self.stacks(project, "--staged"), ["shop"])
        self.git(project, "add", "two")
        self.assertEqual(self.stacks(project, "--staged", expect=3), ["shop", "shop"])
        self.assertEqual([one["position"]["file"] for one in self.record["diagnostics"]], ["two/shop.intent.yaml"])
        self.stacks(project, "--changed", expect=3)
        self.assertEqual(cli.codes(self.record), ["project.not-found"])
        self.git(project, "commit", "-qm", "x")
        self.assertEqual(cli.codes(project.agentops_json("diff", expect=3)), ["project.not-found"])

    def test_a_link_a_submodule_and_a_sparse_checkout(self):
        project = self.committed({"shop.intent.yaml": cli.intent(components=GOOD), "lib/x": "1\n", "infra/real": "x",
                                  "infra/deep.intent.yaml": cli.intent("deep", GOOD)})
        os.symlink("infra/real", project.path("link.intent.yaml"))
        self.write(project, "infra/real", cli.intent("linked", BAD))
        self.git(project, "add", "-A")
        self.stacks(project, "--staged", expect=3)
        self.assertEqual(self.record["diagnostics"][0]["position"]["file"], "link.intent.yaml")
        self.git(project, "reset", "-q", "--hard")
        self.git(project, "sparse-checkout", "set", "lib")
        self.assertFalse(project.path("infra/deep.intent.yaml").exists())
        self.assertEqual(self.stacks(project, "--changed"), [])
        self.assertEqual(self.record["diagnostics"], [])

    def test_a_file_that_git_ignores_may_lie_on_the_disk(self):
        text = ("net: {kind: network, cidr: 10.3.0.0/16}\n"
                "box: {kind: server, in: net, image: ubuntu-24.04, configure: {files: {/etc/a: {source: made/a}}}}\n")
        project = self.repository({"shop.intent.yaml": cli.intent(components=text), ".gitignore": "made/\n"})
        self.git(project, "add", "-A")
        self.stacks(project, "--staged", expect=3)
        self.write(project, "made/a", "one\n")
        self.assertEqual(self.stacks(project, "--staged"), ["shop"])

    def test_a_name_that_another_intent_has(self):
        project = self.committed()
        self.write(project, "copy.intent.yaml", cli.intent(components=GOOD))
        self.git(project, "add", "-A")
        self.stacks(project, "--staged", expect=3)
        self.assertEqual(cli.codes(self.record), ["project.intent-twice"])

    def test_what_a_submodule_holds(self):
        module = self.committed({"files/a": "one\n"})
        text = ("net: {kind: network, cidr: 10.3.0.0/16}\n"
                "box: {kind: server, in: net, image: ubuntu-24.04, configure: {files: {/etc/a: {source: sub/files/a}}}}\n")
        project = self.repository({"shop.intent.yaml": cli.intent(components=text)})
        self.git(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(module.folder), "sub")
        self.git(project, "add", "-A")
        self.assertEqual(self.stacks(project, "--staged", "shop"), ["shop"])

    def test_nothing_is_run(self):
        """Neither filters nor the file system monitor of the repository, nor the project's agents."""
        project = self.committed({"shop.intent.yaml": cli.intent(components=GOOD), ".gitattributes": "* filter=x\n",
                                  "agentops.yaml": "apiVersion: agentops/v1\nagents: {a: {command: [./ran], "
                                                   "reads: [prices], writes: [prices]}}\n"})
        ran = project.fake.folder / "ran"
        for key in ("filter.x.clean", "filter.x.smudge", "core.fsmonitor"):
            self.git(project, "config", key, f"touch {ran}")
        self.write(project, "shop.intent.yaml", cli.intent(components=GOOD + "u: {kind: queue}\n"))
        self.assertEqual(self.stacks(project, "--changed"), ["shop"])
        self.assertEqual(self.stacks(project, "--staged"), [])
        self.assertFalse(ran.exists())


class BadRepositoryTest(GitTest):
    def refused(self, project, code, exit_code, *args, cwd=None):
        self.stacks(project, *args, expect=exit_code, cwd=cwd)
        self.assertEqual(cli.codes(self.record), [code])

    def test_no_repository_and_a_bare_one(self):
        project = self.project({"shop.intent.yaml": cli.intent(components=GOOD)})
        project.env["GIT_CEILING_DIRECTORIES"] = str(project.folder.parent)
        self.refused(project, "vcs.no-repository", 3, "--staged")
        bare = tempfile.mkdtemp(prefix="agentops-bare-")
        self.addCleanup(shutil.rmtree, bare)
        subprocess.run(["git", "init", "-q", "--bare", bare], check=True)
        self.refused(project, "vcs.bare", 3, "--staged", cwd=bare)

    def test_a_damaged_one(self):
        project = self.committed()
        project.path(".git/index").write_bytes(b"garbage")
        self.refused(project, "vcs.unreadable", 1, "--staged")
        self.git(project, "read-tree", "HEAD")
        self.write(project, "shop.intent.yaml", cli.intent(components=BAD))
        self.git(project, "add", "-A")
        blob = self.git(project, "rev-parse", ":shop.intent.yaml").out.strip()
        path = project.path(f".git/objects/{blob[:2]}/{blob[2:]}")
        path.chmod(0o644)
        path.write_bytes(b"garbage")
        self.stacks(project, "--staged", expect=1)
        self.assertIn("vcs.unreadable", cli.codes(self.record))

    def test_a_base_that_is_none(self):
        project = self.committed()
        self.refused(project, "vcs.unknown-revision", 3, "--changed", "--base", "nope")
        self.git(project, "checkout", "-q", "--orphan", "other")
        self.git(project, "commit", "-qm", "alone")
        self.refused(project, "vcs.no-merge-base", 3, "--changed", "--base", "main")
        self.refused(project, "cli.usage", 3, "--base", "main")
        self.refused(project, "cli.usage", 3, "--staged", "--changed")

    def test_a_shallow_clone_says_so(self):
        project = self.committed()
        for number in range(3):
            self.git(project, "commit", "-q", "--allow-empty", "-m", str(number))
        first = self.git(project, "rev-parse", "HEAD~3").out.strip()
        clone = tempfile.mkdtemp(prefix="agentops-clone-")
        self.addCleanup(shutil.rmtree, clone)
        self.git(project, "clone", "-q", "--depth", "1", f"file://{project.folder}", f"{clone}/c")
        self.stacks(project, "--changed", "--base", first, expect=3, cwd=f"{clone}/c")
        self.assertIn("shallow", self.record["diagnostics"][0]["message"] + str(self.record))

    def test_a_conflict_and_a_locked_index(self):
        project = self.committed()
        project.path(".git/index.lock").write_text("")
        self.assertEqual(self.stacks(project, "--staged"), [])
        project.path(".git/index.lock").unlink()
        self.git(project, "checkout", "-qb", "side")
        for branch, text in (("side", "u: {kind: queue}\n"), ("main", "v: {kind: queue}\n")):
            self.git(project, "checkout", "-q", branch)
            self.write(project, "shop.intent.yaml", cli.intent(components=text))
            self.git(project, "commit", "-qam", branch)
        self.git(project, "rebase", "-q", "side", expect=None)
        self.refused(project, "vcs.conflict", 3, "--staged")

    def test_encodings(self):
        project = self.repository()
        project.path("crlf.intent.yaml").write_bytes(cli.intent("crlf", GOOD).replace("\n", "\r\n").encode())
        self.git(project, "add", "-A")
        self.assertEqual(self.stacks(project, "--staged"), ["crlf", "shop"])
        project.path("bom.intent.yaml").write_bytes(b"\xef\xbb\xbf" + cli.intent("bom", GOOD).encode())
        project.path("wide.intent.yaml").write_bytes(cli.intent("wide", GOOD).encode("utf-16"))
        self.git(project, "add", "-A")
        self.stacks(project, "--staged", expect=3)
        self.assertEqual([(one["code"], one["position"]["file"]) for one in self.record["diagnostics"]],
                         [("yaml.encoding", "bom.intent.yaml"), ("yaml.encoding", "wide.intent.yaml")])


class HookTest(GitTest):
    def commit(self, project, components, expect):
        """A commit of one intent, without a terminal and with a closed stdin."""
        self.write(project, "shop.intent.yaml", cli.intent(components=components))
        self.git(project, "add", "-A")
        return self.git(project, "commit", "-qm", "x", expect=expect)

    def test_a_mistake_is_refused_and_its_mending_is_not(self):
        project = self.repository()
        self.assertEqual(project.agentops_json("hook", "status", expect=2)["hook"]["installed"], False)
        for _ in range(2):
            project.agentops("hook", "install")
        refused = self.commit(project, BAD, expect=1)
        self.assertIn("shop.intent.yaml:6:", refused.err)
        self.commit(project, GOOD, expect=0)
        project.agentops("hook", "uninstall")
        self.assertFalse(project.path(".git/hooks/pre-commit").exists())
        self.commit(project, BAD, expect=0)

    def test_a_hook_that_was_there_runs_first_and_comes_back(self):
        project = self.repository()
        own = project.path(".git/hooks/pre-commit")
        own.parent.mkdir(exist_ok=True)
        own.write_text("#!/bin/sh\necho own >> ran\ntest ! -e stop\n")
        own.chmod(0o755)
        before = own.read_bytes()
        project.agentops("hook", "install")
        self.commit(project, GOOD, expect=0)
        self.assertEqual(project.read("ran"), "own\n")
        self.write(project, "stop", "")
        self.commit(project, GOOD + "u: {kind: queue}\n", expect=1)
        project.agentops("hook", "uninstall")
        self.assertEqual((own.read_bytes(), own.stat().st_mode & 0o777), (before, 0o755))

    def test_hooks_path_and_worktrees(self):
        project = self.committed()
        self.git(project, "config", "core.hooksPath", ".githooks")
        record = project.agentops_json("hook", "install")
        self.assertEqual(record["hook"]["file"], str(project.folder.resolve() / ".githooks/pre-commit"))
        self.commit(project, BAD, expect=1)
        self.git(project, "config", "--unset", "core.hooksPath")
        linked = pathlib.Path(str(project.folder) + "-linked")
        self.addCleanup(shutil.rmtree, linked)
        self.git(project, "worktree", "add", "-q", str(linked))
        record = json.loads(project.agentops("hook", "install", "--json", cwd=linked).out)
        self.assertEqual(record["hook"]["file"], str(project.folder.resolve() / ".git/hooks/pre-commit"))

    def test_without_agentops_the_hook_says_so(self):
        project = self.repository()
        project.agentops("hook", "install")
        project.env["PATH"] = "/usr/bin:/bin"
        self.assertIn("agentops is not on PATH", self.commit(project, GOOD, expect=1).err)

    def test_the_framework_runs_it(self):
        """The pre-commit framework, from .pre-commit-hooks.yaml of this source."""
        project = self.repository()
        source = tempfile.mkdtemp(prefix="agentops-hooks-")
        self.addCleanup(shutil.rmtree, source)
        shutil.copy(pathlib.Path(os.environ["AGENTOPS_SOURCE"]) / ".pre-commit-hooks.yaml", source)
        for args in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
            self.git(project, *args, cwd=source)
        revision = self.git(project, "rev-parse", "HEAD", cwd=source).out.strip()
        self.write(project, ".pre-commit-config.yaml",
                   f"repos: [{{repo: '{source}', rev: '{revision}', hooks: [{{id: agentops-check}}]}}]\n")
        project.env["PRE_COMMIT_HOME"] = str(project.fake.folder / "pre-commit")
        harness.run(["pre-commit", "install"], env=project.env, cwd=project.folder, expect=0, timeout=60)
        refused = self.commit(project, BAD, expect=1)
        self.assertIn("shop.intent.yaml:6:", refused.out + refused.err)
        self.commit(project, GOOD, expect=0)


class ChangedTest(GitTest):
    def test_a_branch_against_its_base(self):
        project = self.committed({"a.intent.yaml": cli.intent("a", GOOD), "b.intent.yaml": cli.intent("b", GOOD)})
        self.git(project, "checkout", "-qb", "work")
        self.write(project, "a.intent.yaml", cli.intent("a", GOOD + "u: {kind: queue}\n"))
        self.git(project, "commit", "-qam", "a")
        self.assertEqual(self.stacks(project, "--changed"), [])
        self.assertEqual(self.stacks(project, "--changed", "--base", "main"), ["a"])
        self.write(project, "new.intent.yaml", cli.intent("new", GOOD))
        self.assertEqual(self.stacks(project, "--changed", "--base", "main"), ["a", "new"])
        self.git(project, "checkout", "-q", "main")
        self.write(project, "b.intent.yaml", cli.intent("b", GOOD + "u: {kind: queue}\n"))
        self.git(project, "commit", "-qam", "b")
        self.git(project, "checkout", "-q", "work")
        self.assertEqual(self.stacks(project, "--changed", "--base", "main"), ["a", "new"])

    def test_modules_and_the_modules_that_they_use(self):
        module = 'module "x" { source = "../deep" }\n'
        text = "m: {kind: module, source: ./modules/top}\n"
        project = self.committed({"a.intent.yaml": cli.intent("a", text), "b.intent.yaml": cli.intent("b", GOOD),
                                  "modules/top/main.tf": module, "modules/deep/main.tf": "# one\n",
                                  "modules/deep/files/text.tpl": "one\n"})
        self.git(project, "mv", "modules/deep/main.tf", "modules/deep/network.tf")
        self.git(project, "commit", "-qm", "no main.tf")
        self.write(project, "modules/deep/files/text.tpl", "two\n")
        self.assertEqual(self.stacks(project, "--changed", "--why"), ["a"])
        self.assertEqual(self.record["affected"][0]["because"],
                         ["modules/deep/files/text.tpl changed", "modules/top uses modules/deep",
                          "a.intent.yaml names ./modules/top"])
        self.assertIn("a.intent.yaml: modules/deep/files/text.tpl changed -> modules/top uses modules/deep -> "
                      "a.intent.yaml names ./modules/top\n", project.agentops("check", "--changed", "--why").out)

    def test_names_with_blanks_and_what_lies_beside_a_playbook(self):
        server = "net: {kind: network, cidr: 10.3.0.0/16}\nbox: {kind: server, in: net, image: ubuntu-24.04%s}\n"
        files = {"a.intent.yaml": cli.intent("a", server % ', configure: {files: {/etc/a: {source: "my files/a, b"}}}'),
                 "site/b.intent.yaml": cli.intent("b", server % "" + "run: {kind: playbook, source: site.yml, hosts: box}\n"),
                 "c.intent.yaml": cli.intent("c", GOOD), "my files/a, b": "one\n",
                 "site/site.yml": "- {hosts: all, tasks: []}\n", "site/roles/r/tasks/main.yml": "[]\n"}
        project = self.committed(files)
        for changed, stack in (("my files/a, b", "a"), ("site/roles/r/tasks/main.yml", "b")):
            self.write(project, changed, "- {}\n")
            self.assertEqual(self.stacks(project, "--changed", expect=None), [stack], changed)
            self.git(project, "checkout", "-q", ".")

    def test_a_root_above_its_intent(self):
        project = self.committed({"agentops.yaml": "apiVersion: agentops/v1\n", "main.tf": "# one\n",
                                  "in/a.intent.yaml": cli.intent("a", "r: {kind: terraform, source: ../}\n"),
                                  "in/b.intent.yaml": cli.intent("b", GOOD)})
        self.write(project, "main.tf", "# two\n")
        self.assertEqual(self.stacks(project, "--changed"), ["a"])

    def test_settings_concern_everybody(self):
        project = self.committed({"a.intent.yaml": cli.intent("a", GOOD), "b.intent.yaml": cli.intent("b", GOOD),
                                  "agentops.yaml": "apiVersion: agentops/v1\n"})
        self.write(project, "agentops.yaml", "apiVersion: agentops/v1\nfail_on: low\n")
        self.assertEqual(self.stacks(project, "--changed"), ["a", "b"])

    def test_generate_plan_drift_and_apply(self):
        project = self.committed({"a.intent.yaml": cli.intent("a", GOOD), "b.intent.yaml": cli.intent("b", GOOD),
                                  ".gitignore": ".agentops/\n"})
        for command in ("generate", "plan", "drift", "apply"):
            record = project.agentops_json(command, "--changed")
            self.assertEqual(record["stacks"], [], command)
        self.assertEqual(project.fake.calls, [])
        self.write(project, "a.intent.yaml", cli.intent("a", GOOD + "u: {kind: queue}\n"))
        for command in ("generate", "plan"):
            record = project.agentops_json(command, "--changed")
            self.assertEqual([stack["stack"] for stack in record["stacks"]], ["a"], command)


SERVER = "net: {kind: network, cidr: 10.3.0.0/16}\nbox: {kind: server, in: net, image: ubuntu-24.04, size: SIZE}\n"


class DiffTest(GitTest):
    def diff(self, project, *args, expect=2):
        """The record of a diff, with its stacks by name and their changes by address."""
        record = project.agentops_json("diff", *args, expect=expect)
        self.assertEqual(project.fake.calls, [])
        return record, {stack["stack"]: {change["address"]: change["action"] for unit in stack["units"]
                                         for change in unit["resources"]} for stack in record["stacks"]}

    def test_what_two_revisions_want(self):
        project = self.committed({"shop.intent.yaml": cli.intent(components=cli.topic("a") + cli.topic("b")),
                                  "gone.intent.yaml": cli.intent("gone", cli.topic("g")),
                                  "same.intent.yaml": cli.intent("same", cli.topic("s"))})
        self.diff(project, expect=0)
        self.write(project, "shop.intent.yaml", cli.intent(components=cli.topic("a", "new") + cli.topic("c")))
        project.path("gone.intent.yaml").unlink()
        self.write(project, "fresh.intent.yaml", cli.intent("fresh", cli.topic("f")))
        record, stacks = self.diff(project)
        self.assertEqual(stacks, {
            "fresh": {"aws_sns_topic.f": "create"}, "gone": {"aws_sns_topic.g": "delete"},
            "shop": {"aws_sns_topic.a": "update", "aws_sns_topic.b": "delete", "aws_sns_topic.c": "create"}})
        self.assertEqual(record["next"], ["agentops plan fresh shop"])
        self.assertEqual({stack["stack"]: stack["risk"] for stack in record["stacks"]},
                         {"fresh": "low", "gone": "high", "shop": "high"})
        (changed,) = [change for unit in record["stacks"][2]["units"] for change in unit["resources"]
                      if change["action"] == "update"]
        self.assertEqual([(one["path"], one["before"], one["after"]) for one in changed["attributes"]],
                         [("name", '"a"', '"new"')])
        self.git(project, "add", "-A")
        self.git(project, "commit", "-qm", "second")
        self.diff(project, expect=0)
        self.assertEqual(self.diff(project, "HEAD~1", "HEAD")[1], stacks)

    def test_cost_and_findings(self):
        project = self.committed({"shop.intent.yaml": cli.intent(components=SERVER.replace("SIZE", "t3.micro"))})
        self.write(project, "shop.intent.yaml", cli.intent(components=SERVER.replace("SIZE", "t3.large")))
        record, stacks = self.diff(project)
        self.assertEqual(stacks, {"shop": {"aws_instance.box": "update"}})
        (unit,) = record["stacks"][0]["units"]
        self.assertRegex(unit["cost"], r"^\+[1-9][0-9.]* USD/month$")
        self.write(project, "shop.intent.yaml", cli.intent(components=(
            SERVER.replace("SIZE", "t3.micro")
            + "v: {kind: resource, type: aws_ebs_volume, args: {availability_zone: eu-west-1a, size: 10}}\n")))
        record, _ = self.diff(project)
        self.assertEqual([(one["rule"], one["address"]) for one in record["findings"]],
                         [("unencrypted-storage", "aws_ebs_volume.v")])
        self.git(project, "commit", "-qam", "second")
        self.git(project, "checkout", "-q", "HEAD~1")
        self.assertEqual(self.diff(project, "main", "HEAD")[0]["stacks"][0]["risk"], "critical")
        record, _ = self.diff(project, "main")
        self.assertEqual((record["findings"], [one["rule"] for one in record["findings_gone"]]),
                         ([], ["unencrypted-storage"]))

    def test_the_projects_agents_are_not_asked(self):
        project = self.committed({"shop.intent.yaml": cli.intent(components=cli.topic("a")),
                                  "agentops.yaml": "apiVersion: agentops/v1\nagents: {x: {command: [sh, ran.sh], "
                                                   "reads: [prices], writes: [prices]}}\n",
                                  "ran.sh": "touch ran\n"})
        project.env["XDG_CONFIG_HOME"] = str(project.fake.folder)
        project.agentops("agents", "--trust")
        self.write(project, "shop.intent.yaml", cli.intent(components=cli.topic("a", "new")))
        self.diff(project)
        self.assertFalse(project.path("ran").exists())
        project.agentops("check", expect=None)
        self.assertTrue(project.path("ran").exists())

    def test_files_of_machines_and_modules(self):
        text = (SERVER.replace("SIZE", "t3.micro").rstrip("\n").rstrip("}")
                + ", configure: {files: {/etc/a: {source: a.txt}}}}\nm: {kind: module, source: ./mod}\n")
        project = self.committed({"shop.intent.yaml": cli.intent(components=text), "a.txt": "one\n",
                                  "mod/main.tf": "# one\n"})
        self.write(project, "a.txt", "two\n")
        self.write(project, "mod/main.tf", "# two\n")
        _, stacks = self.diff(project)
        self.assertEqual(set(stacks["shop"].values()), {"update"})
        self.assertIn("module.m", stacks["shop"])
        self.assertEqual(len(stacks["shop"]), 2)


if __name__ == "__main__":
    cli.main()
