#!/usr/bin/env python3
"""The example of agents of one's own, one in Python and one in shell: they wait for trust, and then decide."""

import harness


class AgentsExampleTest(harness.E2eTest):
    def test_they_are_asked_heard_and_made(self):
        harness.terraform(), harness.tool("aws"), harness.tool("moto_server"), harness.tool("jq")
        folder = self.project().folder
        environment = harness.base_environment({"AGENTOPS": harness.agentops_binary()})
        shown = harness.run([harness.SOURCE / "examples/agents/run"], env=environment, cwd=folder, expect=0).out
        before, after = shown.split("$ agentops agents --trust")
        self.assertNotIn("house-rules/temporary-name", before)
        self.assertIn("house-rules/temporary-name", after)
        self.assertNotIn("web.size = t3.small", before)
        self.assertIn("web.size = t3.small", after)
        self.assertIn("house-rules: nothing below 1 GiB runs here", after)
        self.assertIn("company-prices: frame contract 4711", after)
        self.assertRegex(after, r"\nhouse-rules +vetoes and advises .*1 accepted")
        self.assertRegex(after, r"\ncost .*1 of 1 estimate held")
        self.assertTrue(shown.endswith("agents: asked, heard and made.\n"))


if __name__ == "__main__":
    harness.main()
