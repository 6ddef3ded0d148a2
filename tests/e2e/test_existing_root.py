#!/usr/bin/env python3
"""Existing roots and local modules keep their files and states, and take part in the graph."""

import json

import harness
import journey

SECRET = "canary-Lm20-sensitive-output"
# A state of its own, variables and outputs; no provider but Terraform's own, so that it is quick.
LEGACY = """\
terraform {
  backend "local" { path = "state/legacy.tfstate" }
}
variable "zone" { type = string }
variable "sizes" { type = list(number) }
variable "token" {
  type      = string
  sensitive = true
}
resource "terraform_data" "net" { input = { zone = var.zone, sizes = var.sizes } }
output "zone" { value = terraform_data.net.output.zone }
output "sizes" { value = terraform_data.net.output.sizes }
output "token" {
  value     = var.token
  sensitive = true
}
"""
PART = """\
variable "name" { type = string }
resource "terraform_data" "part" { input = upper(var.name) }
output "loud" { value = terraform_data.part.output }
"""
REPORT = """\
variable "loud" { type = string }
output "loud" { value = var.loud }
"""
INTENT = """\
apiVersion: agentops/v1
intent: shop
owner: ann@example.com
target: {provider: aws, region: eu-west-1}
components:
  legacy:
    kind: terraform
    source: ./legacy
    variables: {zone: a, sizes: [1, 2], token: "${secret.token}"}
    outputs: [zone, sizes, token]
  part: {kind: module, source: ./part, inputs: {name: "in-${legacy.zone}"}}
  copy:
    kind: resource
    type: terraform_data
    args: {input: {sizes: "${legacy.sizes}", token: "${legacy.token}", loud: "${part.loud}"}}
  report: {kind: terraform, source: ./report, variables: {loud: "${part.loud}"}}
"""
SETTINGS = """\
apiVersion: agentops/v1
secrets: {token: {env: TOKEN}}
"""


class ExistingRootTest(journey.Journey, harness.E2eTest):
    def make(self):
        harness.terraform()
        folder = self.project().folder
        environment = {"TF_CLI_CONFIG_FILE": harness.cli_config(folder), "TOKEN": SECRET}
        return self.project({"agentops.yaml": SETTINGS, "shop.intent.yaml": INTENT, "legacy/main.tf": LEGACY,
                             "part/main.tf": PART, "report/main.tf": REPORT}, env=environment)

    def apply_until_done(self, project):
        first = project.agentops_json("plan")
        self.assertEqual(journey.units(first)["shop/legacy"], "planned")
        applied = self.apply_latest(project)
        self.assertEqual(journey.units(applied),
                         {"shop/legacy": "applied", "shop/main": "applied", "shop/report": "applied"})

    def test_outputs_are_handed_over_in_both_directions(self):
        project = self.make()
        self.apply_until_done(project)
        values = journey.state_values(project)
        self.assertEqual(values["terraform_data.copy"]["input"]["value"],
                         {"sizes": [1, 2], "token": SECRET, "loud": "IN-A"})
        report = json.loads(project.read("report/terraform.tfstate"))
        self.assertEqual(report["outputs"]["loud"]["value"], "IN-A")
        legacy = json.loads(project.read("legacy/state/legacy.tfstate"))
        self.assertEqual(legacy["outputs"]["zone"]["value"], "a")
        self.root_is_as_it_was(project)
        self.secret_is_only_in_states(project)
        self.second_plan_is_empty(project)
        self.drift_of_files_is_stale(project)
        self.check_private(project)

    def root_is_as_it_was(self, project):
        self.assertEqual(project.read("legacy/main.tf"), LEGACY)
        names = {path.name for path in project.path("legacy").iterdir()}
        self.assertLessEqual(names, {"main.tf", "state", ".terraform.lock.hcl"})

    def secret_is_only_in_states(self, project):
        """And in the file with which it was handed over to Terraform."""
        for path in journey.files_under(project.folder):
            if path.is_file() and not path.name.endswith((".tfstate", ".backup", "values.tfvars.json")):
                self.assertNotIn(SECRET.encode(), path.read_bytes(), path)

    def second_plan_is_empty(self, project):
        plan = project.agentops("plan", "--detailed-exitcode")
        self.assertNotIn(SECRET, plan.out + plan.err)

    def drift_of_files_is_stale(self, project):
        for name, text in (("part/main.tf", PART), ("legacy/main.tf", LEGACY)):
            project.agentops("plan")
            project.write(name, text + "# edited\n")
            refused = self.apply_latest(project, expect=6)
            self.assertIn("stale.artifacts", journey.codes(refused))

    def test_destroy_goes_backwards(self):
        project = self.make()
        self.apply_until_done(project)
        destroyed = project.agentops("destroy", "--auto-approve", "--json")
        self.assertEqual(set(journey.units(destroyed.json).values()), {"destroyed"})
        self.assertLess(destroyed.err.index("terraform_data.copy: destroyed"),
                        destroyed.err.index("terraform_data.net: destroying"))
        self.assertEqual(json.loads(project.read("legacy/state/legacy.tfstate"))["resources"], [])


if __name__ == "__main__":
    harness.main()
