#!/usr/bin/env python3
"""The HTML report of a real plan in a real browser: clicked through, judged by axe, attacked, and with 5,000 resources."""

import json
import os
import shutil
import sys

import harness

sys.path.insert(0, str(harness.SOURCE / "tests/cli"))

import test_report  # noqa: E402


class PageTest(harness.AwsTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        project = harness.Project({"shop.intent.yaml": (harness.SOURCE / "examples/quickstart/quickstart.intent.yaml").read_text()},
                                  cls.emulator.environment)
        cls.addClassCleanup(project.remove)
        project.agentops("plan", "--param", f"endpoint={cls.emulator.url}")
        project.agentops("report", "latest", "-o", "plain.html")
        large = [test_report.change(f"aws_subnet.n{i}") for i in range(5000)]
        for name, record in {"hostile": test_report.hostile(), "large": test_report.record(stacks=[test_report.stack("shop", large)])}.items():
            project.write(f"{name}.json", json.dumps(record))
            project.agentops("report", f"{name}.json", "-o", f"{name}.html")
        pictures = os.environ.get("AGENTOPS_PICTURES", project.folder)
        files = [project.path(f"{name}.html") for name in ("plain", "hostile", "large")]
        env = harness.base_environment({"CHROMIUM": shutil.which("chromium") or ""})
        outcome = harness.run([harness.tool("node"), harness.SOURCE / "tests/e2e/page.mjs", harness.node_modules(), pictures, *files],
                              env=env, cwd=project.folder, expect=0)
        cls.seen = outcome.json

    def test_nothing_is_fetched_and_nothing_breaks(self):
        self.assertEqual((self.seen["errors"], self.seen["requests"], self.seen["dialogs"]), ([], [], 0))

    def test_it_is_accessible(self):
        self.assertEqual(self.seen["axe"], [])

    def test_it_fits_both_widths(self):
        self.assertEqual([self.seen[f"{name} overflow"] for name in ("wide", "narrow", "dark")], [0, 0, 0])

    def test_sections_search_filter_and_links(self):
        seen = self.seen
        self.assertRegex(seen["title"], r"^agentops plan: \d+ to create")
        self.assertEqual(seen["sections"], ["Summary", "Architecture", "Changes", "Decisions", "Cost", "Timeline"])
        self.assertEqual(seen["focused"], "search")
        self.assertGreater(seen["all"], seen["searched"])
        self.assertGreater(seen["searched"], 2)
        self.assertEqual(seen["filtered"], 2)  # of the hostile page's nine
        self.assertRegex(seen["hash"], r"^#change%2F")
        self.assertEqual(seen["linked"], 1)
        self.assertRegex(seen["reason"], r"^Because \S")
        self.assertEqual(seen["theme"], "rgb(18, 22, 28)")
        self.assertFalse(seen["printed"])

    def test_no_markup_of_a_text_is_markup(self):
        self.assertEqual((self.seen["scripts"], self.seen["images"], self.seen["shown"]), (3, 0, True))  # with axe's own

    def test_five_thousand_resources(self):
        large = self.seen["large"]
        self.assertEqual((large["rows"], large["found"]), (200, 1))
        self.assertLess(large["took"], 5000)


if __name__ == "__main__":
    harness.main()
