#!/usr/bin/env python3
"""The test bed of real machines itself: they are configured by Ansible, break as asked and leave nothing."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import harness

sys.path.insert(0, str(harness.SOURCE / "tests/lib"))
import machines  # noqa: E402
from machine_instances import instances  # noqa: E402
from machine_system import is_running, process_state, wait_for  # noqa: E402

COMMAND_LINE = harness.SOURCE / "tests/lib/machines.py"

PLAYBOOK = """
- hosts: all
  become: true
  tasks:
    - ansible.builtin.apt: {name: [hello-web, hello-cron], update_cache: true}
    - ansible.builtin.copy: {content: "hello from {{ inventory_hostname }}", dest: /srv/www/index.html}
    - ansible.builtin.lineinfile: {path: /etc/hello-web.conf, regexp: ^PORT=, line: PORT=8081}
    - ansible.builtin.service: {name: hello-web, state: started, enabled: true}
    - ansible.builtin.user: {name: testbed-app, system: true}
    - ansible.builtin.cron: {name: tidy, minute: "5", job: "true"}
    - ansible.builtin.command: sysctl -w net.ipv4.ip_forward=1
    - ansible.builtin.copy: {content: "[Service]\\nExecStart=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n",
                             dest: /etc/systemd/system/once.service}
    - ansible.builtin.systemd: {name: once, enabled: true, daemon_reload: true}
"""


def setUpModule():
    reason = machines.why_not()
    if reason:
        raise unittest.SkipTest(reason)
    machines.private_network()


def ssh_options(folder):
    """The options of ssh for the machines of the room in this folder."""
    return ["-F", "none", "-i", folder / "key", "-o", f"UserKnownHostsFile={folder}/known_hosts",
            "-o", "BatchMode=yes", "-o", "ConnectTimeout=5"]


def ssh(room, machine, *command, user="ops", options=()):
    """Runs ssh; returns (exit code, stdout, stderr)."""
    argv = ["ssh", *ssh_options(room.folder), *options, "-p", str(machine.port), f"{user}@{machine.address}", *command]
    result = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    return result.returncode, result.stdout, result.stderr


def banner(machine, timeout=10):
    """The first bytes that sshd says."""
    with socket.create_connection((machine.address, machine.port), timeout=timeout) as connection:
        return connection.recv(4)


def get(url):
    """What a web server answers."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as response:
        return response.read().decode()


def traces(folder):
    """What is left of a room: its links, its mounts as any process sees them, and its files."""
    links = [link["ifname"] for link in json.loads(subprocess.check_output(["ip", "-json", "link"]))]
    mounts = set()
    for path in pathlib.Path("/proc").glob("[0-9]*/mounts"):
        with contextlib.suppress(OSError):
            mounts.update(line for line in path.read_text().splitlines() if str(folder) in line)
    return [name for name in links if name != "lo"], sorted(mounts), folder.exists()


NOTHING = ([], [], False)


class ConfiguredTest(harness.E2eTest):
    """Four machines, as Ansible sees and changes them."""

    time_limit = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.room = machines.MachineRoom()
        cls.addClassCleanup(cls.room.stop)
        cls.room.start()
        cls.machines = cls.room.start_machines([f"m{n}" for n in range(4)])

    def ansible_playbook(self, text):
        """Runs a playbook on all machines."""
        hosts = "".join(f"{m.name} ansible_host={m.address}\n" for m in self.machines.values())
        variables = (f"[all:vars]\nansible_user=ops\nansible_ssh_private_key_file={self.room.key}\n"
                     f"ansible_ssh_common_args=-o UserKnownHostsFile={self.room.known_hosts}\n")
        project = self.project({"hosts": hosts + variables, "site.yml": text})
        # Other tests have other machines at the same addresses: never share their connections.
        project.env.update(ANSIBLE_PIPELINING="1", ANSIBLE_SSH_CONTROL_PATH_DIR=f"{project.folder}/cp")
        return harness.run([harness.tool("ansible-playbook"), "-i", "hosts", "site.yml"], env=project.env,
                           cwd=project.folder, timeout=100, expect=0)

    def test_ansible_changes_each_machine_and_only_it(self):
        accounts = pathlib.Path("/etc/passwd").read_text()
        forwarding = pathlib.Path("/proc/sys/net/ipv4/ip_forward").read_text()
        self.ansible_playbook(PLAYBOOK)
        for name, machine in self.machines.items():
            self.assertEqual(get(f"http://{machine.address}:8081"), f"hello from {name}")
            self.assertIn("\ntestbed-app:", machine.read("/etc/passwd"))
            self.assertIn("5 * * * * true", machine.run(["crontab", "-l"]))
            self.assertEqual(machine.read("/proc/sys/net/ipv4/ip_forward"), "1\n")
            self.assertTrue(machine.exists("/etc/rc2.d/S01hello-web"))
            self.assertTrue(machine.exists("/etc/systemd/system/multi-user.target.wants/once.service"))
        self.assertEqual(pathlib.Path("/etc/passwd").read_text(), accounts)
        self.assertEqual(pathlib.Path("/proc/sys/net/ipv4/ip_forward").read_text(), forwarding)
        self.assertFalse(os.path.exists("/etc/init.d/hello-web"))

    def test_services_stop_and_a_second_repository_has_another_version(self):
        machine = self.room.machine("alone")
        machine.run(["apt-get", "-qq", "update"])
        machine.run(["apt-get", "-qq", "install", "hello-web", "hello-tool"])
        self.assertEqual(machine.run(["service", "hello-web", "status"], check=False), "hello-web is not running\n")
        machine.run(["service", "hello-web", "start"])
        self.assertEqual(get(f"http://{machine.address}:8080"), "hello from alone\n")
        machine.run(["service", "hello-web", "stop"])
        with self.assertRaises(OSError):
            get(f"http://{machine.address}:8080")
        self.assertEqual(machine.run(["hello-tool"]), "hello-tool 1.0\n")
        machine.write("/etc/apt/sources.list.d/machine.list", "deb [trusted=yes] file:/srv/packages-2 ./\n")
        machine.run(["apt-get", "-qq", "update"])
        machine.run(["apt-get", "-qq", "install", "hello-tool"])
        self.assertEqual(machine.run(["hello-tool"]), "hello-tool 2.0\n")
        with self.assertRaisesRegex(machines.MachineError, "Read-only file system"):
            machine.run(["sh", "-c", "echo 1 >/proc/sys/vm/swappiness"])
        machine.stop()

    def test_users_have_the_rights_that_they_are_to_have(self):
        machine = self.machines["m0"]
        self.assertEqual(ssh(self.room, machine, "sudo", "-n", "id", "-u")[1], "0\n")
        self.assertEqual(ssh(self.room, machine, "id", "-u", user="root")[1], "0\n")
        code, _, complaint = ssh(self.room, machine, "sudo", "-n", "id", "-u", user="plain")
        self.assertEqual((code, complaint), (1, "sudo: a password is required\n"))
        self.assertIn("Permission denied", ssh(self.room, machine, "id", user="stranger")[2])

    def test_variants(self):
        odd = self.room.machine("odd", python=False, port=2222)
        self.assertEqual(ssh(self.room, odd, "python3", "-V")[0], 127)
        inner = self.room.machine("inner", hidden=True)
        with self.assertRaises(TimeoutError):
            banner(inner, timeout=1)
        options = " ".join(map(str, ssh_options(self.room.folder)))
        proxy = f"ssh {options} -W %h:%p ops@{self.machines['m0'].address}"
        self.assertEqual(ssh(self.room, inner, "hostname", options=["-o", f"ProxyCommand={proxy}"])[1], "inner\n")
        odd.stop(), inner.stop()


class FaultsTest(harness.E2eTest):
    """Each fault has its effect, and an end."""

    time_limit = 120

    def setUp(self):
        super().setUp()
        self.room = machines.MachineRoom().start()
        self.addCleanup(self.room.stop)
        self.machine = self.room.machine("victim")

    def test_the_network(self):
        bystander = self.room.machine("bystander")
        self.machine.cut()
        with self.assertRaises(TimeoutError):
            banner(self.machine, timeout=1)
        self.assertEqual(banner(bystander), b"SSH-")
        self.machine.mend()
        self.assertEqual(banner(self.machine), b"SSH-")
        self.machine.stop_sshd()
        with self.assertRaises(ConnectionRefusedError):
            banner(self.machine)
        self.machine.start_sshd()
        self.assertEqual(banner(self.machine), b"SSH-")

    def test_slow_machines(self):
        self.machine.freeze()
        with self.assertRaises(TimeoutError):
            banner(self.machine, timeout=1)
        self.machine.thaw()
        self.assertEqual(banner(self.machine), b"SSH-")
        self.machine.delay(1)
        begin = time.monotonic()
        self.assertEqual(ssh(self.room, self.machine, "echo", "done")[1], "done\n")
        self.assertGreater(time.monotonic() - begin, 1)

    def test_a_full_disk(self):
        self.machine.fill_disk()
        self.assertIn("No space left on device", ssh(self.room, self.machine, "echo data >file")[2])
        self.machine.free_disk()
        self.assertEqual(ssh(self.room, self.machine, "echo data >file")[0], 0)

    def test_another_host_key(self):
        key = self.machine.host_key
        self.machine.rekey()
        self.assertNotEqual(self.machine.host_key, key)
        self.assertIn("REMOTE HOST IDENTIFICATION HAS CHANGED", ssh(self.room, self.machine, "id")[2])


class TracesTest(harness.E2eTest):
    """Nothing is left, however it ends."""

    time_limit = 120

    def test_a_room_that_is_stopped(self):
        with machines.MachineRoom() as room:
            processes = [pid for m in room.start_machines(["a", "b"]).values() for pid in m.processes()]
            self.assertEqual(len(processes), 6)
        self.assertEqual(traces(room.folder), NOTHING)
        self.assertEqual({process_state(pid) for pid in processes}, {"Z"})

    def room_of_a_process(self):
        """A process that owns a room with two machines: (its Popen, what the room has written down)."""
        code = ("import sys, time, machines; room = machines.MachineRoom().start(); "
                "room.start_machines(['a', 'b']); print(room.folder, flush=True); time.sleep(60)")
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True,
                                   env={**os.environ, "PYTHONPATH": str(COMMAND_LINE.parent)})
        self.addCleanup(process.stdout.close)
        folder = pathlib.Path(process.stdout.readline().strip())
        return process, machines.read_state(folder), folder

    def test_a_room_whose_process_is_killed(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            process, state, folder = self.room_of_a_process()
            process.send_signal(number)
            process.wait()
            wait_for(lambda: traces(folder) == NOTHING, "something is left")
            self.assertEqual(list(filter(is_running, state["processes"])), [])

    def test_a_room_that_is_killed_together_with_its_keeper(self):
        process, state, folder = self.room_of_a_process()
        os.kill(state["keeper"][0], signal.SIGKILL)
        process.kill()
        process.wait()
        wait_for(lambda: not is_running(state["keeper"]), "the keeper is still there")
        self.assertEqual(len(list(filter(is_running, state["processes"]))), 2)
        machines.sweep_abandoned()
        self.assertEqual(list(filter(is_running, state["processes"])), [])
        self.assertEqual(traces(folder), NOTHING)

    def test_a_machine_that_cannot_start(self):
        with machines.MachineRoom() as room:
            with self.assertRaisesRegex(machines.MachineError, "does not start: .*cannot mount tmpfs"):
                room.machine("odd", disk_mb="some")
            self.assertEqual(room.machines, {})
        self.assertEqual(traces(room.folder), NOTHING)


class CommandLineTest(harness.E2eTest):
    """What the examples use."""

    time_limit = 120

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="agentops-room-"))
        self.addCleanup(self.machines, "down")

    def machines(self, command, *more):
        """Runs tests/lib/machines.py."""
        return harness.run([sys.executable, COMMAND_LINE, command, "--folder", self.folder, *more],
                           env=harness.base_environment(), cwd="/", timeout=30, expect=0)

    def ssh(self, *words):
        """Runs ssh; returns what it printed."""
        return subprocess.check_output(["ssh", *ssh_options(self.folder), *words], text=True, timeout=30)

    def test_up_and_down(self):
        printed = self.machines("up", "--count", "2").json
        self.assertEqual([m["name"] for m in printed["machines"]], ["machine-1", "machine-2"])
        for machine in printed["machines"]:
            self.assertEqual(self.ssh(f"ops@{machine['address']}", "hostname"), f"{machine['name']}\n")
        self.assertEqual(self.machines("down").out, "")
        self.assertEqual(traces(self.folder), NOTHING)

    def test_it_ends_with_a_process(self):
        companion = subprocess.Popen(["sleep", "60"])
        self.machines("up", "--with-process", str(companion.pid))
        companion.kill()
        companion.wait()
        wait_for(lambda: traces(self.folder) == NOTHING, "something is left")

    def test_follow_boots_the_instances_of_an_emulator(self):
        emulator = harness.Emulator()
        self.addCleanup(emulator.stop)
        emulator.start()
        self.machines("follow", "--emulator", emulator.url)
        launched = emulator.aws("ec2", "run-instances", "--image-id", "ami-12345678", "--count", "2")["Instances"]
        ids, addresses = ([instance[key] for instance in launched] for key in ("InstanceId", "PrivateIpAddress"))
        elastic = emulator.aws("ec2", "allocate-address")
        emulator.aws("ec2", "associate-address", "--allocation-id", elastic["AllocationId"], "--instance-id", ids[0])
        self.assertEqual(instances(emulator.url, harness.REGION)[ids[0]], [addresses[0], elastic["PublicIp"]])

        def up():
            return {m["name"]: m["addresses"] for m in machines.read_state(self.folder)["machines"]}

        wait_for(lambda: len(up()) == 2 and elastic["PublicIp"] in up()[ids[0]], "the machines are not there")
        for address in (*addresses, elastic["PublicIp"]):
            self.assertEqual(self.ssh(f"ubuntu@{address}", "id", "-un"), "ubuntu\n")
        emulator.aws("ec2", "terminate-instances", "--instance-ids", ids[0])
        wait_for(lambda: list(up()) == [ids[1]], "a terminated instance still has a machine")


if __name__ == "__main__":
    harness.main()
