#!/usr/bin/env python3
"""What people see: the live tree, the question and the tables on a real terminal with a screen model."""

import re

import cli
import harness
import pexpect
import pyte

SGR = re.compile(r"\x1b\[[0-9;]*m")
MOVES = re.compile(r"\x1b\[[0-9;]*[A-HJKfsu]|\r(?!\n)")
NAMES = ["alpha", "beta", "a-stack-with-quite-a-long-name-that-needs-room-on-a-line"]


class Terminal:
    """A command on a terminal; `screen` is what a person sees, `raw` what was sent."""

    def __init__(self, project, *args, columns=80, rows=40, env=None):
        self._screen = pyte.HistoryScreen(columns, rows, history=2000)
        self._stream = pyte.Stream(self._screen)
        self.raw = ""
        variables = {**project.env, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})}
        if "CI" not in (env or {}):
            variables.pop("CI", None)
        self._child = pexpect.spawn(harness.agentops_binary(), list(args), cwd=str(project.folder), env=variables,
                                    dimensions=(rows, columns), encoding="utf-8", timeout=30)

    def read(self, until=None):
        """Shows what comes, until a pattern is on the screen (or to the end)."""
        while True:
            try:
                text = self._child.read_nonblocking(65536, timeout=30)
            except pexpect.EOF:
                break
            self.raw += text
            self._stream.feed(text)
            if until and re.search(until, self.text):
                return self
        if until:
            raise AssertionError(f"never shown: {until}\n{self.text}")
        self._child.close()
        return self

    def resize(self, columns, rows=40):
        self._child.setwinsize(rows, columns)
        self._screen.resize(rows, columns)

    def type(self, text):
        self._child.send(text)

    @property
    def code(self):
        return self._child.exitstatus

    @property
    def lines(self):
        """Everything on the screen and what scrolled out above it."""
        above = ["".join(row[x].data for x in range(self._screen.columns)) for row in self._screen.history.top]
        return [line.rstrip() for line in [*above, *self._screen.display]]

    @property
    def text(self):
        return "\n".join(self.lines).strip("\n")


class ScreenTest(cli.CliTest):
    def setUp(self):
        super().setUp()
        self.it = self.project({f"{name}.intent.yaml": cli.intent(name) for name in NAMES})

    def slow(self):
        """A project whose plans wait for a file."""
        self.it.fake.set(plan={"gate": self.it.fake.gate})
        return self.it

    def open_gate(self):
        with open(self.it.fake.gate, "w", encoding="utf-8"):
            pass

    def test_the_tree_lives_and_leaves_nothing_behind(self):
        for columns in (80, 160):
            with self.subTest(columns):
                self.slow()
                seen = Terminal(self.it, "plan", "-j", "3", columns=columns).read("plan.*\n(.*\n)*.*plan.*\n(.*\n)*.*plan")
                for name in ("alpha", "beta", "a-stack-with"):
                    self.assertEqual(seen.text.count(name), 1, seen.text)
                self.assertRegex(seen.raw, MOVES)
                self.open_gate()
                seen.read()
                self.assertEqual(seen.code, 0, seen.text)
                self.assertEqual(len(re.findall(r"aws_sns_topic\.alarms", seen.text)), 3, seen.text)
                self.assertIn("3 to create", seen.text.splitlines()[-1])
                self.assertNotRegex(seen.text, r"running|[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]")
                self.setUp()

    def test_a_terminal_that_changes_its_size(self):
        for first, then in ((160, 80), (80, 160), (160, 40)):
            with self.subTest(f"{first} to {then}"):
                self.slow()
                seen = Terminal(self.it, "plan", "-j", "3", columns=first).read("alpha")
                seen.resize(then)
                self.open_gate()
                seen.read()
                self.assertEqual(seen.code, 0, seen.text)
                self.assertEqual(len(re.findall(r"aws_sns_topic\.alarms", seen.text)), 3, seen.text)
                self.assertRegex(seen.text, r"3 to create")
                self.setUp()

    def test_no_colour(self):
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"CLICOLOR": "0"}):
            with self.subTest(env):
                seen = Terminal(self.it, "plan", env=env).read()
                self.assertNotRegex(seen.raw, SGR)
                self.assertIn("3 to create", seen.text)
        self.assertRegex(Terminal(self.it, "plan").read().raw, SGR)

    def test_colour_says_nothing_alone(self):
        plain = Terminal(self.it, "check", env={"NO_COLOR": "1"}).read()
        coloured = Terminal(self.it, "check").read()
        self.assertEqual(plain.text, coloured.text)

    def test_ci_gets_plain_lines(self):
        seen = Terminal(self.it, "plan", env={"CI": "true"}).read()
        self.assertNotRegex(seen.raw, SGR)
        self.assertNotRegex(seen.raw, MOVES)
        for name in NAMES:
            self.assertRegex(seen.raw, rf"(?m)^{name}/main +plan +ok ")

    def test_tables_fit(self):
        for columns in (80, 160):
            for command in (["check"], ["doctor"], ["config", "show", "--origin"], ["runs"], ["agents"], ["graph"],
                            ["explain", "alarms"], ["plan"], ["prices", "t3.micro"]):
                with self.subTest(f"{columns}: {' '.join(command)}"):
                    seen = Terminal(self.it, *command, columns=columns, rows=200).read()
                    printed = SGR.sub("", seen.raw).replace("\r", "").split("\n")
                    # What is to be copied into a shell is never broken.
                    wide = [line for line in printed if len(line) > columns and "fix: " not in line]
                    self.assertEqual([line for line in wide if not MOVES.search(line)], [])

    def test_a_long_question_at_any_width(self):
        for columns in (80, 160):
            with self.subTest(columns):
                seen = Terminal(self.it, "apply", columns=columns).read("Type yes:")
                seen.type("no\n")
                seen.read()
                self.assertEqual(seen.code, 5, seen.text)
                self.assertIn("approval.refused", seen.text)


if __name__ == "__main__":
    cli.main()
