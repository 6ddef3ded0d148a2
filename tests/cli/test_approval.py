#!/usr/bin/env python3
"""Who may let what pass: limits, --auto-approve, protected components, findings and waivers."""

import cli

AB = cli.topic("a") + cli.topic("b")
AUTO = "approvals: {{auto: {{{}}}}}\n"


class CliApprovalTest(cli.CliTest):
    def applied(self, rest="", components=AB):
        project = self.project(cli.intent(components=components, rest=rest))
        self.apply(project)
        project.fake.forget()
        return project

    def change(self, project, components, rest=""):
        project.write("shop.intent.yaml", cli.intent(components=components, rest=rest))

    def assert_not_applied(self, project):
        self.assertNotIn("apply", project.fake.commands)


class LimitsTest(CliApprovalTest):
    def test_destroy_needs_its_number(self):
        project = self.applied()
        self.change(project, cli.topic("a"))
        record = self.plan(project)
        self.assertEqual(record["next"][0].split()[-2:], ["--max-destroy", "1"])
        self.refused(project, "approval.limits", 5, "approve", record["run"])
        self.refused(project, "approval.limits", 5, "approve", record["run"], "--max-replace", "5")
        project.agentops("approve", record["run"], "--max-destroy", "1")
        done = project.agentops_json("apply", record["run"])
        self.assertEqual(done["stacks"][0]["changes"]["delete"], 1)

    def test_replace_needs_its_number(self):
        project = self.applied()
        self.change(project, cli.topic("a", "other") + cli.topic("b"))
        record = self.plan(project)
        self.assertEqual(record["stacks"][0]["changes"]["replace"], 1)
        self.refused(project, "approval.limits", 5, "approve", record["run"], "--max-destroy", "5")
        project.agentops("approve", record["run"], "--max-replace", "1")
        project.agentops("apply", record["run"])

    def test_started_run_cannot_be_approved(self):
        project = self.applied()
        self.refused(project, "stale.started", 6, "approve", "latest")

    def test_numbers_are_numbers(self):
        project = self.applied()
        for bad in ("-1", "many"):
            outcome = project.agentops("approve", "latest", "--max-destroy", bad, expect=3)
            self.assertIn("--max-destroy", outcome.err)

    def test_run_by_a_part_of_its_id(self):
        project = self.project()
        run = self.plan(project)["run"]
        self.assertEqual(project.agentops_json("approve", run.rsplit("-", 1)[1])["run"], run)


class NobodyToAskTest(CliApprovalTest):
    def test_apply(self):
        project = self.project()
        for flags in ([], ["--no-input"]):
            self.refused(project, "approval.needed", 5, "apply", *flags)
            outcome = project.agentops("apply", *flags, expect=5, stdin="yes\n")
            self.assertIn("agentops approve", outcome.err)
        self.assert_not_applied(project)

    def test_destroy(self):
        project = self.applied()
        self.refused(project, "approval.needed", 5, "destroy")
        self.assert_not_applied(project)

    def test_kept_plan_can_be_approved_later(self):
        project = self.project()
        run = self.refused(project, "approval.needed", 5, "apply")["run"]
        project.agentops("approve", run)
        self.assertEqual(project.agentops_json("apply", run)["exit"], 0)

    def test_nothing_to_do_needs_nobody(self):
        project = self.applied()
        self.assertEqual(project.agentops_json("apply")["exit"], 0)
        self.assert_not_applied(project)


class AutoApproveTest(CliApprovalTest):
    def test_without_limits_the_flag_decides(self):
        project = self.project()
        self.assertEqual(project.agentops_json("apply", "--auto-approve")["exit"], 0)
        record = project.agentops_json("destroy", "--auto-approve")
        self.assertEqual(record["stacks"][0]["changes"]["delete"], 1)
        self.assertIn("--auto-approve", project.read(".agentops/journal.jsonl"))

    def assert_stopped(self, limits, components, reason, *command):
        project = self.applied(AUTO.format(limits))
        self.change(project, components, AUTO.format(limits))
        record = self.refused(project, "approval.needed", 5, *(command or ["apply"]), "--auto-approve")
        self.assertIn(reason, str(record["diagnostics"]))
        self.assert_not_applied(project)

    def test_max_destroy(self):
        self.assert_stopped("max_destroy: 0", cli.topic("a"), "destroys or replaces 1")

    def test_max_destroy_counts_replacements(self):
        self.assert_stopped("max_destroy: 0", cli.topic("a", "x") + cli.topic("b"), "destroys or replaces 1")

    def test_max_risk(self):
        self.assert_stopped("max_risk: low", cli.topic("a"), "its risk is high")

    def test_destroy_command_obeys_too(self):
        self.assert_stopped("max_destroy: 1", AB, "destroys or replaces 2", "destroy")

    def test_max_increase(self):
        self.assert_stopped("max_increase: 0.4 USD/month", AB + cli.topic("c"), "it adds 0.50 USD/month")

    def test_within_limits(self):
        limits = AUTO.format("max_risk: high, max_destroy: 1")
        project = self.applied(limits)
        self.change(project, cli.topic("a"), limits)
        self.assertEqual(project.agentops_json("apply", "--auto-approve")["exit"], 0)

    def test_one_stack_beyond_its_limits_stops_all(self):
        project = self.project({
            "a.intent.yaml": cli.intent("a", AB, AUTO.format("max_increase: 0.9 USD/month")),
            "b.intent.yaml": cli.intent("b", AB)})
        self.refused(project, "approval.needed", 5, "apply", "--auto-approve")
        self.assert_not_applied(project)


class ProtectedTest(CliApprovalTest):
    RULES = "rules: {protect: [b]}\n"

    def test_destroy(self):
        project = self.applied(self.RULES)
        self.refused(project, "approval.protected", 5, "destroy", "--auto-approve")
        self.assert_not_applied(project)
        project.agentops("destroy", "--auto-approve", "--allow-protected")

    def test_replace(self):
        project = self.applied(self.RULES)
        self.change(project, cli.topic("a") + cli.topic("b", "x"), self.RULES)
        self.refused(project, "approval.protected", 5, "apply", "--auto-approve")
        self.assert_not_applied(project)

    def test_approved_run_without_the_word(self):
        project = self.applied(self.RULES)
        run = self.plan(project, "--destroy")["run"]
        project.agentops("approve", run, "--max-destroy", "2")
        record = project.agentops_json("apply", run, expect=None)
        self.assertIn("approval.protected", cli.codes(record))
        self.assertEqual(record["exit"], 5)
        self.assert_not_applied(project)

    def test_approved_run_with_the_word(self):
        project = self.applied(self.RULES)
        run = self.plan(project, "--destroy")["run"]
        project.agentops("approve", run, "--max-destroy", "2", "--allow-protected")
        self.assertEqual(project.agentops_json("apply", run)["exit"], 0)

    def test_other_changes_are_free(self):
        project = self.applied(self.RULES)
        self.change(project, AB + cli.topic("c"), self.RULES)
        self.assertEqual(project.agentops_json("apply", "--auto-approve")["exit"], 0)


OPEN = """\
net: {kind: network, cidr: 10.1.0.0/16}
sg:
  kind: resource
  type: aws_security_group
  args: {ingress: [{from_port: 22, to_port: 22, protocol: tcp, cidr_blocks: [0.0.0.0/0]}]}
"""
WAIVER = ("rules: {{waive: [{{rule: {}, component: sg, reason: lab, owner: ann, until: {}}}]}}\n")


class FindingsTest(CliApprovalTest):
    def rule(self, project):
        record = project.agentops_json("check", expect=4)
        blocking = [f for f in record["findings"] if f["severity"] in ("high", "critical")]
        self.assertEqual([(f["component"], f["position"]["line"]) for f in blocking], [("sg", 7)])
        return blocking[0]["rule"]

    def test_block_plan_approve_and_apply(self):
        project = self.project(cli.intent(components=OPEN))
        self.rule(project)
        record = project.agentops_json("plan", expect=4)
        self.assertEqual((record["stacks"][0]["status"], record["next"]), ("blocked", []))
        self.refused(project, "gate.blocked", 4, "approve", record["run"])
        self.assertEqual(project.agentops("apply", "--auto-approve", expect=4).code, 4)
        self.assert_not_applied(project)

    def test_waived(self):
        project = self.project(cli.intent(components=OPEN))
        self.change(project, OPEN, WAIVER.format(self.rule(project), "2099-01-01"))
        record = project.agentops_json("check")
        self.assertEqual([f["waived"] for f in record["findings"] if f["component"] == "sg"
                          and f["severity"] in ("high", "critical")], [True])
        self.assertEqual(project.agentops_json("apply", "--auto-approve")["exit"], 0)

    def test_waiver_that_expired(self):
        project = self.project(cli.intent(components=OPEN))
        self.change(project, OPEN, WAIVER.format(self.rule(project), "2020-01-01"))
        record = project.agentops_json("check", expect=4)
        self.assertIn("catalog.waiver-expired", [d["code"] for d in record["diagnostics"]])

    def test_fail_on(self):
        project = self.project({
            "shop.intent.yaml": cli.intent(components=OPEN),
            "agentops.yaml": "apiVersion: agentops/v1\nfail_on: critical\n"})
        record = project.agentops_json("check", expect=None)
        worst = {f["severity"] for f in record["findings"]}
        self.assertEqual(record["exit"], 4 if "critical" in worst else 0)


if __name__ == "__main__":
    cli.main()
