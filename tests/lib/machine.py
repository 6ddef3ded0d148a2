"""One test machine: what a test can ask of it and do to it. Made by MachineRoom (machines.py)."""

import contextlib
import ipaddress
import json
import os
import pathlib
import signal
import subprocess
import sys

import machine_base
from machine_system import NAMESPACES, SEARCH_PATH, MachineError, command, environment, ip, process_state, wait_for

BOOT = pathlib.Path(__file__).resolve().parent / "machine_boot.py"


class Machine:
    """A running machine; made by MachineRoom.machine()."""

    def __init__(self, room, name, address, port, hidden):
        self.name = name
        self.address = address
        self.addresses = [address]  # all addresses that it answers at
        self.port = port
        self.host_key = None  # its public key: "ssh-ed25519 AAAA..."
        self.pid = None  # its first process, as numbered out here
        self.link = f"aov{int(ipaddress.ip_address(address)):08x}"
        self._first_key = None
        self._room = room
        self._hidden = hidden
        self._launcher = None

    # --- asking and changing it from out here -------------------------------------------------------

    def run(self, argv, *, stdin="", check=True, timeout=60):
        """Runs a command in it as root, past ssh; returns its stdout. Raises when it fails and `check`."""
        enter = ["nsenter", f"--target={self.pid}", *NAMESPACES]
        return command([*enter, *argv], stdin=stdin, check=check, timeout=timeout)

    def read(self, path):
        """The text of a file in it."""
        return self.run(["cat", "--", path])

    def exists(self, path):
        """Whether a path is there in it."""
        return self.run(["sh", "-c", 'test -e "$1" && echo yes || true', "sh", path]) == "yes\n"

    def write(self, path, text):
        """Writes a file in it, with the folders that it needs."""
        self.run(["sh", "-c", 'mkdir -p -- "$(dirname -- "$1")" && cat >"$1"', "sh", path], stdin=text)

    def processes(self):
        """The ids, out here, of all its processes."""
        namespace = os.stat(f"/proc/{self.pid}/ns/pid").st_ino
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                if os.stat(f"/proc/{name}/ns/pid").st_ino == namespace:
                    found.append(int(name))
        return found

    # --- faults -------------------------------------------------------------------------------------

    def stop_sshd(self):
        """Ends sshd and every ssh session: connections are refused."""
        for pid in self.processes():
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{pid}/comm").read_text().startswith("sshd"):
                    os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not self._listens(), f"{self.name} still listens")

    def start_sshd(self):
        """Starts sshd again."""
        self.run(["/usr/sbin/sshd", "-E", "/var/log/sshd.log"])
        wait_for(self._listens, f"{self.name} does not listen")

    def cut(self):
        """Pulls its network cable: packets to it vanish, without any answer."""
        ip(f"link set {self.link} down")

    def mend(self):
        """Plugs its network cable in again."""
        ip(f"link set {self.link} up")

    def freeze(self):
        """Stops all its processes: connections are accepted, and nothing ever answers."""
        def all_stopped():
            running = [pid for pid in self.processes() if process_state(pid) not in "TtZ"]
            for pid in running:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
            return not running
        wait_for(all_stopped, f"{self.name} still runs")

    def thaw(self):
        """Lets its processes go on."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def delay(self, seconds):
        """Makes it slow: from now on each ssh session waits this long (in /etc/ssh/sshrc) before its command."""
        self.write("/etc/ssh/sshrc", f"sleep {seconds}\n")

    def fill_disk(self):
        """Fills its disk to the last byte."""
        self.run(["sh", "-c", "cat /dev/zero >/var/tmp/filler"], check=False)

    def free_disk(self):
        """Takes away what fill_disk() wrote."""
        self.run(["rm", "-f", "/var/tmp/filler"])

    def rekey(self):
        """Gives it another host key, as if it were another machine at its address; ends every ssh session."""
        private, self.host_key = machine_base.new_key()
        self.stop_sshd()
        self.write("/etc/ssh/ssh_host_ed25519_key", private)
        self.write("/etc/ssh/ssh_host_ed25519_key.pub", f"{self.host_key}\n")
        self.start_sshd()

    def stop(self):
        """Switches it off for good; its disk is gone."""
        self._room.remove(self)

    # --- how it starts and ends ---------------------------------------------------------------------

    def add_address(self, address):
        """Lets it answer at one more address."""
        ip(f"addr add {address}/32 dev eth0", inside=self.pid)
        self.run(["sh", "-c", "echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet"])
        ip(*self._route(address))
        self.addresses.append(address)
        self._room.remember()

    def remove_address(self, address):
        """Takes away an address that add_address() gave."""
        ip(f"addr del {address}/32 dev eth0", inside=self.pid)
        ip(*self.no_routes([address]))
        self.addresses.remove(address)
        self._room.remember()

    def begin(self, *, python, disk_mb):
        """Starts its first process, which waits for connect(); the machine has no network yet."""
        private, self.host_key = machine_base.new_key()
        self._first_key = self.host_key
        files = machine_base.machine_files(self.name, self.address, self.port, private, self.host_key)
        disk = self._room.folder / "disks" / self.name
        disk.mkdir(parents=True, exist_ok=True)
        spec = {"base": str(self._room.base), "disk": str(disk), "disk_mb": disk_mb, "python": python,
                "files": files, "path": SEARCH_PATH}
        self._launcher = subprocess.Popen(
            ["unshare", *NAMESPACES, "--fork", sys.executable, "-I", "-S", BOOT],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=environment(), start_new_session=True)
        with contextlib.suppress(BrokenPipeError):
            self._launcher.stdin.write(json.dumps(spec) + "\n")
            self._launcher.stdin.flush()

    def connect(self):
        """Waits for the first process, gives it a network, and waits until sshd listens."""
        answer = self._launcher.stdout.readline()
        if not answer.endswith(" ready\n"):
            raise MachineError(f"{self.name} does not start: {answer}{self._launcher.stdout.read()}")
        self.pid = int(answer.split()[0])
        self._room.remember()
        ip(f"link add {self.link} type veth peer name eth0 address {self._mac()} netns {self.pid}",
           f"link set {self.link} master {self._room.bridge} up", *self._route(self.address))
        ip("link set lo up", "link set eth0 up", f"addr add {self.address}/32 dev eth0",
           f"route add default dev eth0 src {self.address}", inside=self.pid)
        self._launcher.stdin.write("go\n")
        self._launcher.stdin.close()
        try:
            wait_for(self._listens, f"{self.name} does not listen")
        except MachineError as error:
            logs = self.run(["cat", "/var/log/boot.log", "/var/log/sshd.log"], check=False)
            raise MachineError(f"{error}: {logs}") from None

    def end(self):
        """Kills its first process, and so everything in it."""
        if not self._launcher:
            return
        if self.pid and self._launcher.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        else:
            self._launcher.kill()
        with contextlib.suppress(BrokenPipeError):
            self._launcher.stdin.close()
        self._launcher.stdout.close()
        self._launcher.wait(30)

    def _mac(self):
        return "02:00:" + ":".join(f"{byte:02x}" for byte in ipaddress.ip_address(self.address).packed)

    def _route(self, address):
        """How this system reaches an address of it. The neighbour is fixed, so that packets to a machine
        that was cut off vanish; a hidden machine is behind a neighbour that is not there."""
        mac = "02:00:00:00:00:01" if self._hidden else self._mac()
        return [f"neigh replace {address} lladdr {mac} dev {self._room.bridge} nud permanent",
                f"route replace {self._destination(address)} src {self._room.network[1]}"]

    def no_routes(self, addresses):
        """What takes back what _route() gave, as lines of ip(8)."""
        return [line for address in addresses for line in (
            f"route del {self._destination(address)}", f"neigh del {address} dev {self._room.bridge}")]

    def _destination(self, address):
        """An address as a route names it. Elastic addresses of the emulator are in 127.0.0.0/8, which
        leads to this system unless the table of local addresses says more exactly where."""
        table = "local" if ipaddress.ip_address(address).is_loopback else "main"
        return f"{address}/32 dev {self._room.bridge} table {table}"

    def _listens(self):
        """Whether a process of it listens on the port of ssh."""
        lines = pathlib.Path(f"/proc/{self.pid}/net/tcp").read_text().splitlines()[1:]
        return any(line.split()[1].endswith(f":{self.port:04X}") and line.split()[3] == "0A" for line in lines)

    @property
    def known_hosts_lines(self):
        """Its lines of a known_hosts file, with the key that it started with."""
        names = self.addresses if self.port == 22 else [f"[{a}]:{self.port}" for a in self.addresses]
        return [f"{name} {self._first_key}\n" for name in names]

    def describe(self):
        """What somebody who wants to log in must know."""
        return {"name": self.name, "address": self.address, "addresses": self.addresses, "port": self.port,
                "host_key": self.host_key, "key": str(self._room.key), "known_hosts": str(self._room.known_hosts)}
