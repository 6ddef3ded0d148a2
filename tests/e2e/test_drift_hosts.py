#!/usr/bin/env python3
"""Changes behind a playbook's back, on real machines: what a drift check says of each, and how it is repaired."""

import collections
import dataclasses
import json
import re
import sys

import harness
import journey
import machines_case

CONFIGURE = """        packages: [hello-web, hello-tool, hello-cron]
        groups: {shop: {gid: 880}, keepers: {}, auditors: {}}
        users:
          shop: {uid: 880, groups: [keepers], shell: /usr/sbin/nologin}
          deploy: {shell: /bin/sh, authorized_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7VCxg5oOUS7zZ6Xv0bSZ7hO0l0rZcO1wZC9J0dPzUu deploy"}
        directories:
          /var/lib/shop: {owner: shop, group: shop, mode: "0750"}
          /etc/shop.d: {}
        files:
          /srv/www/index.html: {content: "<h1>hello</h1>\\n"}
          /etc/shop.json: {content: "{}\\n", owner: root, group: shop, mode: "0640"}
          /etc/shop.d/one.conf: {content: "one\\n"}
          /etc/motd: {content: "hello\\nthere\\n"}
          /etc/hello-web.conf: {content: "PORT=8080\\n", notify: hello-web}
          /etc/obsolete.conf: {state: absent}
        sysctl: {net.ipv4.ip_forward: "1"}
        cron: {tidy: {minute: "5", hour: "4", job: /usr/bin/hello-tool, user: shop}}
        services: {hello-web: {state: started, enabled: true}}
        commands:
          - {name: Prepare the store, run: [mkdir, /var/lib/shop/store], creates: /var/lib/shop/store, user: shop}
          - {name: Mark the machine, run: [touch, /var/lib/shop/mark], unless: [ls, /var/lib/shop/mark]}
"""
SMALL = """        files:
          /etc/motd: {content: "hello\\n"}
          /etc/app.conf: {content: "app\\n", mode: "0640"}
"""
PLAYBOOK = """---
- name: Lab
  hosts: lab
  become: true
  gather_facts: false
  tasks:
    - name: Put the word
      ansible.builtin.copy: {content: "{{ word }}\\n", dest: /etc/word, mode: "0600"}
    - name: Put the lines
      ansible.builtin.lineinfile: {path: /etc/lines, line: "{{ item }}", create: true, mode: "0644"}
      loop: [one, two]
    - name: Link the word
      ansible.builtin.file: {src: /etc/word, dest: /etc/link, state: link}
    - name: See what only running tells
      ansible.builtin.command: {cmd: cat /etc/word}
      changed_when: false
"""
LAB = """apiVersion: agentops/v1
intent: lab
target: {provider: aws, region: eu-west-1}
components:
  lab: {kind: playbook, source: ./lab/site.yml, inventory: ./lab/hosts.ini, vars: {word: secret}}
"""
QUICK = "connect_timeout: 3 s"


@dataclasses.dataclass(frozen=True)
class Case:
    """A change on a machine, and what a drift check must say of one task there."""

    kind: str
    host: str
    inject: str  # for sh, as root
    task: str = ""  # "" for a control: nothing may be said of it
    status: str = "modified"
    trust: str = "proven"
    differs: dict = dataclasses.field(default_factory=dict)  # path -> (expected, actual); a pattern, or a value
    may: tuple = ()  # tasks that may be named too: they show the same change from another side

    @property
    def address(self):
        """How a verdict names it."""
        return f"{self.host}: {self.task}"


def case(kind, host, inject, task="", status="modified", **more):
    """A case, written down briefly."""
    return Case(kind, host, inject, task, status, **more)


CONTROL = "control"
CASES = [
    case("content of a file", "web", "echo more >>/etc/motd", "Put /etc/motd",
         differs={"/etc/motd": ("hello\nthere\n", "hello\nthere\nmore\n")}),
    case("content of a file", "web", "echo PORT=1 >/etc/hello-web.conf", "Put /etc/hello-web.conf",
         differs={"/etc/hello-web.conf": ("PORT=8080\n", "PORT=1\n")}),
    case("content of a file", "web", "echo net.ipv4.ip_forward=0 >/etc/sysctl.d/60-edge.conf",
         "Put /etc/sysctl.d/60-edge.conf",
         differs={"/etc/sysctl.d/60-edge.conf": ("net.ipv4.ip_forward = 1\n", "net.ipv4.ip_forward=0\n")}),
    case("mode of a file", "web", "chmod 0666 /etc/shop.json", "Put /etc/shop.json",
         differs={"/etc/shop.json mode": ("0640", "0666")}),
    case("group of a file", "app", "chgrp root /etc/shop.json", "Put /etc/shop.json",
         differs={"/etc/shop.json group": (880, 0)}),
    case("file gone", "web", "rm /etc/shop.d/one.conf", "Put /etc/shop.d/one.conf", "deleted",
         differs={"content": ("one\n", None)}),
    case("file is a link", "app", "ln -sf /etc/hostname /etc/motd", "Put /etc/motd",
         differs={"/etc/motd": ("hello\nthere\n", "app\n")}),
    case("file is back", "web", "echo old >/etc/obsolete.conf", "Remove /etc/obsolete.conf",
         differs={"/etc/obsolete.conf state": ("absent", "file")}),
    case("mode of a folder", "web", "chmod 0777 /etc/shop.d", "Create /etc/shop.d",
         differs={"/etc/shop.d mode": ("0755", "0777")}),
    case("owner of a folder", "app", "chown root /var/lib/shop", "Create /var/lib/shop",
         differs={"/var/lib/shop owner": (880, 0)}, may=("Run Prepare the store",)),
    case("folder gone", "app", "rm -r /etc/shop.d", "Create /etc/shop.d", "deleted",
         differs={"/etc/shop.d state": ("directory", "absent")}, may=("Put /etc/shop.d/one.conf",)),
    case("package gone", "web", "apt-get -qq purge -y hello-tool >/dev/null",
         "Install hello-web, hello-tool and hello-cron", trust="reported",
         differs={"diff": (re.compile("1 newly installed"), None)}),
    case("user gone", "app", "userdel -r deploy 2>/dev/null", "Create user deploy",
         may=("Create the SSH folder of deploy", "Let the SSH key of deploy in")),
    case("user's shell", "web", "usermod -s /bin/bash deploy", "Create user deploy"),
    case("user's groups", "app", "gpasswd -d shop keepers", "Create user shop"),
    case("group gone", "app", "groupdel auditors", "Create group auditors"),
    case("line gone", "web", "echo >/home/deploy/.ssh/authorized_keys", "Let the SSH key of deploy in",
         differs={"/home/deploy/.ssh/authorized_keys": (re.compile("ssh-ed25519 AAAA.* deploy\n"), "\n")}),
    case("cron job gone", "web", "crontab -u shop -r", "Schedule tidy",
         differs={'crontab for user "shop"': ("#Ansible: tidy\n5 4 * * * /usr/bin/hello-tool\n", "")}),
    case("cron job changed", "app", "crontab -u shop -l | sed 's/^5 4/9 9/' >/tmp/t; crontab -u shop /tmp/t",
         "Schedule tidy", differs={'crontab for user "shop"': (re.compile("\n5 4 "), re.compile("\n9 9 "))}),
    case("service stopped", "app", "/etc/init.d/hello-web stop", "Start hello-web", trust="reported"),
    case("service disabled", "web", "update-rc.d -f hello-web remove", "Start hello-web", trust="reported"),
    case("work of a command", "web", "rm -r /var/lib/shop/store", "Run Prepare the store", trust="not-checkable"),
    case("not to be checked", "app", "rm /var/lib/shop/mark", "Run Mark the machine", "not_checked",
         trust="not-checkable"),
    case(CONTROL, "web", "echo x >/etc/shop.d/extra.conf"),
    case(CONTROL, "app", "useradd stranger"),
    case(CONTROL, "calm", "touch -d yesterday /etc/motd"),
    case(CONTROL, "calm", "cp /etc/shop.json /tmp/same; cat /tmp/same >/etc/shop.json"),
    case(CONTROL, "calm", "echo x >/srv/www/extra.html; mkdir /var/lib/shop/store/more"),
    case(CONTROL, "calm", "chown ops /srv/www/index.html"),  # of its owner the intent says nothing
    case(CONTROL, "calm", "gpasswd -a shop auditors; echo '1 1 * * * true' | crontab -"),
]


def verdicts(record):
    """The verdicts of a record's only stack, by address."""
    (stack,) = record["stacks"]
    return {one["address"]: one for one in stack["resources"]}


def states(record):
    """What is said of each machine, or task on it, that is named."""
    return {address: one["status"] for address, one in verdicts(record).items()}


def drifted(record):
    """Addresses of what is called drift."""
    return {address for address, status in states(record).items() if status in ("modified", "deleted")}


def differences(verdict):
    """How it differs: path -> (expected, actual)."""
    value = lambda text: None if text is None else json.loads(text)
    return {one["path"]: (value(one["expected"]), value(one["actual"])) for one in verdict["attributes"]}


def fits(wanted, found):
    """A side of a difference is what a case says."""
    return bool(wanted.search(found or "")) if isinstance(wanted, re.Pattern) else wanted == found


class Matrix:
    """What was found and missed, by kind of change, and false alarms."""

    def __init__(self):
        self.found, self.missed = collections.Counter(), collections.Counter()
        self.alarms = []
        self.remarks = []

    def judge(self, cases, record):
        """Compares the verdicts of a record with what these cases must and may show."""
        found = verdicts(record)
        for one in filter(lambda one: one.task, cases):
            wrong = self._wrong(one, found.get(one.address))
            (self.missed if wrong else self.found)[one.kind] += 1
            self.remarks += [f"missed: {one.kind}: {one.address}: {wrong}"] if wrong else []
        named = {one.address for one in cases} | {f"{one.host}: {task}" for one in cases for task in one.may}
        self.alarms += sorted(drifted(record) - named)

    @staticmethod
    def _wrong(one, verdict):
        if verdict is None:
            return "is not named"
        if (verdict["status"], verdict["trust"]) != (one.status, one.trust):
            return f"{verdict['status']}, {verdict['trust']}"
        found = differences(verdict)
        good = set(found) == set(one.differs) and all(
            fits(wanted, side) for path, sides in one.differs.items() for wanted, side in zip(sides, found[path]))
        return "" if good else f"differs at {found}"

    def __str__(self):
        kinds = list(dict.fromkeys(one.kind for one in CASES if one.task))
        lines = [f"{'':20}{'found':>7}{'missed':>8}", *(f"{kind:20}{self.found[kind]:7}{self.missed[kind]:8}" for kind in kinds),
                 f"{'all':20}{self.found.total():7}{self.missed.total():8}", f"false alarms: {self.alarms or 'none'}"]
        return "\n".join(lines + self.remarks)


class DriftHostsTest(machines_case.MachinesTest):
    def deployed(self, *machines, configure=SMALL, settings=QUICK):
        """A project whose intent was applied to these machines."""
        project = self.project({"site.intent.yaml": self.intent(*machines, configure=configure)}, settings=settings)
        project.agentops("plan")
        self.repaired(project)
        return project

    def repaired(self, project):
        """Approves the newest run and applies it; returns the record."""
        project.agentops("approve", "latest", "--as", "ann", "--max-destroy", "5")
        return project.agentops_json("apply", "latest")

    def drift(self, project, *args, expect):
        return project.agentops_json("drift", *args, expect=expect)

    def played(self, project, run):
        """The machines on which a run's playbook did anything, even look."""
        (events,) = project.path(f".agentops/runs/{run}/apply").rglob("play.stdout")
        lines = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
        return {line["host"] for line in lines if line["type"] == "result"}

    def journal(self, project, event):
        """What the journal has of one kind of event."""
        entries = [json.loads(line) for line in project.read(".agentops/journal.jsonl").splitlines()]
        return [entry["data"] for entry in entries if entry["event"] == event]

    def test_every_change_is_found_and_reverted_and_nothing_else(self):
        machines = self.machines("web", "app", "calm")
        project = self.deployed(*machines, configure=CONFIGURE)
        self.assertEqual(states(self.drift(project, expect=0)), {m.name: "in_sync" for m in machines})
        for one in CASES:
            self.room.machines[one.host].run(["sh", "-ec", one.inject])
        record = self.drift(project, "--revert", expect=2)
        matrix = Matrix()
        matrix.judge(CASES, record)
        print(f"\n{matrix}", file=sys.stderr)
        self.calm_is_in_sync(record)
        self.only_drifted_machines_are_reverted(project, record)
        self.assertEqual(self.drift(project, expect=0)["verdict"], "no drift: 3 in sync")
        project.agentops("plan", "--detailed-exitcode")
        self.assertGreaterEqual(matrix.found.total(), 20, matrix)
        self.assertEqual((matrix.missed.total(), matrix.alarms), (0, []), matrix)
        causes = [group for group in record["groups"] if group["path"] is None and group["status"] == "modified"
                  and group["cause"] == "value"]
        self.assertEqual(causes, [], "tasks that only have in common that nothing is known of them")

    def calm_is_in_sync(self, record):
        calm = {address: one for address, one in verdicts(record).items() if address.startswith("calm")}
        self.assertEqual({address: (one["status"], one["class"]) for address, one in calm.items()},
                         {"calm": ("in_sync", None)})

    def only_drifted_machines_are_reverted(self, project, record):
        planned = {address.split(":")[0] for address in journey.resources(record)}
        self.assertEqual(planned, {"web", "app"})
        applied = self.repaired(project)
        self.assertEqual({host["host"] for host in applied["stacks"][0]["units"][0]["hosts"]}, {"web", "app"})
        self.assertEqual(self.played(project, applied["run"]), {"web", "app"})

    def test_an_existing_playbook_with_its_own_inventory(self):
        one, two = self.machines("one", "two")
        inventory = "[lab]\n" + "".join(
            f"{m.name} ansible_host={m.address} ansible_user=ops ansible_ssh_private_key_file={self.room.key}\n"
            for m in (one, two))
        project = self.project({"lab.intent.yaml": LAB, "lab/site.yml": PLAYBOOK, "lab/hosts.ini": inventory},
                               settings="host_keys: accept-new")
        project.agentops("plan")
        self.repaired(project)
        untold = {f"{name}: See what only running tells": "not_checked" for name in ("one", "two")}
        self.assertEqual(states(self.drift(project, expect=0)), {"one": "in_sync", "two": "in_sync", **untold})
        one.run(["sh", "-ec", "echo other >/etc/word; sed -i /two/d /etc/lines; ln -sfn /etc/lines /etc/link"])
        record = self.drift(project, "--revert", expect=2)
        tasks = {f"one: {task}": "modified" for task in ("Put the word", "Put the lines", "Link the word")}
        self.assertEqual(states(record), {**tasks, "two": "in_sync", **untold})
        found = verdicts(record)
        self.assertEqual(differences(found["one: Put the word"]), {"/etc/word": ("secret\n", "other\n")})
        self.assertEqual(differences(found["one: Put the lines"]), {"/etc/lines": ("one\ntwo\n", "one\n")})
        self.assertEqual(differences(found["one: Link the word"]), {"/etc/link src": ("/etc/word", "/etc/lines")})
        applied = self.repaired(project)
        self.assertEqual(states(self.drift(project, expect=0)), {"one": "in_sync", "two": "in_sync", **untold})
        self.assertEqual(self.played(project, applied["run"]), {"one"})

    def test_what_is_left_for_a_time_is_left(self):
        left, other = self.machines("left", "other")
        project = self.deployed(left, other)
        left.write("/etc/motd", "mine\n")
        record = self.drift(project, "--adopt", expect=2)
        (refused,) = record["adoption"]["not_adopted"]
        reference = "site/edge:left: Put /etc/motd:/etc/motd"
        self.assertEqual((record["adoption"]["adopted"], refused["reference"]), ([], reference))
        self.assertEqual(refused["next"], f"agentops drift ignore '{reference}' --until 14d --reason ...")
        self.assertIn("is not read back", refused["reason"])
        project.agentops("drift", "ignore", reference, "--until", "14d", "--reason", "x")
        verdict = verdicts(self.drift(project, expect=0))["left: Put /etc/motd"]
        self.assertEqual((verdict["status"], verdict["accepted"]), ("modified", True))
        other.run(["rm", "/etc/app.conf"])
        self.assertEqual(drifted(self.drift(project, "--revert", expect=2)),
                         {"left: Put /etc/motd", "other: Put /etc/app.conf"})
        applied = self.repaired(project)
        self.assertEqual(self.played(project, applied["run"]), {"other"})
        self.assertEqual((other.read("/etc/app.conf"), left.read("/etc/motd")), ("app\n", "mine\n"))
        self.expired_it_is_back(project)

    def expired_it_is_back(self, project):
        file = ".agentops/drift/accepted.yaml"
        project.write(file, re.sub("until: .*", 'until: "2026-01-31"', project.read(file)))
        record = self.drift(project, expect=2)
        self.assertEqual(states(record), {"left: Put /etc/motd": "modified", "other": "in_sync"})
        verdict = verdicts(record)["left: Put /etc/motd"]
        self.assertEqual((verdict["accepted"], verdict["attributes"][0]["expired"]), (False, "2026-01-31"))

    def test_a_machine_that_is_not_reached_is_unknown(self):
        there, well, gone = self.machines("there", "well", "gone")
        project = self.deployed(there, well, gone)
        gone.stop_sshd()
        there.run(["chmod", "0666", "/etc/app.conf"])
        record = self.drift(project, "--revert", expect=9)
        self.assertEqual(states(record), {"there: Put /etc/app.conf": "modified", "well": "in_sync", "gone": "unknown"})
        self.assertEqual(differences(verdicts(record)["there: Put /etc/app.conf"]), {"/etc/app.conf mode": ("0640", "0666")})
        self.assertIn("refused", verdicts(record)["gone"]["reason"])
        self.assertIn("ansible.unreachable", journey.codes(record))
        applied = self.repaired(project)  # who is not aimed at is not needed
        self.assertEqual(self.played(project, applied["run"]), {"there"})
        self.assertEqual(states(self.drift(project, expect=9)), {"there": "in_sync", "well": "in_sync", "gone": "unknown"})
        self.assertEqual([one["differences"] for one in self.journal(project, "drift.restored")],
                         [["site/edge:there: Put /etc/app.conf:/etc/app.conf mode"]])

    def test_what_the_intent_wants_anew_is_no_drift(self):
        moved, other = self.machines("moved", "other")
        project = self.deployed(moved, other)
        playbook = project.read(".agentops/stacks/site/edge/playbook.yml")
        other.run(["rm", "/etc/app.conf"])
        self.drift(project, expect=2)
        project.write("site.intent.yaml", self.intent(moved, other, configure=SMALL.replace("hello", "bonjour")))
        for _ in range(2):  # a look changes nothing, so that the next one sees the same
            record = self.drift(project, expect=2)
            classes = {address: one["class"] for address, one in verdicts(record).items()}
            self.assertEqual({classes[f"{name}: Put /etc/motd"] for name in ("moved", "other")}, {"pending_intent"})
            self.assertFalse({f"{name}: Put /etc/motd" for name in ("moved", "other")} & drifted(record))
            self.assertEqual(record["stacks"][0]["units"][0]["artifacts"], [{"file": "playbook.yml", "status": "stale"}])
        self.assertEqual(project.read(".agentops/stacks/site/edge/playbook.yml"), playbook)
        # What was seen to drift before, and differs still, was not restored by an edit of the intent.
        self.assertEqual(self.journal(project, "drift.restored"), [])
        self.assertNotEqual(states(record)["other: Put /etc/app.conf"], "in_sync")


if __name__ == "__main__":
    harness.main()
