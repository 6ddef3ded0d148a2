#!/usr/bin/env python3
"""Text of an intent is data: code in every position arrives as text, byte for byte."""

import json

import harness
import journey

CONTENT = "canary-Wq71-content-of-a-file"
TEXTS = [
    '${file("CANARY")}', '%{ if true }yes%{ endif }', '%{ for x in [1] }${x}%{ endfor ~}',
    "$${x}", "%%{x}", "$$${x}", "${", "%{", "$", "%", "{{ lookup('env', 'HOME') }}", '${path["module"]}', "${upper(local.a)}",
    'double " and single \' quotes', "back\\slash \\n \\u0041", "two\nlines\n", "$(id) `id` ; rm -rf /",
    "naïve – 日本語 – 🙂", "<<EOT", "/* x */ # y // z", "", " ", "null", "true", "1.0", "~", "-", "!unsafe x",
]
MODULE = """\
variable "texts" { type = any }
variable "by_text" { type = map(string) }
resource "terraform_data" "here" { input = { texts = var.texts, by_text = var.by_text } }
output "texts" { value = terraform_data.here.output.texts }
"""
ROOT = """\
variable "texts" { type = list(string) }
variable "by_text" { type = map(string) }
variable "text" { type = string }
resource "terraform_data" "here" { input = { texts = var.texts, by_text = var.by_text, text = var.text } }
"""
INTENT = """\
apiVersion: agentops/v1
intent: texts
owner: %(owner)s
target: {provider: aws, region: eu-west-1, endpoint: %(endpoint)s}
components:
  raw:
    kind: resource
    type: terraform_data
    args: {input: {texts: %(texts)s, by_text: %(by_text)s, nested: [{deep: [%(texts)s]}]}, triggers_replace: %(texts)s}
  parts: {kind: module, source: ./part, inputs: {texts: %(texts)s, by_text: %(by_text)s}}
  copy:
    kind: resource
    type: terraform_data
    args: {input: "${parts.texts}"}
  root: {kind: terraform, source: ./root, variables: {texts: %(texts)s, by_text: %(by_text)s, text: %(owner)s}}
  group:
    kind: resource
    type: aws_security_group
    args: {name: "group-${raw.id}", description: "${path[0]} {{ x }}", tags: {"${tag}": %(owner)s, b: "$${x}"}}
"""


def value_of(attribute):
    """A value of any type, as a state holds it."""
    return attribute["value"]


class InjectionTest(journey.AwsJourney):
    def intent(self, canary):
        texts = [text.replace("CANARY", str(canary)) for text in TEXTS]
        by_text = {text: text for text in texts if text}
        write = lambda value: json.dumps(value, ensure_ascii=False)
        return texts, by_text, INTENT % {"texts": write(texts), "by_text": write(by_text),
                                         "owner": write(texts[0]), "endpoint": write(self.emulator.url)}

    def test_every_text_arrives_as_it_was_written(self):
        canary = self.emulator.folder / "canary"
        canary.write_text(CONTENT)
        texts, by_text, intent = self.intent(canary)
        project = self.project({"texts.intent.yaml": intent, "part/main.tf": MODULE, "root/main.tf": ROOT})
        steps = [project.agentops("plan", "--json"), project.agentops("approve", "latest", "--as", "ann"),
                 project.agentops("apply", "latest", "--json")]
        self.assertEqual(journey.units(steps[-1].json), {"texts/main": "applied", "texts/root": "applied"})

        both = {"texts": texts, "by_text": by_text}
        values = journey.state_values(project, "texts/main")
        raw = values["terraform_data.raw"]
        self.assertEqual(value_of(raw["input"]), both | {"nested": [{"deep": [texts]}]})
        self.assertEqual(value_of(raw["triggers_replace"]), texts)
        self.assertEqual(value_of(values["terraform_data.here"]["input"]), both)
        self.assertEqual(value_of(values["terraform_data.copy"]["input"]), texts)
        root = json.loads(project.read("root/terraform.tfstate"))["resources"][0]["instances"][0]["attributes"]
        self.assertEqual(value_of(root["input"]), both | {"text": texts[0]})
        self.tags_are_as_written(values, texts)
        self.check_absent(CONTENT, project, *steps)

    def tags_are_as_written(self, values, texts):
        answer = self.emulator.aws("ec2", "describe-security-groups", "--group-ids",
                                   values["aws_security_group.group"]["id"])
        (group,) = answer["SecurityGroups"]
        tags = {tag["Key"]: tag["Value"] for tag in group["Tags"]}
        self.assertEqual(group["Description"], "${path[0]} {{ x }}")
        self.assertEqual((tags["${tag}"], tags["b"], tags["agentops:owner"]), (texts[0], "$${x}", texts[0]))


if __name__ == "__main__":
    harness.main()
