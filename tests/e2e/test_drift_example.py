#!/usr/bin/env python3
"""The story of examples/drift: found, adopted, reverted, healed."""

import harness


class DriftExampleTest(harness.E2eTest):
    def test_the_story(self):
        harness.terraform(), harness.tool("aws"), harness.tool("moto_server")
        folder = self.project().folder
        environment = harness.base_environment({"AGENTOPS": harness.agentops_binary()})
        shown = harness.run([harness.SOURCE / "examples/drift/run"], env=environment, cwd=folder, expect=0)
        for line in ("no drift: 3 in sync",
                     "+      retention_in_days: 90          # what the auditors ask for",
                     "  DRIFT  aws_dynamodb_table.carts  tags.team",
                     "settings Progressing Healed: 1 object restored by run ",
                     "settings Ready (was Progressing) InSync: 3 objects in sync",
                     'agentops_stack_condition{stack="settings",condition="Ready"} 1',
                     "drift: found, adopted, reverted and healed."):
            self.assertIn(line, shown.out)


if __name__ == "__main__":
    harness.main()
