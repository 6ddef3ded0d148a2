#!/usr/bin/env python3
"""One intent under three budgets: three designs, each explained and made on the emulator."""

import harness
import journey

ENVIRONMENTS = ("small", "solid", "roomy")


class BudgetsTest(journey.AwsJourney):
    time_limit = 900

    def test_three_designs(self):
        project = self.project(self.files())
        made = {name: self.made(project, name) for name in ENVIRONMENTS}
        self.assertEqual(len({tuple(sorted(design.items())) for design in made.values()}), 3, made)
        self.assertEqual([made[name]["standby"] for name in ENVIRONMENTS], [False, True, True])
        self.assertLess(made["small"]["zones"], made["solid"]["zones"])
        self.decisions_are_explained(project)
        self.a_budget_that_is_too_small_is_a_conflict(project)

    def files(self):
        """The example, sent to the emulator."""
        files = journey.example("budgets")
        text = files["shop.intent.yaml"]
        files["shop.intent.yaml"] = text.replace(
            "region: eu-west-1}", f'region: eu-west-1, endpoint: "{self.emulator.url}"}}')
        return files

    def made(self, project, name):
        """Applies an environment; what was awarded is what the state holds."""
        stack = f"shop@{name}"
        (frontier,) = project.agentops_json("explore", stack)["frontiers"]
        (chosen,) = [design for design in frontier["designs"] if design["chosen"]]
        self.assertTrue(chosen["allowed"])
        planned = project.agentops_json("plan", stack)
        self.assertRegex(planned["stacks"][0]["units"][0]["cost"], r"^\+\d+\.\d\d( to \+\d+\.\d\d)? USD/month$")
        self.assertEqual(planned["stacks"][0]["units"][0]["unpriced"], [])
        self.apply_latest(project)
        values = journey.state_values(project, f"{stack}/main")
        knobs = dict(knob.split("=") for knob in chosen["design"])
        group, template = values["aws_autoscaling_group.web"], values["aws_launch_template.web"]
        database = values["aws_db_instance.db"]
        self.assertEqual(str(group["desired_capacity"]), knobs["web.count"])
        self.assertEqual(template["instance_type"], knobs["web.size"])
        self.assertEqual(database["instance_class"], knobs["db.size"])
        self.assertEqual(database["multi_az"], knobs["db.multi_zone"] == "true")
        project.agentops("plan", stack, "--detailed-exitcode")
        return {"size": knobs["web.size"], "count": knobs["web.count"], "standby": database["multi_az"],
                "zones": int(knobs["net.zones"])}

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
