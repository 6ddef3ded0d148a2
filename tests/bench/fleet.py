"""The row of the benchmark about drift: many stacks against Terraform run by hand in parallel."""

import json
import statistics

STACKS = 20
INTENT = """\
apiVersion: agentops/v1
intent: s{n}
target: {{provider: aws, region: eu-west-1, endpoint: {endpoint}}}
components:
"""
TOPIC = "  topic-{i}: {{kind: resource, type: aws_sns_topic, args: {{name: s{n}-{i}}}}}\n"
PARAMETER = ("  value-{i}: {{kind: resource, type: aws_ssm_parameter, "
             "args: {{name: /s{n}/{i}, type: String, value: \"{i}\"}}}}\n")
GROUP = "  log-{i}: {{kind: resource, type: aws_cloudwatch_log_group, args: {{name: /s{n}/{i}}}}}\n"


def intent(number, endpoint):
    """One stack of eight resources that the emulator makes at once."""
    lines = [form.format(n=number, i=i) for form, many in ((TOPIC, 3), (PARAMETER, 3), (GROUP, 2))
             for i in range(many)]
    return INTENT.format(n=number, endpoint=endpoint) + "".join(lines) + (
        "approvals: {auto: {max_risk: low}}\n")


class Fleet:
    """Measures with `spawn` of the benchmark."""

    def __init__(self, bench, spawn, emulator, terraform):
        self.bench, self.spawn, self.terraform = bench, spawn, terraform
        self.env = {**bench.env, **emulator.environment}
        self.folder = bench.project("fleet", {f"s{n}": intent(n, emulator.url) for n in range(STACKS)})

    def compare(self):
        """Pairs of seconds: `agentops drift` over all stacks, and xargs over Terraform, in turns."""
        self.spawn(self.bench.agentops("apply", "--auto-approve", "-j", "2"), self.folder, self.env)
        units = [self.folder / f".agentops/stacks/s{n}/main" for n in range(STACKS)]
        self.check_fleet(units)
        pairs = []
        for _ in range(1 if self.bench.quick else 3):
            ours = self.spawn(self.bench.agentops("drift", "-j", "2"), self.folder, self.env).seconds
            pairs.append((ours, self.by_hand(units)))
        return pairs

    def by_hand(self, units):
        """Exit codes say nothing here: a clean state may end with 2 (hashicorp/terraform#36403)."""
        listing = "".join(f"{unit}\n" for unit in units)
        (self.folder / "units.txt").write_text(listing)
        command = ["xargs", "-a", "units.txt", "-P2", "-I{}", self.terraform, "-chdir={}", "plan",
                   "-refresh-only", "-detailed-exitcode", "-input=false", "-lock=false"]
        return self.spawn(command, self.folder, self.env, (0, 123)).seconds

    def check_fleet(self, units):
        """Both sides look at the same objects."""
        for unit in units:
            state = json.loads((unit / "terraform.tfstate").read_text())
            assert len(state["resources"]) == 8, unit


def ratio(pairs):
    return statistics.median(ours / hand for ours, hand in pairs)
