#!/usr/bin/env python3
"""Real machines for the tests of Ansible, on this system: each with a root, network and processes of its own.

A machine is a set of namespaces whose root is an overlay over this system's, on a disk (a tmpfs) of
limited size; its sshd answers at an address on a bridge of ours. apt, files, users and services truly
change in it, and only in it. It has sysvinit (no running systemd: systemctl works offline), a
repository of three small packages (machine_packages.py) as its only apt source, no internet, and of
/proc/sys only net is writable. It is no sandbox: its root has every right on this system. Its users:
`ops` and the usual ones of cloud images (sudo without a password), `plain` (no sudo) and `root`; all
accept the room's key.

    with MachineRoom() as room:
        web = room.machine("web")
        run ssh -i room.key -o UserKnownHostsFile=room.known_hosts ops@web.address

Needs root. Whatever happens to the process that owns a room, also SIGKILL, the room's keeper then
removes every process, mount and link of it; `sweep` does so by hand. Everything lives in the network
namespace of the caller; `private_network` moves the caller into an empty one, where rooms of several
tests cannot meet; then give each test's ssh a ControlPath of its own. On the command line:

    machines.py up --folder DIR --count N           machine-1 ... machine-N, in the background
    machines.py follow --folder DIR --emulator URL  a machine for each EC2 instance, in the background
    machines.py down --folder DIR                   ends both, and removes what they left
"""

import argparse
import contextlib
import ipaddress
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import machine_base
from machine import Machine
from machine_instances import InstanceWatcher
from machine_system import MachineError, command, identity, ip, is_running, private_network, wait_for, why_not

__all__ = ["InstanceWatcher", "Machine", "MachineError", "MachineRoom", "private_network", "sweep", "why_not"]

PREFIX = "agentops-machines-"
NETWORKS = "10.77.0.0/16"  # a room takes a free /24 of it
FIRST_HOST = 10


class MachineRoom:
    """Some machines on one bridge, and what is needed to log into them.

    folder: where key, known_hosts and state.json are kept until the end (default: a temporary one).
    network: the network of addresses given to machines (default: a free /24).
    """

    def __init__(self, folder=None, network=None):
        self._wanted_network = network
        self._lock = threading.RLock()
        self._keeper = None
        self.folder = pathlib.Path(folder).resolve() if folder else None
        self.machines = {}  # the machines that are up, by name
        self.bridge = None
        self.network = None
        self.public_key = None  # what the machines accept: "ssh-ed25519 AAAA..."

    @property
    def key(self):
        """The path of the private key that every machine accepts."""
        return self.folder / "key"

    @property
    def known_hosts(self):
        """The path of a known_hosts file with the host keys that machines started with."""
        return self.folder / "known_hosts"

    @property
    def base(self):
        """The tree of files that the machines share."""
        return self.folder / "base"

    def start(self):
        """Prepares everything that machines need; raises MachineError when this system cannot."""
        reason = why_not()
        if reason:
            raise MachineError(reason)
        sweep_abandoned()
        self.folder = self.folder or pathlib.Path(tempfile.mkdtemp(prefix=PREFIX))
        self.folder.mkdir(parents=True, exist_ok=True)
        if is_up(self.folder):
            raise MachineError(f"{self.folder} already has machines")
        sweep(self.folder)
        try:
            self._prepare()
        except BaseException:
            self.stop()
            raise
        return self

    def _prepare(self):
        self._keeper = subprocess.Popen(
            [sys.executable, __file__, "keep", "--folder", self.folder], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, start_new_session=True)
        self.remember()
        private, self.public_key = machine_base.new_key()
        machine_base.write(self.key, private, 0o600)
        previous = os.umask(0o022)
        try:
            machine_base.build(self.base, self.public_key)
        finally:
            os.umask(previous)
        self._claim_network()

    def _claim_network(self):
        """The bridge of a network has its name, so only one room can make it."""
        wanted = [self._wanted_network] if self._wanted_network else free_networks()
        for network in map(ipaddress.ip_network, wanted):
            bridge = f"aobr{int(network.network_address):08x}"
            try:
                ip(f"link add name {bridge} type bridge")
            except MachineError:
                continue
            self.bridge, self.network = bridge, network
            self.remember()
            ip(f"addr add {network[1]}/{network.prefixlen} dev {bridge}", f"link set {bridge} up")
            pathlib.Path(f"/proc/sys/net/ipv4/conf/{bridge}/route_localnet").write_text("1")
            return
        raise MachineError(f"no free network in {self._wanted_network or NETWORKS}")

    def machine(self, name, address=None, **options):
        """Starts one machine and waits for its sshd. Options: see start_machines()."""
        return self.start_machines({name: address}, **options)[name]

    def start_machines(self, names, *, python=True, disk_mb=256, port=22, hidden=False):
        """Starts machines at the same time; `names` is a list, or a dict with their addresses (None: any).

        python=False: without any Python. disk_mb: the size of the disk. port: where sshd listens.
        hidden: reachable only from other machines of the room (a jump host). Returns {name: Machine}.
        """
        with self._lock:
            wanted = dict(names) if isinstance(names, dict) else dict.fromkeys(names)
            started = {}
            try:
                for name, address in wanted.items():
                    started[name] = self._new_machine(name, address, port, hidden)
                    started[name].begin(python=python, disk_mb=disk_mb)
                for machine in started.values():
                    machine.connect()
            except BaseException:
                for machine in started.values():
                    machine.stop()
                raise
            self.remember()
            return started

    def _new_machine(self, name, address, port, hidden):
        taken = {address for machine in self.machines.values() for address in machine.addresses}
        if address is None:
            address = next(str(a) for a in list(self.network.hosts())[FIRST_HOST - 1:] if str(a) not in taken)
        if name in self.machines or address in taken:
            raise MachineError(f"there is already a machine {name} or {address}")
        self.machines[name] = Machine(self, name, address, port, hidden)
        return self.machines[name]

    def remove(self, machine):
        """Ends a machine; for Machine.stop()."""
        with self._lock:
            if self.machines.pop(machine.name, None):
                machine.end()
                ip(f"link del {machine.link}", force=True)
                ip(*machine.no_routes(machine.addresses), force=True)
                self.remember()

    def remember(self):
        """Writes down what there is to clean up, and the known_hosts file."""
        with self._lock:
            machines = self.machines.values()
            write_whole(self.known_hosts, "".join(line for machine in machines for line in machine.known_hosts_lines))
            write_whole(self.folder / "state.json", json.dumps({
                "owner": identity(os.getpid()), "keeper": identity(self._keeper.pid),
                "bridge": self.bridge, "links": [m.link for m in machines],
                "processes": [identity(m.pid) for m in machines if m.pid],
                "machines": self.describe(),
            }, indent=1))

    def describe(self):
        """What somebody who wants to log in must know, for each machine."""
        return [machine.describe() for machine in self.machines.values()]

    def stop(self):
        """Ends every machine and removes everything, also the folder unless it has files of others."""
        with self._lock:
            for machine in list(self.machines.values()):
                machine.end()
            self.machines.clear()
            sweep(self.folder)
            if self._keeper:
                self._keeper.communicate()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def free_networks():
    """The /24 networks of NETWORKS that are not in use here: a wide route (of a VPN, say) is none."""
    routes = json.loads(command(["ip", "-json", "-4", "route", "show"]))
    routed = [ipaddress.ip_network(route["dst"]) for route in routes if route["dst"] != "default"]
    used = [network for network in routed if network.prefixlen >= 16]
    networks = list(ipaddress.ip_network(NETWORKS).subnets(new_prefix=24))
    random.shuffle(networks)  # an address means another machine in another room: let them meet seldom
    return [network for network in networks if not any(network.overlaps(other) for other in used)]


def write_whole(path, text):
    """Writes a file so that a reader sees all of it or nothing."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


def read_state(folder):
    """The state file of a room, or None."""
    try:
        return json.loads((pathlib.Path(folder) / "state.json").read_text())
    except FileNotFoundError:
        return None


def is_up(folder):
    """Whether somebody still has a room in this folder."""
    state = read_state(folder)
    return bool(state) and is_running(state["owner"])


def sweep(folder):
    """Removes all that a room in this folder left: processes (and so mounts and namespaces), links, files."""
    folder = pathlib.Path(folder)
    state = read_state(folder)
    if not state:
        return
    for process in filter(is_running, state["processes"]):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process[0], signal.SIGKILL)
    wait_for(lambda: not any(map(is_running, state["processes"])), "machines are still there")
    ip(*(f"link del {link}" for link in [*state["links"], state["bridge"]] if link), force=True)
    for name in ("base", "disks"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("key", "known_hosts", "known_hosts.new", "state.new", "state.json"):
        (folder / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        folder.rmdir()


def sweep_abandoned():
    """Removes what temporary rooms left that were killed together with their keepers."""
    for folder in pathlib.Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        state = read_state(folder)
        if state and not is_running(state["owner"]) and not is_running(state["keeper"]):
            sweep(folder)


def keep(folder):
    """A keeper: waits until its room's process is gone, then cleans up."""
    sys.stdin.read()
    sweep(folder)


def serve(options):
    """Runs a room until SIGTERM, SIGINT, or the end of the process given by --with-process."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    companion = options.with_process and identity(options.with_process)
    with MachineRoom(options.folder) as room, contextlib.ExitStack() as stack:
        if options.emulator:
            stack.enter_context(InstanceWatcher(room, options.emulator, region=options.region))
        else:
            room.start_machines(options.names or [f"machine-{n}" for n in range(1, options.count + 1)])
        print(json.dumps({"key": str(room.key), "public_key": room.public_key, "known_hosts": str(room.known_hosts),
                          "machines": room.describe()}), flush=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        while not companion or is_running(companion):
            time.sleep(0.5)


def serve_in_background(arguments):
    """Starts `serve` as a process of its own; prints what it prints, and returns its exit code."""
    log = tempfile.TemporaryFile("w+")
    process = subprocess.Popen([sys.executable, __file__, *arguments, "--foreground"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True)
    ready = process.stdout.readline()
    print(ready, end="")
    if ready:
        return 0
    code = process.wait()
    log.seek(0)
    print(log.read(), end="", file=sys.stderr)
    return code or 1


def down(folder):
    """Ends the room of a folder, and what it left."""
    state = read_state(folder)
    if state and is_running(state["owner"]):
        os.kill(state["owner"][0], signal.SIGTERM)
        with contextlib.suppress(MachineError):
            wait_for(lambda: not is_running(state["owner"]), "it is still there", 20)
    sweep(folder)


def parse(arguments):
    """The command line; see the top of this file."""
    parser = argparse.ArgumentParser(description="Real machines for tests and examples.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("up", "follow", "down", "keep"):
        sub = commands.add_parser(name)
        sub.add_argument("--folder", required=True)
        sub.set_defaults(emulator=None, names=None, count=0)
    for name in ("up", "follow"):
        sub = commands.choices[name]
        sub.add_argument("--foreground", action="store_true", help="stay, until SIGTERM")
        sub.add_argument("--with-process", type=int, metavar="PID", help="end when this process ends")
    commands.choices["up"].add_argument("--count", type=int, default=1)
    commands.choices["up"].add_argument("--names", nargs="+", help="instead of machine-1 ...")
    commands.choices["follow"].add_argument("--emulator", required=True, metavar="URL")
    commands.choices["follow"].add_argument("--region", default="eu-west-1")
    return parser.parse_args(arguments)


def main(arguments):
    """Runs one subcommand; returns the exit code."""
    options = parse(arguments)
    try:
        if options.command == "keep":
            keep(options.folder)
        elif options.command == "down":
            down(options.folder)
        elif options.foreground:
            serve(options)
        else:
            return serve_in_background(arguments)
    except MachineError as error:
        print(f"machines: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
