"""Boots one test machine: the first process in its namespaces, until its own init replaces it.

Started by machines.py under `unshare`, never by hand. Reads one JSON line from stdin, lays the
machine's root over this system's, answers "PID ready", waits for a second line (the network is
there) and becomes /usr/sbin/init in that root. Every mount is private to the machine.
"""

import ctypes
import json
import os
import pathlib
import shutil
import stat
import sys

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_MOVE = 1, 2, 4, 8, 32, 4096, 8192
MNT_DETACH = 2
LIBC = ctypes.CDLL(None, use_errno=True)

# What a machine shares with the system beneath, and what it has empty; else its / has nothing.
SHARED = {"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "var"}
STANDARD = {"boot", "dev", "home", "media", "mnt", "opt", "proc", "root", "run", "srv", "sys", "tmp"}
# Folders below these that a machine starts with empty: secrets, caches and what was added by hand.
EMPTY = [
    "etc/ssh", "etc/ssl/private", "etc/sudoers.d", "etc/apt/apt.conf.d", "etc/apt/sources.list.d",
    "etc/apt/preferences.d", "usr/local", "var/backups", "var/cache", "var/lib/apt", "var/log",
    "var/mail", "var/spool/cron", "var/tmp",
]
HIDDEN = ["usr/sbin/policy-rc.d", "etc/apt/sources.list", "etc/environment"]
NEEDED = [
    "usr/local/bin", "usr/local/lib", "usr/local/sbin", "usr/local/share", "var/cache/apt/archives/partial",
    "var/lib/apt/lists/partial", "var/log/apt",
]
DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}


def check(code, what):
    """Raises the error that a call into libc left."""
    if code != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source, target, kind=None, flags=0, options=None):
    """mount(2)."""
    encoded = [value and str(value).encode() for value in (source, target, kind)]
    code = LIBC.mount(*encoded, ctypes.c_ulong(flags), options and options.encode())
    check(code, f"cannot mount {kind or source} on {target}")


def empty_folder(path, mode=0o755):
    """A folder of the upper layer that shows nothing of the lower one."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    os.setxattr(path, "trusted.overlay.opaque", b"y")


def hide(upper, name):
    """Makes a file of the lower layer disappear."""
    path = upper / name
    if os.path.lexists(f"/{name}") and not os.path.lexists(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        os.mknod(path, stat.S_IFCHR, os.makedev(0, 0))


def pythons():
    """The names of this system's Python interpreters."""
    folders = [pathlib.Path("/usr/bin"), pathlib.Path("/usr/libexec")]
    return [str(path)[1:] for folder in folders for path in folder.glob("*python*")]


def fill_upper(upper, spec):
    """Writes what makes the machine differ from the system beneath."""
    for name in set(os.listdir("/")) - SHARED - STANDARD:
        hide(upper, name)
    for name in [*STANDARD, *EMPTY]:
        empty_folder(upper / name)
    for name in NEEDED:
        (upper / name).mkdir(parents=True, exist_ok=True)
    # Lists that never were refreshed must not look fresh.
    os.utime(upper / "var/lib/apt/lists", (0, 0))
    for name, mode in {"root": 0o700, "tmp": 0o1777, "var/tmp": 0o1777}.items():
        empty_folder(upper / name, mode)
    copy_tree(spec["base"], upper)
    for name, text in spec["files"].items():
        (upper / name).write_text(text)
        (upper / name).chmod(0o600 if name.endswith("_key") else 0o644)
    for name in HIDDEN + ([] if spec["python"] else pythons()):
        hide(upper, name)


def copy_tree(source, target):
    """Copies with owners and modes, into folders that are there."""
    for folder, _, files in os.walk(source):
        copied = target / os.path.relpath(folder, source)
        copied.mkdir(parents=True, exist_ok=True)
        copy_owner(folder, copied)
        for name in files:
            shutil.copy2(os.path.join(folder, name), copied / name, follow_symlinks=False)
            copy_owner(os.path.join(folder, name), copied / name)


def copy_owner(source, target):
    """Gives target the owner and mode of source."""
    status = os.lstat(source)
    os.lchown(target, status.st_uid, status.st_gid)
    if not stat.S_ISLNK(status.st_mode):
        os.chmod(target, stat.S_IMODE(status.st_mode))


def mount_root(disk, spec):
    """The machine's disk (a tmpfs of limited size) and on it its root; returns the root."""
    mount("machine", disk, "tmpfs", 0, f"size={spec['disk_mb']}m,mode=755")
    upper, work, root = (disk / name for name in ("upper", "work", "root"))
    for folder in (upper, work, root):
        folder.mkdir()
    fill_upper(upper, spec)
    mount("machine", root, "overlay", 0, f"lowerdir=/,upperdir={upper},workdir={work}")
    return root


def mount_kernel_folders(root):
    """/proc, /sys, /dev and /run. Of /proc/sys only net is the machine's own: the rest is read-only."""
    mount("proc", root / "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    mount("sysfs", root / "sys", "sysfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
    mount("tmpfs", root / "run", "tmpfs", MS_NOSUID | MS_NODEV, "size=16m,mode=755")
    for name in ("run/sshd", "run/lock"):
        (root / name).mkdir()
    make_devices(root / "dev")
    (root / "proc/sys/kernel/hostname").write_text((root / "etc/hostname").read_text())
    protect_sysctl(root / "proc")


def make_devices(dev):
    """A /dev of its own."""
    mount("tmpfs", dev, "tmpfs", MS_NOSUID, "size=1m,mode=755")
    for name, number in DEVICES.items():
        os.mknod(dev / name, stat.S_IFCHR | 0o666, os.makedev(*number))
        (dev / name).chmod(0o666)
    for name, target in {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2",
                         "ptmx": "pts/ptmx"}.items():
        (dev / name).symlink_to(target)
    for name in ("pts", "shm"):
        (dev / name).mkdir()
    mount("devpts", dev / "pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620,gid=5")
    mount("tmpfs", dev / "shm", "tmpfs", MS_NOSUID | MS_NODEV, "size=16m")


def protect_sysctl(proc):
    """Read-only kernel settings, so that a task never changes the real kernel; writable net ones."""
    mount(proc / "sys/net", proc / "tty", None, MS_BIND)
    for name in filter(lambda name: (proc / name).exists(), ("sys", "sysrq-trigger")):
        mount(proc / name, proc / name, None, MS_BIND)
        mount(None, proc / name, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
    mount(proc / "tty", proc / "sys/net", None, MS_MOVE)


def enter(root):
    """Makes root the root, and forgets the old one with all its mounts."""
    os.chdir(root)
    check(LIBC.pivot_root(b".", b"."), "cannot pivot_root")
    check(LIBC.umount2(b".", MNT_DETACH), "cannot leave the old root")
    os.chdir("/")


def main():
    """Boots the machine described on stdin."""
    os.umask(0o022)
    spec = json.loads(sys.stdin.readline())
    pid = os.readlink("/proc/self")  # as the system outside numbers it
    root = mount_root(pathlib.Path(spec["disk"]), spec)
    mount_kernel_folders(root)
    enter(root)
    print(pid, "ready", flush=True)
    if not sys.stdin.readline():
        sys.exit("whoever started this machine has gone")
    log = os.open("/var/log/boot.log", os.O_WRONLY | os.O_CREAT)
    null = os.open("/dev/null", os.O_RDONLY)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.execve("/usr/sbin/init", ["/usr/sbin/init"], {"PATH": spec["path"], "LANG": "C.UTF-8"})


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(str(error))
