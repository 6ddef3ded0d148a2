#!/usr/bin/env python3
"""The quickstart that the README shows runs as it stands and leaves nothing behind."""

import harness


class QuickstartTest(harness.E2eTest):
    def test_it_plans_applies_changes_and_destroys(self):
        harness.terraform(), harness.tool("aws"), harness.tool("moto_server")
        folder = self.project().folder
        environment = harness.base_environment({"AGENTOPS": harness.agentops_binary()})
        shown = harness.run([harness.SOURCE / "examples/quickstart/run"], env=environment, cwd=folder, expect=0)
        for line in ("$ agentops plan", "$ agentops approve latest", "$ agentops apply latest",
                     "quickstart: planned, applied, changed and destroyed; nothing is left."):
            self.assertIn(line, shown.out)


if __name__ == "__main__":
    harness.main()
