#!/usr/bin/env python3
"""The man pages: as the program makes them now, and clean to a reader of man pages."""

import os
import pathlib

import cli
import harness

MAN = pathlib.Path(os.environ["AGENTOPS_SOURCE"]) / "man"


class ManTest(cli.CliTest):
    def test_pages_are_fresh(self):
        """When this fails: agentops __man man, and commit."""
        project = self.project()
        project.path("made").mkdir()
        project.agentops("__man", "made")
        made = {page.name: page.read_text(encoding="utf-8") for page in project.path("made").iterdir()}
        kept = {page.name: page.read_text(encoding="utf-8") for page in MAN.iterdir()}
        self.assertEqual(sorted(made), sorted(kept))
        for name, text in made.items():
            self.assertEqual(text, kept[name], name)

    def test_mandoc_finds_nothing_to_warn_of(self):
        project = self.project()
        pages = sorted(map(str, MAN.iterdir()))
        self.assertGreater(len(pages), 20)
        harness.run(["mandoc", "-T", "lint", "-W", "warning", *pages], env=project.env, cwd=project.folder, expect=0)

    def test_a_page_reads_well(self):
        project = self.project()
        done = harness.run(["mandoc", "-T", "ascii", str(MAN / "agentops-check.1")], env=project.env, cwd=project.folder,
                           expect=0)
        text = "".join(c for i, c in enumerate(done.out) if c != "\b" and done.out[i + 1:i + 2] != "\b")
        for words in ("agentops check [OPTION]... [STACK]...", "--staged", "EXIT STATUS", "an intent is invalid"):
            self.assertIn(words, text)


if __name__ == "__main__":
    cli.main()
