#!/usr/bin/env python3
"""One intent under three budgets: three designs, each explained and made on the emulator."""

import re

import harness
import journey

ENVIRONMENTS = ("small", "solid", "roomy")


class BudgetsTest(journey.AwsJourney):
    def test_three_designs(self):
        project = self.project(self.files())
        chosen = {name: self.chosen(project, name) for name in ENVIRONMENTS}
        planned = project.agentops_json("plan")
        for unit in (stack["units"][0] for stack in planned["stacks"]):
            self.assertRegex(unit["cost"], r"^\+\d+\.\d\d( to \+\d+\.\d\d)? USD/month$")
            self.assertEqual(unit["unpriced"], [])
        project.agentops("approve", "latest", "--as", "ann")
        project.agentops_json("apply", "latest")
        for name, knobs in chosen.items():
            self.is_made(project, name, knobs)
        self.assertEqual(len({tuple(sorted(knobs.items())) for knobs in chosen.values()}), 3, chosen)
        self.assertEqual([chosen[name]["db.multi_zone"] for name in ENVIRONMENTS], ["false", "true", "true"])
        self.assertLess(chosen["small"]["net.zones"], chosen["solid"]["net.zones"])
        self.decisions_are_explained(project)
        self.a_budget_that_is_too_small_is_a_conflict(project)

    def files(self):
        """The example, each environment sent to an emulator of its own: one confuses its databases."""
        files = journey.example("budgets")
        for name in ENVIRONMENTS:
            emulator = harness.Emulator()
            self.addCleanup(emulator.stop)
            target = f'    target: {{endpoint: "{emulator.start().url}"}}\n'
            files["shop.intent.yaml"] = re.sub(f"(  {name}:.*\n)", rf"\1{target}", files["shop.intent.yaml"])
        return files

    def chosen(self, project, name):
        """The knobs that the arbiter awarded."""
        (frontier,) = project.agentops_json("explore", f"shop@{name}")["frontiers"]
        (chosen,) = [design for design in frontier["designs"] if design["chosen"]]
        self.assertTrue(chosen["allowed"])
        return dict(knob.split("=") for knob in chosen["design"])

    def is_made(self, project, name, knobs):
        """What was awarded is what the state holds."""
        values = journey.state_values(project, f"shop@{name}/main")
        group, template = values["aws_autoscaling_group.web"], values["aws_launch_template.web"]
        database = values["aws_db_instance.db"]
        self.assertEqual(str(group["desired_capacity"]), knobs["web.count"])
        self.assertEqual(template["instance_type"], knobs["web.size"])
        self.assertEqual(database["instance_class"], knobs["db.size"])
        self.assertEqual(database["multi_az"], knobs["db.multi_zone"] == "true")

    def decisions_are_explained(self, project):
        said = project.agentops("explain", "db.multi_zone", "--stack", "shop@solid").out
        self.assertIn("availability 99.95 % of web decides it: at ", said)
        self.assertIn("it would be false", said)
        why = project.agentops("explain", "web.size", "--why-not", "t3.nano", "--stack", "shop@small").out
        self.assertIn("capacity: ", why)

    def a_budget_that_is_too_small_is_a_conflict(self, project):
        record = project.agentops_json("explore", "shop@solid", "--what-if", "budget=100 USD/month", expect=3)
        (conflict,) = record["diagnostics"]
        self.assertEqual(conflict["code"], "negotiate.conflict")
        self.assertRegex(conflict["help"], r"raise the budget to \d+\.\d\d USD/month")


if __name__ == "__main__":
    harness.main()
