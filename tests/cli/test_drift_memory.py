#!/usr/bin/env python3
"""What is remembered of drift, what somebody answers for, and what never leaks or does harm."""

import datetime
import json
import shlex

import cli
from drifting import A, ACCEPTED, B, REFERENCE, SEEN, TAGGED, DriftTest, difference, of_stack, resources, statuses

UNTIL = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=14)).strftime("%Y-%m-%d")
ANSWER = ("--until", UNTIL, "--reason", "a test", "--owner", "ann")


def seen(project):
    """The lines of the memory, without its head."""
    return [json.loads(line) for line in project.read(SEEN).splitlines()[1:]]


class MemoryTest(DriftTest):
    def test_new_then_known(self):
        project = self.drifted()
        first = difference(self.drift(project, expect=2))
        self.plan(project)
        again = difference(self.drift(project, expect=2))
        self.assertEqual([(one["new"], one["times_seen"], one["runs_between"]) for one in (first, again)],
                         [(True, 1, 0), (False, 2, 1)])
        self.assertEqual(again["first_seen"], first["first_seen"])
        self.assertIn("seen 3 times since", project.agentops("drift", expect=2).out)

    def test_another_value_is_new(self):
        project = self.drifted()
        self.drift(project, expect=2)
        project.fake.drift(aws_sns_topic__a={"tags": {"Owner": "eve"}})
        self.assertEqual((difference(self.drift(project, expect=2))["new"], len(seen(project))), (True, 1))

    def test_restored(self):
        project = self.drifted()
        self.drift(project, expect=2)
        project.fake.drift()
        self.assertIn("1 restored", project.agentops("drift").out)
        (line,) = seen(project)
        self.assertTrue(line["restored"])
        events = [json.loads(line)["event"] for line in project.read(".agentops/journal.jsonl").splitlines()]
        self.assertEqual([e for e in events if e.startswith("drift.")],
                         ["drift.checked", "drift.detected", "drift.checked", "drift.restored"])
        project.fake.drift(aws_sns_topic__a=TAGGED)
        one = difference(self.drift(project, expect=2))
        self.assertEqual((one["new"], one["times_seen"]), (True, 2))

    def test_what_is_unknown_is_not_restored(self):
        project = self.drifted()
        self.drift(project, expect=2)
        before = project.read(SEEN)
        project.fake.set(plan={"exit": 1})
        self.drift(project, expect=9)
        self.assertEqual(project.read(SEEN), before)
        project.fake.set()
        self.assertFalse(difference(self.drift(project, expect=2))["new"])

    def test_no_drift_leaves_no_memory(self):
        project = self.applied()
        self.drift(project)
        self.assertFalse(project.path(SEEN).exists())

    def test_taken_over_by_the_state(self):
        """An apply takes into the state what no configuration sets: it stays drift all the same."""
        project = self.drifted(aws_sns_topic__a={"policy": "open"})
        self.drift(project, expect=2)
        project.write("shop.intent.yaml", cli.intent(components=cli.topic("a") + cli.topic("b") + cli.topic("c")))
        self.apply(project)
        one = resources(self.drift(project, expect=2))[A]
        self.assertEqual((one["status"], one["attributes"][0]["path"]), ("modified", "policy"))
        self.assertIn("the state took it over", one["reason"])

    def test_damaged(self):
        project = self.drifted()
        self.drift(project, expect=2)
        good = project.read(SEEN)
        for bad in ("nonsense\n", '{"format_version": 9}\n', good + "{}\n", good + "<<<<<<< HEAD\n"):
            with self.subTest(bad):
                project.write(SEEN, bad)
                record = project.agentops_json("drift", expect=None)
                self.assertIn("drift.memory", cli.codes(record))
                self.assertNotIn(record["exit"], (0, 2))
                self.assertEqual(statuses(record), {A: "modified", B: "in_sync"})
                self.assertEqual(project.read(SEEN), bad)

    def test_elsewhere(self):
        project = self.drifted()
        project.write("agentops.yaml", "apiVersion: agentops/v1\ndrift: {dir: ops/drift}\n")
        self.drift(project, expect=2)
        self.assertFalse(project.path(SEEN).exists())
        self.assertTrue(project.path("ops/drift/seen/shop.jsonl").exists())


class AcceptTest(DriftTest):
    def checked(self, **objects):
        """A project whose drift was seen once."""
        project = self.drifted(**objects)
        self.drift(project, expect=2)
        return project

    def test_accept_is_for_this_value(self):
        project = self.checked()
        project.agentops("drift", "accept", REFERENCE, "--until", "14d", "--reason", "a test", "--owner", "ann")
        record = self.drift(project)
        self.assertEqual((statuses(record)[A], resources(record)[A]["accepted"]), ("modified", True))
        self.assertEqual(difference(record)["accepted"],
                         {"mode": "accept", "reason": "a test", "owner": "ann", "until": UNTIL})
        self.assertIn("drift.accepted", project.read(".agentops/journal.jsonl"))
        self.assertRegex(project.agentops("drift").out, f"accepted +{A} .* until {UNTIL}: a test, by ann")
        project.fake.drift(aws_sns_topic__a={"tags": {"Owner": "eve"}})
        self.assertFalse(resources(self.drift(project, expect=2))[A]["accepted"])

    def test_ignore_is_for_any_value(self):
        project = self.checked()
        project.agentops("drift", "ignore", REFERENCE, *ANSWER)
        project.fake.drift(aws_sns_topic__a={"tags": {"Owner": "eve"}})
        self.drift(project)
        project.fake.drift(aws_sns_topic__a={"tags": {"Owner": "eve", "More": "x"}})
        self.drift(project, expect=2)

    def test_whole_object(self):
        project = self.checked()
        project.agentops("drift", "ignore", f"shop/main:{A}", *ANSWER)
        project.fake.drift(aws_sns_topic__a={"tags": {"x": "y"}, "display_name": "z"})
        self.drift(project)

    def test_gone(self):
        project = self.checked(aws_sns_topic__b=None)
        project.agentops("drift", "accept", f"shop/main:{B}", *ANSWER)
        self.assertEqual(statuses(self.drift(project))[B], "deleted")

    def test_expired(self):
        project = self.checked()
        project.agentops("drift", "accept", REFERENCE, *ANSWER)
        project.write(ACCEPTED, project.read(ACCEPTED).replace(UNTIL, "2020-01-31"))
        one = difference(self.drift(project, expect=2))
        self.assertEqual((one["accepted"], one["expired"]), (None, "2020-01-31"))
        self.assertIn("was accepted until 2020-01-31", project.agentops("drift", expect=2).out)

    def test_unknown_reference(self):
        project = self.checked()
        record = self.refused(project, "drift.unknown-reference", 3, "drift", "accept",
                              REFERENCE.replace("Owner", "Ownr"), *ANSWER)
        self.assertEqual(record["diagnostics"][0]["help"], f"did you mean '{REFERENCE}'?")
        self.assertFalse(project.path(ACCEPTED).exists())

    def test_usage(self):
        project = self.checked()
        for args in (["accept", REFERENCE, "--reason", "x"],
                     ["accept", REFERENCE, "--until", "14d"],
                     ["accept", "--until", "14d", "--reason", "x"],
                     ["--reason", "x"],
                     *(["ignore", REFERENCE, "--reason", "x", "--until", until]
                       for until in ("tomorrow", "0d", "-3d", "2020-01-31", "2099-13-45", "2099-1-1", "")),
                     ["--revert", "--adopt"]):
            with self.subTest(args):
                self.refused(project, "cli.usage", 3, "drift", *args)
        self.assertFalse(project.path(ACCEPTED).exists())

    def test_damaged(self):
        project = self.checked()
        for text in ("- mode: maybe\n", "nonsense", "- {mode: accept\n"):
            with self.subTest(text):
                project.write(ACCEPTED, text)
                for args in ([], ["accept", REFERENCE, *ANSWER]):
                    record = project.agentops_json("drift", *args, expect=None)
                    self.assertTrue(cli.codes(record))
                    self.assertNotIn(record["exit"], (0, 2))
                self.assertEqual(project.read(ACCEPTED), text)


class GroupTest(DriftTest):
    def grouped(self, number):
        """The groups of so many topics with the same tag, and what is printed."""
        project = self.applied(cli.intent(components="".join(cli.topic(f"t{i}") for i in range(4))))
        project.fake.drift(**{f"aws_sns_topic__t{i}": TAGGED for i in range(number)})
        record = self.drift(project, expect=2)
        self.assertEqual(list(statuses(record).values()).count("modified"), number)
        return record["groups"], project.agentops("drift", expect=2).out

    def test_one_cause(self):
        (group,), out = self.grouped(3)
        self.assertEqual(group["members"], [f"shop/main:aws_sns_topic.t{i}" for i in range(3)])
        self.assertEqual(out.count('one cause? 3 objects: tags.Owner is now "bob"'), 1)

    def test_two_are_none(self):
        groups, out = self.grouped(2)
        self.assertEqual((groups, "one cause" in out), ([], False))


class HostileTest(DriftTest):
    """What somebody else wrote into an object is shown to people, and offered to them to paste."""

    EVIL = "\x1b[2J\x1b]0;x\x07\u202eevil\nFAKE  aws_iam_role.x\r"

    def test_terminal(self):
        project = self.drifted(aws_sns_topic__a={"tags": {"Owner": self.EVIL, self.EVIL: "x"}, "policy": self.EVIL},
                               aws_sns_topic__b={"display_name": "one\n" + self.EVIL})
        for args in (["drift"], ["drift", "-vv"], ["drift", "--revert"], ["drift", "--adopt"], ["watch", "--once"]):
            outcome = project.agentops(*args, expect=None)
            for bad in ("\x1b", "\x07", "\r", "\u202e", "\nFAKE"):
                self.assertNotIn(bad, outcome.out + outcome.err, args)

    def test_suggested_commands_are_one_word_each(self):
        key = "x'; touch evil; '"
        project = self.drifted(aws_sns_topic__a={"tags": {key: "y"}})
        record = self.drift(project, expect=2)
        reference = difference(record)["reference"]
        command = next(line for line in record["next"] if " accept " in line)
        self.assertEqual(shlex.split(command)[3], reference)
        project.agentops("drift", "accept", reference, *ANSWER)
        self.drift(project)


class SecretTest(DriftTest):
    WAS, IS = "canary-was-5a1", "canary-is-7c3"
    PARAM = 'key: {kind: resource, type: aws_ssm_parameter, args: {name: k, type: SecureString, value: "${secret.pw}"}}'

    def test_masked_everywhere(self):
        project = self.applied({"shop.intent.yaml": cli.intent(components=self.PARAM),
                                "agentops.yaml": "apiVersion: agentops/v1\nsecrets: {pw: {env: PW}}\n"},
                               env={"PW": self.WAS})
        project.fake.drift(aws_ssm_parameter__key={"value": self.IS, "password": self.IS})
        key = "aws_ssm_parameter.key"
        found = resources(self.drift(project, expect=2))[key]["attributes"]
        self.assertEqual([(one["path"], one["expected"], one["actual"]) for one in found],
                         [("password", None, "(sensitive)"), ("value", "(sensitive)", "(sensitive)")])
        said = [project.agentops(*args, expect=None) for args in (
            ["drift", "-vv"], ["drift", "--adopt"], ["drift", "--adopt", "--json"], ["drift", "--revert"],
            ["drift", "accept", f"shop/main:{key}:value", *ANSWER], ["watch", "--once"])]
        for outcome in said:
            self.assertNotIn(self.IS, outcome.out + outcome.err)
            self.assertNotIn(self.WAS, outcome.out + outcome.err)
        for path in project.folder.rglob("*"):
            if path.is_file() and path.suffix != ".tfplan":
                text = path.read_text(errors="replace")
                self.assertNotIn(self.IS, text, path)
                self.assertTrue(path.suffix == ".tfstate" or self.WAS not in text, path)


if __name__ == "__main__":
    cli.main()
