"""A PostgreSQL server on a free loopback port, with its data in a temporary folder."""

import glob
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

import harness

FOLDERS = sorted(glob.glob("/usr/lib/postgresql/*/bin"))  # Debian keeps them off PATH


def program(name):
    path = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *FOLDERS]))
    return path or harness.tool(name)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Postgres:
    """`url` is for libpq and for Terraform's backend pg."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="agentops-postgres-"))
        # It refuses to run as root.
        self._as = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(self.folder, "nobody")
        port = free_port()
        self.url = f"postgres://agentops@127.0.0.1:{port}/postgres?sslmode=disable"
        self._run("initdb", "-D", self.folder / "data", "-A", "trust", "-U", "agentops", "--no-sync", "-E", "UTF8")
        self._run("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w", "start", "-o",
                  f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=400 -c fsync=off")

    def _run(self, name, *arguments):
        subprocess.run([*self._as, program(name), *map(str, arguments)], check=True, cwd=self.folder,
                       stdout=subprocess.DEVNULL)

    def query(self, sql):
        """What psql answers, as lines of fields."""
        done = subprocess.run([program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-At", "-F", "\t", self.url], input=sql,
                              text=True, capture_output=True, check=False)
        if done.returncode:
            raise AssertionError(done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def stop(self):
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
