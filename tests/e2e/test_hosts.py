#!/usr/bin/env python3
"""Machines that exist already: everything that `configure` can say, on four of them, and existing playbooks."""

import harness
import journey
import machines_case

CONFIGURE = """      packages: [hello-web, hello-tool, hello-cron]
      groups: {shop: {system: true}}
      users:
        shop: {system: true, groups: [shop], shell: /usr/sbin/nologin, comment: "The {{ 7 * 7 }} shop"}
        deploy: {shell: /bin/sh, authorized_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7VCxg5oOUS7zZ6Xv0bSZ7hO0l0rZcO1wZC9J0dPzUu deploy"}
      directories:
        /srv/www: {owner: root, group: root, mode: "0755"}
        /var/lib/shop: {owner: shop, group: shop, mode: "0750"}
      files:
        /srv/www/index.html: {source: site/index.html}
        /etc/shop.json:
          content: |
            {"a": 1,  "live": "{{ lookup('pipe', 'touch CANARY') }}", "b": [1,2]}
          owner: root
          group: shop
          mode: "0640"
        /etc/hello-web.conf: {template: site/hello-web.conf.j2, vars: {listen: 8080}, notify: hello-web}
        /etc/obsolete.conf: {state: absent}
      sysctl: {net.ipv4.ip_forward: "1"}
      cron: {tidy: {minute: "5", hour: "4", job: "/usr/bin/hello-tool tidy", user: shop}}
      services: {hello-web: {state: started, enabled: true}}
      commands:
        - {name: Prepare the store, run: [mkdir, /var/lib/shop/store], creates: /var/lib/shop/store, user: shop}
        - {name: Mark the machine, run: [touch, "/var/lib/shop/{{ inventory_hostname }}"], unless: [ls, "/var/lib/shop/{{ inventory_hostname }}"]}
      vars: {colour: blue}
"""
FILES = {"site/index.html": "<h1>{{ not a template }}</h1>\n", "site/hello-web.conf.j2": "# {{ colour }}\nPORT={{ listen }}\n"}
CHECKS = """checks:
  answers: {command: [curl, --fail, --silent, --max-time, "5", "http://127.0.0.1:8080/"], on: edge, within: 20 s}
"""


class HostsTest(machines_case.MachinesTest):
    def test_everything_on_four_machines(self):
        machines = self.machines("m1", "m2", "m3", "m4")
        for machine in machines:
            machine.write("/etc/obsolete.conf", "old\n")
        intent = self.intent(*machines, configure=CONFIGURE.replace("\n      ", "\n        ").replace(
            "      packages", "        packages", 1).rstrip(" "), rest=CHECKS)
        project = self.project({"site.intent.yaml": intent, **FILES})
        plan = project.agentops_json("plan")
        self.plan_names_the_lines(plan, project)
        record = self.apply_latest(project, "--max-destroy", "4")
        self.assertEqual((record["exit"], record["stacks"][0]["checks"][0]["status"]), (0, "ok"))
        self.assertEqual({h["host"]: h["status"] for h in record["stacks"][0]["units"][0]["hosts"]},
                         {m.name: "ok" for m in machines})
        for machine in machines:
            self.machine_is_as_wanted(machine)
        self.assertFalse([path for path in project.folder.rglob("CANARY")])
        second = project.agentops_json("plan", "--detailed-exitcode")
        self.assertEqual(journey.units(second), {"site/edge": "no-changes"})
        self.artifacts_pass_lint(project)
        self.check_private(project)
        project.agentops("runs", "verify")

    def plan_names_the_lines(self, plan, project):
        changes = journey.resources(plan)
        lines = project.read("site.intent.yaml").splitlines()
        line = changes["m1: Put /etc/shop.json"]["position"]["line"]
        self.assertIn("/etc/shop.json", lines[line - 1])
        self.assertEqual(changes["m3: Remove /etc/obsolete.conf"]["action"], "delete")
        self.assertEqual(changes["m1: Put /etc/shop.json"]["trust"], "proven")

    def machine_is_as_wanted(self, machine):
        self.assertEqual(machine.read("/etc/shop.json"),
                         '{"a": 1,  "live": "{{ lookup(\'pipe\', \'touch CANARY\') }}", "b": [1,2]}\n')
        self.assertEqual(machine.run(["stat", "-c", "%U %G %a", "/etc/shop.json"]), "root shop 640\n")
        self.assertEqual(machine.read("/srv/www/index.html"), FILES["site/index.html"])
        self.assertEqual(machine.read("/etc/hello-web.conf"), "# blue\nPORT=8080\n")
        self.assertIn("The {{ 7 * 7 }} shop", machine.run(["getent", "passwd", "shop"]))
        self.assertIn("AAAAC3NzaC1lZDI1NTE5", machine.read("/home/deploy/.ssh/authorized_keys"))
        self.assertIn("hello-tool tidy", machine.run(["crontab", "-l", "-u", "shop"]))
        self.assertEqual(machine.read("/proc/sys/net/ipv4/ip_forward"), "1\n")
        self.assertTrue(machine.exists("/var/lib/shop/{{ inventory_hostname }}"))
        self.assertEqual(machine.run(["stat", "-c", "%U", "/var/lib/shop/store"]), "shop\n")
        self.assertFalse(machine.exists("/etc/obsolete.conf"))
        self.assertEqual(machine.run(["curl", "-s", "http://127.0.0.1:8080/"]), FILES["site/index.html"])

    def artifacts_pass_lint(self, project):
        harness.run([harness.tool("ansible-lint"), "--profile", "production", "--offline", "--nocolor", "."],
                    env=project.env, cwd=project.path(".agentops/stacks/site/edge"), expect=0)

    def test_a_machine_behind_another(self):
        (gate,) = self.machines("gate")
        (inner,) = self.machines("inner", hidden=True)
        jump = f"    jump: {{address: {gate.address}, user: ops}}\n"
        intent = self.intent(inner, configure="        files: {/etc/motd: {content: \"behind\\n\"}}\n").replace(
            "    configure:", f"{jump}    configure:")
        project = self.project({"site.intent.yaml": intent}, settings="host_keys: accept-new")
        project.agentops("plan")
        self.apply_latest(project)
        self.assertEqual(inner.read("/etc/motd"), "behind\n")

    def test_a_playbook_with_its_own_inventory_tags_limit_and_vault(self):
        one, two = self.machines("one", "two")
        inventory = "[lab]\n" + "".join(
            f"{m.name} ansible_host={m.address} ansible_user=ops ansible_ssh_private_key_file={self.room.key}\n"
            for m in (one, two))
        playbook = """---
- name: Lab
  hosts: lab
  become: true
  gather_facts: false
  vars_files: [secret.yml]
  tasks:
    - name: Wanted
      ansible.builtin.copy: {content: "{{ word }}\\n", dest: /etc/wanted, mode: "0600"}
      no_log: true
      tags: [wanted]
    - name: Unwanted
      ansible.builtin.copy: {content: "x", dest: /etc/unwanted, mode: "0600"}
"""
        password = "vault-canary-83hd"
        project = self.project({"lab/site.yml": playbook, "lab/hosts.ini": inventory}, env={"VAULT": password})
        project.write("agentops.yaml", "apiVersion: agentops/v1\nansible: {host_keys: accept-new}\n"
                      "secrets: {vault: {env: VAULT}}\n")
        vault = project.write("pw", password + "\n")
        secret = project.write("lab/secret.yml", "word: hidden-word-42\n")
        harness.run([harness.tool("ansible-vault"), "encrypt", "--vault-password-file", vault, secret],
                    env=project.env, cwd=project.folder, expect=0)
        vault.unlink()
        project.write("site.intent.yaml", "apiVersion: agentops/v1\nintent: site\n"
                      "target: {provider: aws, region: eu-west-1}\ncomponents:\n  lab:\n    kind: playbook\n"
                      "    source: ./lab/site.yml\n    inventory: ./lab/hosts.ini\n    tags: [wanted]\n    limit: one\n"
                      "    vault: \"${secret.vault}\"\n")
        steps = [project.agentops("plan"), project.agentops("approve", "latest", "--as", "ann"),
                 project.agentops("apply", "latest"), project.agentops("plan", "--detailed-exitcode")]
        self.assertEqual(one.read("/etc/wanted"), "hidden-word-42\n")
        self.assertEqual([one.exists("/etc/unwanted"), two.exists("/etc/wanted")], [False, False])
        self.check_absent(password, project, *steps)
        self.check_absent("hidden-word-42", project, *steps)

    def test_a_change_is_one_change_and_restarts_its_service(self):
        (machine,) = self.machines("solo")
        configure = """        packages: [hello-web]
        directories: {/srv/www: {mode: "0755"}}
        files:
          /srv/www/index.html: {content: "one\\n"}
          /etc/hello-web.conf: {content: "PORT=8080\\n", notify: hello-web}
        services: {hello-web: {state: started}}
"""
        project = self.project({"site.intent.yaml": self.intent(machine, configure=configure)})
        project.agentops("plan")
        self.apply_latest(project)
        first = machine.read("/run/hello-web.pid")
        project.write("site.intent.yaml", self.intent(machine, configure=configure.replace("8080", "8181")))
        changes = journey.resources(project.agentops_json("plan", "--detailed-exitcode", expect=2))
        self.assertEqual(set(changes), {"solo: Put /etc/hello-web.conf", "solo: Restart hello-web"})
        self.assertIn("8181", changes["solo: Put /etc/hello-web.conf"]["attributes"][0]["after"])
        self.apply_latest(project)
        self.assertNotEqual(machine.read("/run/hello-web.pid"), first)
        self.assertEqual(machine.run(["curl", "-s", "http://127.0.0.1:8181/"]), "one\n")

    def test_a_role_through_configure_and_through_a_playbook(self):
        machines = self.machines("r1", "r2")
        role = {f"roles/{path.relative_to(harness.SOURCE / 'examples/fleet/roles')}": path.read_text(encoding="utf-8")
                for path in (harness.SOURCE / "examples/fleet/roles").rglob("*") if path.is_file()}
        by_role = "        roles: [{role: ./roles/site, vars: {site_title: By configure}}]\n"
        playbook = ("---\n- name: Serve the site\n  hosts: all\n  become: true\n"
                    "  roles:\n    - {role: site, site_title: \"{{ title }}\"}\n")
        by_playbook = "  site:\n    kind: playbook\n    source: ./site.yml\n    hosts: edge\n    vars: {title: By a playbook}\n"
        for title, intent in (("By configure", self.intent(*machines, configure=by_role)),
                              ("By a playbook", self.intent(*machines, rest=by_playbook))):
            project = self.project({"site.intent.yaml": intent, "site.yml": playbook, **role})
            project.agentops("plan")
            self.apply_latest(project)
            for machine in machines:
                page = machine.run(["curl", "-s", "http://127.0.0.1:8080/"])
                self.assertIn(f"<p>{title}</p>", page)
                self.assertIn(f"Served by {machine.name}.", page)
            project.agentops("plan", "--detailed-exitcode")


if __name__ == "__main__":
    harness.main()
