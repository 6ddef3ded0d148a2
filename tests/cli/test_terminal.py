#!/usr/bin/env python3
"""The question on a terminal: what is asked, and which answers count."""

import os
import pty
import select
import signal
import time

import cli

AB = cli.topic("a") + cli.topic("b")


class TerminalTest(cli.CliTest):
    def ask(self, project, answer, *args, env=None):
        """Runs a command on a terminal and answers its question; returns exit code and screen."""
        ours, theirs = pty.openpty()
        environment = {"TERM": "xterm", "CI": "", **(env or {})}
        process = project.start(*args, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        screen, answered, deadline = "", False, time.monotonic() + 300
        while time.monotonic() < deadline:
            ready, _, _ = select.select([ours], [], [], 0.05)
            if ready:
                try:
                    screen += os.read(ours, 65536).decode("utf-8", "replace")
                except OSError:  # the other side was closed
                    break
            if "to apply:" in screen or "Type yes:" in screen:
                if not answered:
                    answer(ours, process) if callable(answer) else os.write(ours, answer.encode())
                answered = True
            if process.poll() is not None and not ready:
                break
        os.close(ours)
        code = process.wait(10)
        self.assertTrue(answered or answer is None, screen)
        return code, screen

    def test_yes_applies(self):
        project = self.project()
        code, screen = self.ask(project, "yes\n", "apply")
        self.assertEqual(code, 0, screen)
        self.assertLess(screen.index("aws_sns_topic.alarms"), screen.index("Type yes:"))
        self.assertEqual(project.fake.commands.count("apply"), 1)

    def test_anything_else_does_not(self):
        for answer in ("no\n", "\n", "y\n", "\x04"):
            with self.subTest(answer):
                project = self.project()
                code, screen = self.ask(project, answer, "apply")
                self.assertEqual(code, 5, screen)
                self.assertIn("approval.refused", screen)
                self.assertNotIn("apply", project.fake.commands)

    def test_loss_wants_its_number(self):
        project = self.project(cli.intent(components=AB))
        self.apply(project)
        project.fake.forget()
        for answer in ("yes\n", "1\n", "20\n"):
            code, screen = self.ask(project, answer, "destroy")
            self.assertEqual(code, 5, screen)
            self.assertIn("2 resources", screen)
        self.assertNotIn("apply", project.fake.commands)
        code, screen = self.ask(project, "2\n", "destroy")
        self.assertEqual(code, 0, screen)

    def test_interrupt_at_the_question(self):
        project = self.project()
        code, screen = self.ask(project, lambda _, p: p.send_signal(signal.SIGINT), "apply")
        self.assertEqual(code, 130, screen)
        self.assertNotIn("apply", project.fake.commands)

    def test_no_question_where_none_may_be(self):
        project = self.project()
        for arguments, env in ((["apply", "--no-input"], {}), (["apply", "--json"], {}),
                               (["apply"], {"CI": "true"})):
            code, screen = self.ask(project, None, *arguments, env=env)
            self.assertEqual(code, 5, screen)
            self.assertNotIn("Type yes", screen)


if __name__ == "__main__":
    cli.main()
