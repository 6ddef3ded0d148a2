#!/usr/bin/env python3
"""The Tab key, in the real shells: what is offered for commands, flags, stacks, runs and kinds."""

import os
import pathlib
import shlex

import cli
import harness
import pexpect

FILES = {"shop.intent.yaml": cli.intent(components="jobs: {kind: queue}\n",
                                        rest="environments: {dev: {}, prod: {}}\n"),
         "net.intent.yaml": cli.intent("net", "base: {kind: network, cidr: 10.0.0.0/16}\n")}


class CompletionTest(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.made = self.project(FILES)
        binary = pathlib.Path(harness.agentops_binary()).parent
        self.made.env.update(PATH=f"{binary}:{self.made.env['PATH']}", HOME=str(self.made.fake.folder), TERM="dumb")
        self.scripts = pathlib.Path(os.environ["AGENTOPS_SOURCE"]) / "completions"

    def run_shell(self, *command):
        return harness.run(list(command), env=self.made.env, cwd=self.made.folder, expect=0, timeout=30).out.split("\n")

    def test_the_program(self):
        offered = lambda *words: [line.split("\t")[0] for line in self.made.agentops("__complete", *words).out.splitlines()]
        self.assertEqual(offered("pl"), ["plan"])
        self.assertEqual(offered("plan", ""), ["net", "shop@dev", "shop@prod"])
        self.assertEqual(offered("plan", "--env", ""), ["dev", "prod"])
        self.assertEqual(offered("plan", "--det"), ["--detailed-exitcode"])
        self.assertEqual(offered("plan", "--js"), ["--json"])
        self.assertEqual(offered("hook", ""), ["install", "uninstall", "status"])
        self.assertEqual(offered("hook", "install", ""), [])
        self.assertIn("queue", offered("explain", ""))
        self.assertIn("jobs", offered("explain", "j"))
        self.assertEqual(offered("runs", ""), [])
        run = self.made.agentops_json("plan", "net")["run"]
        self.assertEqual(offered("approve", ""), ["latest", run])
        self.assertIn("shop@dev", offered("apply", "s"))
        self.assertEqual(offered("nonsense", ""), [])
        self.made.path("net.intent.yaml").write_text("[", encoding="utf-8")
        self.assertEqual(offered("plan", ""), ["shop@dev", "shop@prod"])

    def test_bash(self):
        for words, expected in ((("pl",), ["plan"]), (("plan", "shop"), ["shop@dev", "shop@prod"])):
            script = (f"source {shlex.quote(str(self.scripts / 'agentops.bash'))}; "
                      f"COMP_WORDS=(agentops {' '.join(words)}); COMP_CWORD={len(words)}; _agentops; "
                      'printf "%s\\n" "${COMPREPLY[@]}"')
            self.assertEqual(self.run_shell("bash", "--norc", "-c", script)[:-1], expected)

    def test_fish(self):
        source = f"source {shlex.quote(str(self.scripts / 'agentops.fish'))}"
        self.assertEqual([line.split("\t")[0] for line in self.run_shell(
            "fish", "--no-config", "-c", f"{source}; complete -C 'agentops plan shop'") if line],
            ["shop@dev", "shop@prod"])
        (plan,) = [line for line in self.run_shell("fish", "--no-config", "-c", f"{source}; complete -C 'agentops pla'") if line]
        self.assertTrue(plan.startswith("plan\tShow what would change"), plan)

    def test_zsh(self):
        shell = pexpect.spawn("zsh", ["-f", "-i"], env=self.made.env, cwd=str(self.made.folder), encoding="utf-8",
                              timeout=20, dimensions=(40, 120))
        self.addCleanup(shell.close, force=True)
        shell.sendline("PS1='ready> '; autoload -Uz compinit; compinit -u -D; "
                       f"source {shlex.quote(str(self.scripts / '_agentops'))}; echo set''up")
        shell.expect("setup")
        shell.expect("ready> ")
        shell.send("agentops pla\t")
        shell.expect("agentops plan ")
        shell.send("ne\t\x01echo [\x05]")
        shell.expect(r"\[agentops plan net \]|agentops plan net")


if __name__ == "__main__":
    cli.main()
