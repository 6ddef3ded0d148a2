#!/usr/bin/env python3
"""Many stacks: order, previews, partial failure, environments, existing roots."""

import json

import cli

NET = "net: {kind: resource, type: aws_vpc, args: {cidr_block: 10.1.0.0/16}}"
USER = cli.topic("t", '"${a:net.id}"')


class StacksTest(cli.CliTest):
    def chain(self):
        """b reads from a; c stands alone."""
        return self.project({"a.intent.yaml": cli.intent("a", NET), "b.intent.yaml": cli.intent("b", USER),
                             "c.intent.yaml": cli.intent("c")})

    def units(self, record):
        return {u["unit"]: u["status"] for s in record["stacks"] for u in s["units"]}

    def order(self, project, command="apply"):
        return [c["cwd"].split("/stacks/")[1].split("/")[0] for c in project.fake.calls
                if c["command"] == command]

    def test_preview_then_real(self):
        project = self.chain()
        record = self.approved(project)
        self.assertEqual(self.units(record),
                         {"a/main": "planned", "b/main": "preview", "c/main": "planned"})
        project.fake.forget()
        done = project.agentops_json("apply", record["run"])
        self.assertEqual(set(self.units(done).values()), {"applied"})
        order = self.order(project)
        self.assertLess(order.index("a"), order.index("b"))
        state = project.read(".agentops/stacks/b/main/terraform.tfstate")
        self.assertIn("aws_vpc.net.id", state)
        self.assertEqual(set(self.units(self.plan(project)).values()), {"no-changes"})

    def test_destroy_goes_backwards(self):
        project = self.chain()
        self.apply(project)
        project.fake.forget()
        record = project.agentops_json("destroy", "--auto-approve", "-j1")
        self.assertEqual(set(self.units(record).values()), {"destroyed"})
        order = self.order(project)
        self.assertLess(order.index("b"), order.index("a"))
        for name in "abc":
            state = json.loads(project.read(f".agentops/stacks/{name}/main/terraform.tfstate"))
            self.assertEqual(state["resources"], [])

    def test_partial_failure(self):
        project = self.chain()
        run = self.approved(project)["run"]
        project.fake.set(apply={"in": "/stacks/a/", "fail": "aws_vpc.net"})
        record = self.refused(project, "terraform.error", 7, "apply", run)
        self.assertEqual(self.units(record), {"a/main": "failed", "b/main": "skipped", "c/main": "applied"})
        notes = {u["unit"]: u["note"] for s in record["stacks"] for u in s["units"]}
        self.assertIn("a/main", notes["b/main"])
        self.assertEqual(record["next"], [f"agentops apply --resume {run}"])
        project.fake.set()
        project.fake.forget()
        record = project.agentops_json("apply", "--resume", run)
        self.assertEqual(self.order(project), ["a", "b"])
        self.assertEqual(set(self.units(self.plan(project)).values()), {"no-changes"})

    def test_outputs_of_a_stack_outside_of_the_selection(self):
        project = self.chain()
        self.apply(project, "a")
        record = self.plan(project, "b")
        self.assertEqual(self.units(record), {"b/main": "planned"})

    def test_upstream_never_applied_cannot_be_applied_alone(self):
        project = self.chain()
        run = self.approved(project, "b")["run"]
        project.fake.forget()
        record = project.agentops_json("apply", run, expect=6)
        self.assertEqual(cli.codes(record), ["stale.preview"])
        self.assertNotIn("apply", project.fake.commands)

    def test_environments_are_stacks_of_their_own(self):
        text = cli.intent(rest="environments: {dev: {}, prod: {components: {alarms: {args: {name: p}}}}}\n")
        project = self.project(text)
        record = self.plan(project)
        self.assertEqual([s["stack"] for s in record["stacks"]], ["shop@dev", "shop@prod"])
        self.refused(project, "cli.environment", 3, "apply", "--auto-approve")
        self.refused(project, "cli.environment", 3, "destroy", "--auto-approve")
        done = project.agentops_json("apply", "--env", "prod", "--auto-approve")
        self.assertEqual(self.units(done), {"shop@prod/main": "applied"})
        self.assertEqual(project.agentops_json("apply", "shop@dev", "--auto-approve")["exit"], 0)
        states = [project.read(f".agentops/stacks/shop@{e}/main/terraform.tfstate") for e in ("dev", "prod")]
        self.assertIn('"name": "a"', states[0])
        self.assertIn('"name": "p"', states[1])

    def test_unknown_names_suggest(self):
        project = self.project(cli.intent(rest="environments: {dev: {}, prod: {}}\n"))
        for arguments, code, near in (
                (["check", "shpo"], "cli.unknown-stack", "shop"),
                (["plan", "shop@pord"], "cli.unknown-stack", "prod"),
                (["check", "--env", "de"], "cli.unknown-environment", "dev")):
            record = self.refused(project, code, 3, *arguments)
            self.assertIn(f"did you mean '", record["diagnostics"][0]["help"])
            self.assertIn(near, record["diagnostics"][0]["help"])
        self.assertEqual(project.fake.commands, [])

    def test_patterns(self):
        project = self.project({f"{n}.intent.yaml": cli.intent(n) for n in ("web-a", "web-b", "db")})
        self.assertEqual([s["stack"] for s in self.plan(project, "web-*")["stacks"]], ["web-a", "web-b"])


class ExistingRootTest(cli.CliTest):
    ROOT = {"variable": {"cidr": {"type": "string"}}, "output": {"zone": {"value": "${var.cidr}"}},
            "resource": {"aws_vpc": {"old": {"cidr_block": "${var.cidr}"}}}}
    COMPONENTS = ("legacy: {kind: terraform, source: ./legacy, variables: {cidr: 10.9.0.0/16}}\n"
                  + cli.topic("t", '"z-${legacy.zone}"'))

    def root(self):
        return self.project({"shop.intent.yaml": cli.intent(components=self.COMPONENTS),
                             "legacy/main.tf.json": json.dumps(self.ROOT)})

    def test_variables_data_folder_and_own_state(self):
        project = self.root()
        record = self.plan(project)
        status = {u["unit"]: u["status"] for u in record["stacks"][0]["units"]}
        self.assertEqual(status["shop/legacy"], "planned")
        self.assertIn(status["shop/main"], ("preview", "planned"))
        call = next(c for c in project.fake.calls if c["command"] == "plan" and c["cwd"].endswith("legacy"))
        values = [a for a in call["argv"] if a.startswith("-var-file=")][0].split("=", 1)[1]
        self.assertFalse(project.path(values).exists())  # gone once the saved plan has the values
        self.assertEqual(call["cwd"], str(project.path("legacy")))
        self.assertTrue(call["env"]["TF_DATA_DIR"].startswith(str(project.path(".agentops/stacks/shop/legacy"))))
        self.assertNotIn("TF_WORKSPACE", call["env"])
        project.agentops("approve", record["run"])
        self.assertEqual(project.agentops_json("apply", record["run"])["exit"], 0)
        self.assertIn("10.9.0.0/16", project.read("legacy/terraform.tfstate"))
        self.assertIn("z-10.9.0.0/16", project.read(".agentops/stacks/shop/main/terraform.tfstate"))

    def test_root_that_waits_is_pending(self):
        components = cli.topic("t") + (
            'legacy: {kind: terraform, source: ./legacy, variables: {cidr: "${t.arn}"}}')
        project = self.project({"shop.intent.yaml": cli.intent(components=components),
                                "legacy/main.tf.json": json.dumps(self.ROOT)})
        record = self.approved(project)
        status = {u["unit"]: u["status"] for u in record["stacks"][0]["units"]}
        self.assertEqual(status, {"shop/main": "planned", "shop/legacy": "pending"})
        self.assertEqual(project.agentops_json("apply", record["run"])["exit"], 0)

    def test_nothing_of_ours_lands_in_it(self):
        project = self.root()
        self.plan(project)
        left = {p.name for p in project.path("legacy").iterdir()}
        self.assertLessEqual(left, {"main.tf.json", ".terraform.lock.hcl"})

    def test_missing_root(self):
        project = self.project(cli.intent(components=self.COMPONENTS))
        record = project.agentops_json("plan", expect=None)
        self.assertIn("unit.missing-folder", cli.codes(record))
        self.assertNotIn("init", project.fake.commands)


if __name__ == "__main__":
    cli.main()
