"""Runs the pipelines that `agentops ci init` writes, step by step, as each CI would: every job in a
clone of its own, with the variables, the files and the artifacts that the CI gives it."""

import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import yaml

import harness
from forge_server import Forge


@dataclasses.dataclass
class Job:
    """What became of a job."""

    code: int
    out: str


class Expression:
    """Conditions of GitHub, GitLab and Buildkite: comparisons, && and ||, over names."""

    TOKEN = re.compile(r"\s*(?:(&&|\|\||[!=]=|[()])|'([^']*)'|\"([^\"]*)\"|(\$?[A-Za-z_][\w.-]*))")

    def __init__(self, lookup):
        self._lookup = lookup

    def __call__(self, text):
        code, values, at = [], [], 0
        text = text.strip()
        while at < len(text):
            token = self.TOKEN.match(text, at)
            if token is None:
                raise ValueError(f"{text!r} at {at}")
            at = token.end()
            sign, single, double, name = token.groups()
            if sign:
                code.append({"&&": "and", "||": "or"}.get(sign, sign))
            else:
                code.append(f"v[{len(values)}]")
                values.append(self._lookup(name) if name else single if single is not None else double)
        return eval(" ".join(code), {"v": values})  # of v[0], and, or, ==, != and brackets only


class Runner:
    """What all CIs have in common. `environment` holds what a person sets once: credentials, the token."""

    def __init__(self, origin, environment):
        self.origin, self.environment = pathlib.Path(origin), environment
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="agentops-ci-"))
        self._artifacts = self.folder / "artifacts"
        self._count = 0

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def git(self, *command, cwd=None):
        return harness.run(["git", *command], env=self.environment, cwd=cwd or self.origin, expect=0).out.strip()

    def checkout(self, commit):
        """A fresh clone, as each job has."""
        self._count += 1
        folder = self.folder / f"job-{self._count}"
        self.git("clone", "--quiet", str(self.origin), str(folder), cwd=self.folder)
        self.git("checkout", "--quiet", "--detach", self.git("rev-parse", commit), cwd=folder)
        return folder

    def merged(self, branch, target="main"):
        """The commit that merging the branch would make: what GitHub checks out for a pull request."""
        folder = self.checkout(target)
        self.git("-c", "user.name=ci", "-c", "user.email=ci@example.com", "merge", "--quiet", "--no-ff", "-m", "merge",
                 f"origin/{branch}", cwd=folder)
        self.git("push", "--quiet", "--force", "origin", f"HEAD:refs/pull/{branch}/merge", cwd=folder)
        return self.git("rev-parse", "HEAD", cwd=folder), folder

    def shell(self, command, script, folder, environment):
        """Runs a script as the CI's shell does; stdout and stderr together."""
        path = self.folder / "script"
        path.write_text(script)
        done = subprocess.run([*command, str(path)], cwd=folder, env={**self.environment, "CI": "true", **environment},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return Job(done.returncode, done.stdout)

    def upload(self, name, folder, paths):
        for path in paths:
            target = self._artifacts / name / path
            if (folder / path).is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / path, target)  # modes are lost, as in a zip

    def download(self, name, folder):
        if not (self._artifacts / name).is_dir():
            raise AssertionError(f"no artifact {name}")
        shutil.copytree(self._artifacts / name, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)

    def artifact(self, name, path):
        return self._artifacts / name / path


class GitHub(Runner):
    FILE = ".github/workflows/agentops.yml"

    def run(self, event, *, branch="main", number=None, repository="acme/shop", actor="ann"):
        """Runs all jobs that the event starts; {job: Job}, with the step summaries in `summary`."""
        if event == "pull_request":
            commit, source = self.merged(branch)
            text = (source / self.FILE).read_text()
        else:
            commit, text = self.git("rev-parse", branch), self.git("show", f"{branch}:{self.FILE}")
        workflow = yaml.safe_load(text)
        names = {"github": {"event_name": event, "repository": "acme/shop", "token": self.environment["FORGE_TOKEN"],
                            "event": {"pull_request": {"number": number, "head": {"repo": {"full_name": repository}}}}}}
        self.summary, jobs, results, outputs = "", workflow["jobs"], {}, {}
        shell = workflow["defaults"]["run"]["shell"].split()[:-1]
        for name, job in jobs.items():
            names["needs"] = {need: {"outputs": outputs.get(need, {})} for need in self._needs(job)}
            ready = all(need in results and results[need].code == 0 for need in self._needs(job))
            if ready and self._value(job["if"], names):
                results[name], outputs[name] = self._job(job, names, commit, shell, number, actor)
        return results

    @staticmethod
    def _needs(job):
        needs = job.get("needs", [])
        return [needs] if isinstance(needs, str) else needs

    @staticmethod
    def _value(text, names):
        def lookup(name):
            value = names
            for part in name.split("."):
                value = value.get(part, "") if isinstance(value, dict) else ""
            return value
        return Expression(lookup)(text)

    def _filled(self, text, names):
        return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(self._value(found[1], names)), text)

    def _job(self, job, names, commit, shell, number, actor):
        folder, result, steps = None, Job(0, ""), {}
        event = self.folder / "event.json"
        event.write_text(json.dumps(names["github"]["event"] if number else {}))
        for step in job["steps"]:
            if result.code != 0 and step.get("if") != "always()":
                continue
            given = step.get("with", {})
            match step.get("uses", "").split("@")[0]:
                case "actions/checkout":
                    folder = self.checkout(commit)
                    assert given["fetch-depth"] == 0
                case "actions/upload-artifact":
                    paths = given["path"].split()
                    top = os.path.commonpath([os.path.dirname(path) for path in paths])  # it is left out
                    self.upload(given["name"], folder / top, [os.path.relpath(path, top or ".") for path in paths])
                case "actions/download-artifact":
                    self.download(given["name"], folder / given["path"])
                case "":
                    done, said = self._step(step, names, shell, folder, event, actor)
                    result = Job(result.code or done.code, result.out + done.out)
                    steps[step.get("id")] = {"outputs": said}
        return result, {name: self._filled(text, {**names, "steps": steps}) for name, text in job.get("outputs", {}).items()}

    def _step(self, step, names, shell, folder, event, actor):
        output, summary = self.folder / "output", self.folder / "summary"
        output.write_text(""), summary.write_text("")
        environment = {
            "GITHUB_ACTIONS": "true", "GITHUB_API_URL": self.environment["FORGE_URL"], "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_EVENT_PATH": str(event), "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_ACTOR": actor, "GITHUB_SERVER_URL": "https://github.com", "GITHUB_RUN_ID": "7",
            **{name: self._filled(text, names) for name, text in step.get("env", {}).items()}}
        done = self.shell(shell, step["run"], folder, environment)
        self.summary += summary.read_text()
        return done, dict(line.split("=", 1) for line in output.read_text().splitlines())

    def pull_request(self, branch, fork=False):
        return self.run("pull_request", branch=branch, number=5, repository="eve/shop" if fork else "acme/shop")

    def push(self):
        return self.run("push")

    def nightly(self):
        return self.run("schedule")


class GitLab(Runner):
    FILE = ".gitlab-ci.yml"

    def run(self, source, *, branch="main", request=None, actor="ann", fork=False):
        pipeline = yaml.safe_load(self.git("show", f"{branch}:{self.FILE}"))
        variables = {
            "CI_PIPELINE_SOURCE": source, "CI_DEFAULT_BRANCH": "main", "GITLAB_CI": "true", "CI_PROJECT_ID": "42",
            "CI_API_V4_URL": self.environment["FORGE_URL"], "GITLAB_TOKEN": self.environment["FORGE_TOKEN"],
            "GITLAB_USER_LOGIN": actor, "CI_PIPELINE_URL": "https://gitlab.com/acme/shop/-/pipelines/7",
            **pipeline["variables"]}
        if request:
            variables |= {"CI_MERGE_REQUEST_IID": request, "CI_MERGE_REQUEST_PROJECT_ID": "42",
                          "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "43" if fork else "42",
                          "CI_MERGE_REQUEST_DIFF_BASE_SHA": self.git("merge-base", "main", branch)}
        else:
            variables["CI_COMMIT_BRANCH"] = branch
        chosen = Expression(lambda name: variables.get(name.removeprefix("$")))
        jobs = [(name, {**pipeline.get(job.get("extends"), {}), **job}) for name, job in pipeline.items()
                if isinstance(job, dict) and "script" in job]
        results = {}
        for name, job in sorted(jobs, key=lambda each: pipeline["stages"].index(each[1]["stage"])):
            if any(result.code != 0 for result in results.values()) or not any(chosen(rule["if"]) for rule in job["rules"]):
                continue
            folder = self.checkout(branch)
            for need in job.get("needs", []):
                self.download(need, folder)
            results[name] = self.shell(["bash", "-eo", "pipefail"], "\n".join(job["script"]), folder, variables)
            artifacts = job.get("artifacts", {})
            self.upload(name, folder, [*artifacts.get("paths", []), *artifacts.get("reports", {}).values()])
        return {name.removeprefix("agentops-"): result for name, result in results.items()}

    def pull_request(self, branch, fork=False):
        return self.run("merge_request_event", branch=branch, request="5", fork=fork)

    def push(self):
        return self.run("push")

    def nightly(self):
        return self.run("schedule")


class Jenkins(Runner):
    FILE = "Jenkinsfile"

    def run(self, *, branch="main", request=None, timer=False, actor="ann"):
        text = self.git("show", f"{branch}:{self.FILE}")
        folder = self.checkout(branch)
        environment = {"BRANCH_NAME": f"PR-{request}" if request else branch, "GIT_URL": "https://github.com/acme/shop.git",
                       "BUILD_URL": "https://ci.example.com/job/shop/7/", "AGENTOPS_FORGE_API": self.environment["FORGE_URL"]}
        for name in re.findall(r"^    (\w+) = credentials\('agentops-forge'\)", text, re.M):
            environment[name] = self.environment["FORGE_TOKEN"]
        if request:
            environment |= {"CHANGE_ID": request, "CHANGE_TARGET": "main",
                            "CHANGE_URL": f"https://github.com/acme/shop/pull/{request}"}
        results = {}
        for name, body in self.blocks(self.block(text, r"stages \{"), r"stage\('(\w+)'\) \{"):
            conditions = self.block(body, r"when \{").strip().splitlines()
            if any(result.code != 0 for result in results.values()) or not all(
                    self._holds(line.strip(), folder, environment, timer) for line in conditions):
                continue
            if "submitterParameter" in body:
                environment[re.search(r"submitterParameter '(\w+)'", body)[1]] = actor
            script = re.search(r"sh '''(.*?)'''", self.block(body, r"steps \{"), re.S)[1]
            results[name.lower()] = self.shell(["sh", "-xe"], script, folder, environment)
            for paths in re.findall(r"archiveArtifacts artifacts: '([^']*)'", body):
                self.upload(name.lower(), folder, paths.split(","))
        return {{"approve": "apply"}.get(name, name): result for name, result in results.items()}

    @staticmethod
    def _holds(line, folder, environment, timer):
        if line == "changeRequest()":
            return "CHANGE_ID" in environment
        if found := re.fullmatch(r"branch '(.*)'", line):
            return environment["BRANCH_NAME"] == found[1]
        if found := re.fullmatch(r"expression \{ readFile\('(.*)'\).contains\('(.*)'\) \}", line):
            return found[2] in (folder / found[1]).read_text()
        return {"beforeInput true": True, "triggeredBy 'TimerTrigger'": timer, "not { triggeredBy 'TimerTrigger' }": not timer}[line]

    @staticmethod
    def _end(text, start):
        depth, quoted = 1, False
        for at in range(start, len(text)):
            if text.startswith("'''", at):
                quoted = not quoted
            if not quoted:
                depth += {"{": 1, "}": -1}.get(text[at], 0)
            if depth == 0:
                return at
        raise AssertionError("a block has no end")

    @classmethod
    def block(cls, text, head):
        """What is between the braces of the first block with this head; "" without one."""
        found = re.search(head, text)
        return text[found.end():cls._end(text, found.end())] if found else ""

    @classmethod
    def blocks(cls, text, head):
        at = 0
        while found := re.compile(head).search(text, at):
            at = cls._end(text, found.end())
            yield found[1], text[found.end():at]

    def pull_request(self, branch, fork=False):
        return self.run(branch=branch, request="5")

    def push(self):
        return self.run()

    def nightly(self):
        return self.run(timer=True)


AGENT = """#!/bin/sh
case "$1 $2" in
  "artifact download") mkdir -p "$4/$(dirname "$3")" && cp "{artifacts}/$3" "$4/$3" ;;
  "annotate --context") cat >> "{annotations}" ;;
  *) echo "buildkite-agent $*?" >&2; exit 1 ;;
esac
"""


class Buildkite(Runner):
    FILE = ".buildkite/pipeline.yml"

    def run(self, source, *, branch="main", request=None, actor="ann"):
        pipeline = yaml.safe_load(self._interpolated(self.git("show", f"{branch}:{self.FILE}")))
        tools = self.folder / "bin"
        tools.mkdir(exist_ok=True)
        self.annotations = self.folder / "annotations"
        agent = tools / "buildkite-agent"
        agent.write_text(AGENT.format(artifacts=self._artifacts / "build", annotations=self.annotations))
        agent.chmod(0o755)
        environment = {
            "PATH": f"{tools}:{self.environment['PATH']}", "BUILDKITE": "true", "BUILDKITE_UNBLOCKER": actor,
            "BUILDKITE_REPO": "git@github.com:acme/shop.git", "BUILDKITE_PULL_REQUEST": request or "false",
            "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main", "BUILDKITE_BUILD_URL": "https://buildkite.com/acme/shop/7",
            "AGENTOPS_FORGE_API": self.environment["FORGE_URL"], "GITHUB_TOKEN": self.environment["FORGE_TOKEN"]}
        names = {"build.source": source, "build.branch": branch, "build.pull_request.id": request, "null": None}
        chosen, results = Expression(names.__getitem__), {}
        for step in pipeline["steps"]:
            if any(result.code != 0 for result in results.values()) or step == "wait" or not chosen(step["if"]):
                continue
            if "block" in step:
                continue  # somebody unblocks it
            folder = self.checkout(branch)
            results[step["key"]] = self.shell(["bash", "-e"], step["command"], folder, environment)
            self.upload("build", folder, step.get("artifact_paths", []))
        return results

    @staticmethod
    def _interpolated(text):
        """What the agent does to a pipeline that it uploads: $$ is a dollar, and its own variables go in."""
        alone = re.findall(r"(?<!\$)(?:\$\$)*\$(?!\$)\S+", text)
        assert not alone, f"these would be filled in when the pipeline is uploaded: {alone}"
        return text.replace("$$", "$")

    def artifact(self, _name, path):
        return self._artifacts / "build" / path

    def pull_request(self, branch, fork=False):
        return self.run("webhook", branch=branch, request="5")

    def push(self):
        return self.run("webhook")

    def nightly(self):
        return self.run("schedule")


ALL = {"github": GitHub, "gitlab": GitLab, "jenkins": Jenkins, "buildkite": Buildkite}


class Repository:
    """A project whose pipeline is on main, the bare repository that its CI clones, its forge and the CI's runner."""

    def __init__(self, test, project, ci, *options, folder=""):
        self.project, self.ci, self._folder = project, ci, folder
        environment = project.env
        environment.update(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_SYSTEM=os.devnull, GIT_AUTHOR_NAME="a",
                           GIT_AUTHOR_EMAIL="a@example.com", GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@example.com",
                           PATH=f"{pathlib.Path(harness.agentops_binary()).parent}:{environment['PATH']}")
        self.git("init", "-q", "-b", "main")
        project.agentops("-C", folder or ".", "ci", "init", ci, *options)
        origin = project.folder.with_name(project.folder.name + ".git")
        self.git("init", "-q", "--bare", "-b", "main", str(origin))
        test.addCleanup(shutil.rmtree, origin, ignore_errors=True)
        self.git("remote", "add", "origin", str(origin))
        self.commit("first")
        self.forge = Forge("gitlab" if ci == "gitlab" else "github")
        test.addCleanup(self.forge.stop)
        environment.update(FORGE_URL=self.forge.url, FORGE_TOKEN=self.forge.token)
        self.runner = ALL[ci](origin, environment)
        test.addCleanup(self.runner.remove)

    def git(self, *command):
        return harness.run(["git", *command], env=self.project.env, cwd=self.project.folder, expect=0).out.strip()

    def commit(self, message, branch="main"):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        self.git("push", "-q", "--force", "origin", f"HEAD:refs/heads/{branch}")

    def write(self, name, text):
        self.project.write(f"{self._folder}/{name}" if self._folder else name, text)

    def change(self, name, text, branch):
        """A branch from main with another text in a file."""
        self.git("checkout", "-q", "-B", branch, "main")
        self.write(name, text)
        self.commit(f"change {branch}", branch)

    def merge(self, branch):
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", f"merge {branch}", branch)
        self.git("push", "-q", "origin", "main")

    def comments(self):
        return [comment["body"] for comment in self.forge.comments.get("5", [])]
