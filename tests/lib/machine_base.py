"""The files by which every test machine differs from the system beneath it (machine_boot.py lays them over)."""

import os
import pathlib
import subprocess
import tempfile

import machine_packages

# ops, and the first users of cloud images: sudo without a password. plain: no sudo.
ADMINS = ["ops", "admin", "ec2-user", "ubuntu"]
PLAIN = "plain"
FIRST_ID = 1000

INIT = """#!/bin/sh
# The first process of a test machine: starts sshd, then reaps orphans until it is killed.
/usr/sbin/sshd -E /var/log/sshd.log
while :; do
    sleep 1000000 &
    wait $!
done
"""

SSHD_CONFIG = """HostKey /etc/ssh/ssh_host_ed25519_key
PidFile /run/sshd.pid
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
UseDNS no
PrintMotd no
MaxStartups 100
MaxSessions 100
SetEnv SYSTEMD_OFFLINE=1
Subsystem sftp internal-sftp
"""

SUDOERS = """Defaults !lecture
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
Defaults env_keep += "SYSTEMD_OFFLINE"
root ALL=(ALL:ALL) ALL
@includedir /etc/sudoers.d
"""

APT_CONFIG = """APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
"""


def build(base, public_key):
    """Writes the tree of files that all machines of a room share."""
    texts = {
        "usr/sbin/init": INIT,
        "etc/sudoers": SUDOERS + "".join(f"{user} ALL=(ALL:ALL) NOPASSWD: ALL\n" for user in ADMINS),
        "etc/apt/apt.conf.d/50machine": APT_CONFIG,
        "etc/apt/sources.list.d/machine.list": "deb [trusted=yes] file:/srv/packages ./\n",
        "etc/resolv.conf": "",
        "etc/fstab": "",
    }
    for path, text in texts.items():
        write(base / path, text, 0o755 if text.startswith("#!") else 0o440 if path == "etc/sudoers" else 0o644)
    write_accounts(base)
    for user, uid in users().items():
        authorize(base / home(user), uid, public_key)
    machine_packages.build_repositories(base / "srv")


def users():
    """Who may log in, with their ids."""
    return {"root": 0, **{user: FIRST_ID + i for i, user in enumerate([*ADMINS, PLAIN])}}


def home(user):
    """The home of a user, from the root."""
    return "root" if user == "root" else f"home/{user}"


def write_accounts(base):
    """passwd, group and their shadows: this system's own accounts and ours; nobody has a password."""
    ours = {user: uid for user, uid in users().items() if uid}
    passwd, groups = system_entries("/etc/passwd", ours), system_entries("/etc/group", ours)
    for user, uid in ours.items():
        passwd.append([user, "x", str(uid), str(uid), "", f"/home/{user}", "/bin/bash"])
        groups.append([user, "x", str(uid), ""])
    passwd = [entry if entry[0] != "root" else [*entry[:5], "/root", "/bin/bash"] for entry in passwd]
    write(base / "etc/passwd", join(passwd), 0o644)
    write(base / "etc/group", join(groups), 0o644)
    write(base / "etc/shadow", join([entry[0], "*", "19000", "0", "99999", "7", "", "", ""] for entry in passwd), 0o600)
    write(base / "etc/gshadow", join([entry[0], "*", "", entry[3]] for entry in groups), 0o600)


def system_entries(path, ours):
    """The entries of a file of accounts that belong to the system, not to people."""
    entries = [line.split(":") for line in pathlib.Path(path).read_text().splitlines() if ":" in line]
    return [e for e in entries if e[0] not in ours and (int(e[2]) < FIRST_ID or int(e[2]) >= 65534)]


def join(entries):
    """Entries of a file of accounts as its text."""
    return "".join(":".join(entry) + "\n" for entry in entries)


def authorize(folder, uid, public_key):
    """A home whose owner accepts the key."""
    write(folder / ".ssh/authorized_keys", f"{public_key}\n", 0o600)
    for path, mode in {folder: 0o700, folder / ".ssh": 0o700, folder / ".ssh/authorized_keys": 0o600}.items():
        path.chmod(mode)
        os.chown(path, uid, uid)


def write(path, text, mode):
    """Writes a file with this mode, and the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def machine_files(name, address, port, private_key, public_key):
    """The files of one machine: by path, their text."""
    return {
        "etc/hostname": f"{name}\n",
        "etc/hosts": f"127.0.0.1 localhost\n{address} {name}\n",
        "etc/machine-id": f"{os.urandom(16).hex()}\n",
        "etc/ssh/sshd_config": f"Port {port}\n{SSHD_CONFIG}",
        "etc/ssh/ssh_host_ed25519_key": private_key,
        "etc/ssh/ssh_host_ed25519_key.pub": f"{public_key}\n",
    }


def new_key():
    """A new ssh key: (private, public), the public one as "ssh-ed25519 AAAA..."."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], check=True)
        public = path.with_suffix(".pub").read_text().split()
        return path.read_text(), " ".join(public[:2])
