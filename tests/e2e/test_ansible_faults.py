#!/usr/bin/env python3
"""What goes wrong on the way to a machine, on it, and with us: each ends truthfully and loses nothing."""

import json
import pathlib
import signal
import threading
import time

import harness
import journey
import machines_case

MOTD = """        files:
          /etc/motd: {content: "hello\\n"}
"""
SLOW = """        files: {/etc/first: {content: "1\\n"}}
        commands:
          - {name: Sleep, run: [sleep, "6"], creates: /etc/second}
          - {name: Make the second, run: [touch, /etc/second], creates: /etc/second}
"""


def hosts(record):
    """How each machine fared."""
    return {host["host"]: host["status"] for stack in record["stacks"] for unit in stack["units"]
            for host in unit["hosts"]}


class ReachTest(machines_case.MachinesTest):
    def planned(self, *machines, expect, code, configure=MOTD, **more):
        """A plan that must end so, with a diagnostic of that code."""
        settings = more.pop("settings", "")
        env = more.pop("env", None)
        project = self.project({"site.intent.yaml": self.intent(*machines, configure=configure, **more)},
                               settings=settings, env=env)
        record = project.agentops_json("plan", expect=expect)
        self.assertIn(code, journey.codes(record))
        return record

    def test_a_machine_that_is_down(self):
        up, down = self.machines("up", "down")
        down.stop_sshd()
        record = self.planned(up, down, expect=9, code="ansible.unreachable", settings="connect_timeout: 3 s")
        self.assertIn("down", str(record["diagnostics"]))
        self.assertFalse(up.exists("/etc/motd") and up.read("/etc/motd") == "hello\n")

    def test_a_machine_that_vanished(self):
        (gone,) = self.machines("gone")
        gone.cut()
        self.planned(gone, expect=9, code="ansible.unreachable", settings="connect_timeout: 2 s")

    def test_another_host_key_than_the_pinned_one(self):
        (machine,) = self.machines("changed")
        intent = self.intent(machine, configure=MOTD)
        machine.rekey()
        project = self.project({"site.intent.yaml": intent}, settings="host_keys: accept-new")
        record = project.agentops_json("plan", expect=9)
        self.assertIn("ansible.host-key", journey.codes(record))

    def test_an_unknown_host_key_is_not_accepted_unasked(self):
        (machine,) = self.machines("unknown")
        intent = self.intent(machine, configure=MOTD).replace(f', host_key: "{machine.host_key}"', "")
        strict = self.project({"site.intent.yaml": intent})
        self.assertIn("ansible.host-key", journey.codes(strict.agentops_json("plan", expect=9)))
        trusting = self.project({"site.intent.yaml": intent}, settings="host_keys: accept-new")
        trusting.agentops("plan")
        self.assertIn(machine.host_key.split()[1], trusting.read(".agentops/known_hosts"))

    def test_a_wrong_user(self):
        self.planned(*self.machines("login"), expect=9, code="ansible.login", user="nobody-here")

    def test_a_user_without_sudo(self):
        self.planned(*self.machines("plain"), expect=1, code="ansible.sudo", user="plain")

    def test_a_machine_without_python(self):
        self.planned(*self.machines("bare", python=False), expect=1, code="ansible.python")

    def test_a_role_that_is_not_there(self):
        record = self.planned(*self.machines("norole"), expect=3, code="ansible.missing-file",
                              configure="        roles: [./roles/none]\n")
        self.assertEqual(record["diagnostics"][0]["position"]["file"], "site.intent.yaml")
        self.planned(*self.machines("nogalaxy"), expect=3, code="ansible.not-installed",
                     configure="        roles: [{role: acme.none, version: \"1.0.0\"}]\n")

    def test_a_template_with_a_mistake(self):
        (machine,) = self.machines("template")
        configure = "        files: {/etc/motd: {template: motd.j2}}\n"
        project = self.project({"site.intent.yaml": self.intent(machine, configure=configure),
                                "motd.j2": "{{ nobody_defined_this }}\n"})
        record = project.agentops_json("plan", expect=1)
        self.assertIn("ansible.template", journey.codes(record))
        self.assertIn("nobody_defined_this", str(record["diagnostics"]))

    def test_names_that_are_code(self):
        for name in ("-lead", "a,b", "web[1:3]", "!neg", "{{ lookup('pipe','id') }}", "../x", "all"):
            intent = ("apiVersion: agentops/v1\nintent: site\ntarget: {provider: aws, region: eu-west-1}\n"
                      f"components:\n  edge:\n    kind: hosts\n    hosts: {{\"{name}\": {{address: 192.0.2.7}}}}\n"
                      "    configure: {packages: [x]}\n")
            project = self.project({"site.intent.yaml": intent})
            record = project.agentops_json("plan", expect=3)
            self.assertFalse(project.path(".agentops").exists(), name)
            self.assertTrue(record["diagnostics"][0]["position"]["line"], name)


class ApplyTest(machines_case.MachinesTest):
    def start_apply(self, project):
        project.agentops("plan")
        project.agentops("approve", "latest", "--as", "ann")
        return project.start("apply", "latest", "--json")

    def wait_for(self, machine, path, seconds=60):
        deadline = time.monotonic() + seconds
        while not machine.exists(path):
            self.assertLess(time.monotonic(), deadline, f"{path} never came")
            time.sleep(0.2)

    def test_one_of_three_fails_the_others_do_not(self):
        machines = self.machines("f1", "f2", "f3")
        project = self.project({"site.intent.yaml": self.intent(*machines, configure=MOTD)})
        project.agentops("plan")
        project.agentops("approve", "latest", "--as", "ann")
        machines[1].fill_disk()
        record = project.agentops_json("apply", "latest", expect=None)
        self.assertEqual(record["exit"], 7)
        self.assertEqual(hosts(record), {"f1": "ok", "f2": "failed", "f3": "ok"})
        self.assertIn("ansible.disk-full", journey.codes(record), record["diagnostics"])
        machines[1].free_disk()
        resumed = project.agentops_json("apply", "--resume", record["run"])
        self.assertEqual(resumed["exit"], 0)
        self.assertEqual(machines[1].read("/etc/motd"), "hello\n")
        self.assertEqual(hosts(resumed), {"f2": "ok"})

    def test_a_machine_lost_in_the_middle(self):
        keep, lose = self.machines("keep", "lose")
        project = self.project({"site.intent.yaml": self.intent(keep, lose, configure=SLOW)})
        process = self.start_apply(project)
        self.wait_for(lose, "/etc/first")
        lose.cut()
        out, _ = process.communicate(timeout=300)
        record = json.loads(out)
        self.assertEqual((record["exit"], hosts(record)["keep"]), (7, "ok"), out)
        self.assertIn(hosts(record)["lose"], ("failed", "unreachable"))  # Ansible calls a stalled sudo a failure
        self.assertIn("ansible.unreachable", journey.codes(record), record["diagnostics"])
        self.assertTrue(keep.exists("/etc/second"))
        lose.mend()
        project.agentops("apply", "--resume", record["run"])
        self.assertTrue(lose.exists("/etc/second"))

    def test_a_machine_lost_at_the_end(self):
        keep, lose = self.machines("stays", "leaves")
        configure = """        packages: [hello-web]
        files: {/etc/hello-web.conf: {content: "PORT=8080\\n", notify: hello-web}}
        commands: [{name: Mark the end, run: [touch, /etc/end], creates: /etc/end}]
"""
        project = self.project({"site.intent.yaml": self.intent(keep, lose, configure=configure)})
        process = self.start_apply(project)
        self.wait_for(lose, "/etc/end")
        lose.stop_sshd()
        record = json.loads(process.communicate(timeout=300)[0])
        self.assertNotEqual(record["exit"], 0)
        self.assertIn("apply.not-proven" if record["exit"] == 8 else "ansible.unreachable", journey.codes(record))
        lose.start_sshd()
        self.assertEqual(project.agentops("apply", "--resume", record["run"], expect=None).code in (0, 6), True)
        self.assertEqual(project.agentops_json("plan", "--detailed-exitcode")["exit"], 0)

    def test_the_first_interrupt_lets_the_task_finish(self):
        (machine,) = self.machines("gentle")
        project = self.project({"site.intent.yaml": self.intent(machine, configure=SLOW)})
        process = self.start_apply(project)
        self.wait_for(machine, "/etc/first")
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=300)
        record = json.loads(out)
        self.assertEqual((process.returncode, journey.units(record)), (130, {"site/edge": "interrupted"}))
        self.assertFalse(machine.exists("/etc/second"))
        self.assertEqual(machine.run(["sh", "-c", "pgrep -xf 'sleep 6' || true"]), "")
        project.agentops("apply", "--resume", record["run"])
        self.assertTrue(machine.exists("/etc/second"))

    def test_killed_in_the_middle_the_playbook_ends_and_resume_goes_on(self):
        (machine,) = self.machines("killed")
        project = self.project({"site.intent.yaml": self.intent(machine, configure=SLOW)})
        process = self.start_apply(project)
        self.wait_for(machine, "/etc/first")
        process.kill()
        process.wait()
        self.wait_for(machine, "/etc/second")
        run = next(path.name for path in project.path(".agentops/runs").iterdir())
        deadline = time.monotonic() + 300
        while project.agentops("apply", "--resume", run, expect=None).code == 6:
            self.assertLess(time.monotonic(), deadline)  # the playbook that lives on holds the lock
            time.sleep(1)
        self.assertEqual(project.agentops_json("plan", "--detailed-exitcode")["verdict"][:13], "nothing to do")

    def test_a_handler_that_was_owed_runs_on_resume(self):
        (machine,) = self.machines("owed")
        configure = """        packages: [hello-web]
        directories: {/srv/www: {mode: "0755"}}
        files:
          /srv/www/index.html: {content: "one\\n"}
          /etc/hello-web.conf: {content: "PORT=8080\\n", notify: hello-web}
        services: {hello-web: {state: started}}
        commands: [{name: Sleep, run: [sleep, "5"], creates: /etc/slept}, {name: Done, run: [touch, /etc/slept], creates: /etc/slept}]
"""
        project = self.project({"site.intent.yaml": self.intent(machine, configure=configure)})
        project.agentops("plan")
        self.apply_latest(project)
        machine.run(["rm", "/etc/slept"])
        project.write("site.intent.yaml", self.intent(machine, configure=configure.replace("8080", "8181")))
        process = self.start_apply(project)
        deadline = time.monotonic() + 300
        while "8181" not in machine.read("/etc/hello-web.conf"):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        record = json.loads(process.communicate(timeout=300)[0])
        self.assertEqual(machine.run(["curl", "-s", "http://127.0.0.1:8080/"]), "one\n")
        project.agentops("apply", "--resume", record["run"])
        self.assertEqual(machine.run(["curl", "-s", "http://127.0.0.1:8181/"]), "one\n")

    def test_a_handler_that_fails(self):
        (machine,) = self.machines("handler")
        configure = """        packages: [hello-web]
        files: {/etc/hello-web.conf: {content: "PORT=none\\n", notify: hello-web}}
"""
        project = self.project({"site.intent.yaml": self.intent(machine, configure=configure)})
        project.agentops("plan")
        record = self.apply_latest(project, expect=7)
        self.assertIn("ansible.handler", journey.codes(record))

    def test_a_task_that_never_settles(self):
        (machine,) = self.machines("restless")
        playbook = ("---\n- name: Restless\n  hosts: all\n  gather_facts: false\n  tasks:\n"
                    "    - name: Always something new\n      ansible.builtin.command: {cmd: date}\n"
                    "      changed_when: true\n")
        rest = "  site:\n    kind: playbook\n    source: ./site.yml\n    hosts: edge\n"
        project = self.project({"site.intent.yaml": self.intent(machine, rest=rest), "site.yml": playbook})
        plan = project.agentops_json("plan", "--detailed-exitcode", expect=2)
        change = journey.resources(plan)["restless: Always something new"]
        self.assertEqual((change["action"], change["trust"]), ("unknown", "not-checkable"))
        record = self.apply_latest(project, expect=8)
        self.assertIn("'Always something new'", str(record["diagnostics"]))

    def test_a_playbook_that_lies_in_check_mode(self):
        (machine,) = self.machines("liar")
        playbook = ("---\n- name: Liar\n  hosts: all\n  become: true\n  gather_facts: false\n  tasks:\n"
                    "    - name: Say that nothing changed\n      ansible.builtin.copy: {content: \"x\\n\", dest: /etc/lie, "
                    "mode: \"0644\"}\n      changed_when: false\n"
                    "    - name: Do something only when it is real\n      ansible.builtin.file: {path: /etc/real, "
                    "state: touch, mode: \"0644\"}\n      when: not ansible_check_mode\n")
        rest = "  site:\n    kind: playbook\n    source: ./site.yml\n    hosts: edge\n"
        project = self.project({"site.intent.yaml": self.intent(machine, rest=rest), "site.yml": playbook})
        plan = project.agentops_json("plan", "--detailed-exitcode", expect=None)
        if plan["exit"] == 2:
            record = self.apply_latest(project, expect=8)
            self.assertIn("Do something only when it is real", str(record["diagnostics"]))
        else:
            self.assertEqual(journey.units(plan), {"site/site": "no-changes"})

    def test_a_canary_stops_the_rollout(self):
        machines = self.machines("c1", "c2", "c3")
        configure = """        packages: [hello-web]
        files: {/etc/hello-web.conf: {content: "PORT=8080\\n"}, /srv/www/index.html: {content: "ok\\n"}}
        services: {hello-web: {state: started}}
        rollout: {first: 1, then: 50 %, check: answers}
"""
        checks = f"checks:\n  answers: {{http: \"http://{machines[0].address}:9999/\", within: 2 s}}\n"
        project = self.project({"site.intent.yaml": self.intent(*machines, configure=configure, rest=checks)})
        project.agentops("plan")
        record = self.apply_latest(project, expect=None)
        self.assertIn(record["exit"], (1, 7))
        self.assertEqual([m.exists("/etc/hello-web.conf") for m in machines], [True, False, False])
        good = checks.replace("9999", "8080")
        project.write("site.intent.yaml", self.intent(*machines, configure=configure, rest=good))
        project.agentops("plan")
        self.assertEqual(self.apply_latest(project)["exit"], 0)
        self.assertEqual([m.exists("/etc/hello-web.conf") for m in machines], [True, True, True])

    def test_six_machines_two_at_a_time(self):
        machines = self.machines(*[f"n{number}" for number in range(1, 7)])
        project = self.project({"site.intent.yaml": self.intent(*machines, configure=MOTD)}, settings="forks: 2")
        project.agentops("plan")
        record = self.apply_latest(project)
        self.assertEqual(set(hosts(record).values()), {"ok"})
        self.assertEqual([m.read("/etc/motd") for m in machines], ["hello\n"] * 6)


class LeakTest(machines_case.MachinesTest):
    def test_secrets_stay_where_they_belong(self):
        (machine,) = self.machines("secret")
        canary = "canary-7Qd0-never-shown"
        configure = """        files:
          /etc/token: {content: "token = ${secret.token}\\n", mode: "0600"}
          /etc/app.conf: {template: app.conf.j2, vars: {token: "${secret.token}"}, mode: "0600"}
        vars: {password: "${secret.token}"}
"""
        files = {"site.intent.yaml": self.intent(machine, configure=configure), "app.conf.j2": "t={{ token }}\n",
                 "agentops.yaml": "apiVersion: agentops/v1\nsecrets: {token: {env: TOKEN}}\n"}
        project = self.project(files, env={"TOKEN": canary})
        seen, stop = [], threading.Event()

        def watch():
            while not stop.is_set():
                for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                    try:
                        seen.append(path.read_bytes())
                    except OSError:
                        continue
                time.sleep(0.05)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            steps = [project.agentops("plan"), project.agentops("approve", "latest", "--as", "ann"),
                     project.agentops("apply", "latest"), project.agentops("plan", "--json", "-v")]
        finally:
            stop.set()
            watcher.join()
        self.assertEqual(machine.read("/etc/token"), f"token = {canary}\n")
        self.assertEqual(machine.read("/etc/app.conf"), f"t={canary}\n")
        self.check_absent(canary, project, *steps)
        self.assertFalse([line for line in seen if canary.encode() in line])
        self.check_private(project)

    def test_planted_code_is_not_loaded(self):
        (machine,) = self.machines("planted")
        project = self.project({"site.intent.yaml": self.intent(machine, configure=MOTD)})
        trap = f"import pathlib\npathlib.Path({str(project.path('CAUGHT'))!r}).touch()\n"
        project.write("ansible.cfg", "[defaults]\ncallback_plugins = ./plug\ncallbacks_enabled = trap\nlibrary = ./library\n")
        for folder in ("plug", "library", "filter_plugins", "action_plugins", "callback_plugins"):
            for name in ("trap.py", "copy.py"):
                project.write(f"{folder}/{name}", trap)
        home = project.path("home")
        for folder in ("callback", "action", "modules", "filter"):
            for name in ("trap.py", "copy.py"):
                project.write(f"home/.ansible/plugins/{folder}/{name}", trap)
        hostile = {"HOME": home, "ANSIBLE_CALLBACK_PLUGINS": str(project.path("plug")),
                   "ANSIBLE_CALLBACKS_ENABLED": "trap", "ANSIBLE_CONFIG": str(project.path("ansible.cfg")),
                   "PYTHONPATH": str(project.path("plug"))}
        project.agentops("plan", env=hostile)
        project.agentops("approve", "latest", "--as", "ann")
        project.agentops("apply", "latest", env=hostile)
        self.assertEqual(machine.read("/etc/motd"), "hello\n")
        self.assertFalse(project.path("CAUGHT").exists())
        project.write(".agentops/stacks/site/edge/library/copy.py", trap)
        record = project.agentops_json("plan", expect=None)
        self.assertIn("unit.foreign-file", journey.codes(record))
        self.assertFalse(project.path("CAUGHT").exists())


if __name__ == "__main__":
    harness.main()
