"""What the test machines need from this system: commands, links, namespaces, processes."""

import ctypes
import os
import pathlib
import shutil
import subprocess
import time

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TOOLS = ["unshare", "nsenter", "ip", "sshd", "ssh-keygen", "sudo", "dpkg-deb", "start-stop-daemon"]
NAMESPACES = ["--mount", "--uts", "--ipc", "--net", "--pid"]
CLONE_NEWNET = 0x40000000


class MachineError(Exception):
    """A machine or a room cannot do what was asked."""


def environment():
    """The environment of every command that the test bed runs."""
    return {"PATH": SEARCH_PATH, "LANG": "C.UTF-8", "HOME": "/root"}


def command(argv, *, stdin="", check=True, timeout=60):
    """Runs a command; returns what it printed, or raises with what it complained about."""
    result = subprocess.run(list(map(str, argv)), input=stdin, capture_output=True, text=True, errors="replace",
                            env=environment(), timeout=timeout, check=False)
    if check and result.returncode != 0:
        raise MachineError(f"{' '.join(map(str, argv))}: exit {result.returncode}: {result.stdout}{result.stderr}")
    return result.stdout


def ip(*lines, inside=None, force=False):
    """Runs lines of ip(8), in the network namespace of a process when `inside` is its id."""
    enter = ["nsenter", f"--target={inside}", "--net"] if inside else []
    flags = ["-force"] if force else []
    command([*enter, "ip", *flags, "-batch", "-"], stdin="".join(f"{line}\n" for line in lines), check=not force)


def why_not():
    """Why this system cannot have machines, or None when it can."""
    if os.geteuid() != 0:
        return "test machines need root"
    missing = [tool for tool in TOOLS if not shutil.which(tool, path=SEARCH_PATH)]
    if missing:
        return f"test machines need {', '.join(missing)}"
    probe = ("set -e; mount -t tmpfs none /mnt; mkdir /mnt/u /mnt/w /mnt/r; "
             "mount -t overlay none -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/r; ip link add p type veth")
    try:
        command(["unshare", *NAMESPACES, "--fork", "sh", "-c", probe])
    except MachineError as error:
        return f"test machines need namespaces, overlay file systems and veth links: {error}"
    return None


def private_network():
    """Moves this thread, and what it starts from now on, into a network namespace with only a loopback."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise MachineError(f"cannot make a network namespace: {os.strerror(ctypes.get_errno())}")
    ip("link set lo up")


def started_at(pid):
    """When a process started, to tell it from a later one with its id; None when it is not there."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def identity(pid):
    """A process, for a state file."""
    return [pid, started_at(pid)]


def is_running(process):
    """Whether a process of a state file is still there."""
    return process[1] is not None and started_at(process[0]) == process[1]


def wait_for(condition, what, seconds=10):
    """Polls until the condition holds; returns its value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise MachineError(f"{what} after {seconds} s")
        time.sleep(0.01)
    return value


def process_state(pid):
    """The letter of a process in /proc: R, S, T ...; Z when it is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return "Z"
