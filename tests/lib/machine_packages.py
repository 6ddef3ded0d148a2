"""Builds the small Debian packages that test machines install without any network.

hello-web: a web server with an init script; it answers with /srv/www/index.html on the port that
/etc/hello-web.conf names (PORT=8080), and installing it does not start it. hello-tool: one command;
2.0 is in a second repository. hello-cron: a `crontab` that keeps tables but runs nothing.
"""

import hashlib
import pathlib
import subprocess
import tempfile

SERVER = r'''#!/usr/bin/python3
"""Serves /srv/www/index.html on the port of /etc/hello-web.conf; writes /run/hello-web.pid."""
import http.server
import os
import pathlib
import re


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = pathlib.Path("/srv/www/index.html").read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


port = re.search(r"^PORT=(\d+)$", pathlib.Path("/etc/hello-web.conf").read_text(), re.M)
if not port:
    raise SystemExit("hello-web: /etc/hello-web.conf has no line PORT=number")
server = http.server.ThreadingHTTPServer(("", int(port[1])), Handler)
if os.fork():
    os._exit(0)
os.setsid()
null = os.open(os.devnull, os.O_RDWR)
for stream in range(3):
    os.dup2(null, stream)
pathlib.Path("/run/hello-web.pid").write_text(f"{os.getpid()}\n")
server.serve_forever()
'''

SERVICE = r'''#!/bin/sh
### BEGIN INIT INFO
# Provides:          hello-web
# Required-Start:    $network $remote_fs
# Required-Stop:     $network $remote_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: a web server that says hello
### END INIT INFO
pidfile=/run/hello-web.pid

start() {
    start-stop-daemon --start --quiet --oknodo --pidfile "$pidfile" --startas /usr/sbin/hello-web
}

stop() {
    start-stop-daemon --stop --quiet --oknodo --retry 5 --remove-pidfile --pidfile "$pidfile"
}

case $1 in
    start) start ;;
    stop) stop ;;
    restart | reload | force-reload) stop && start ;;
    status)
        start-stop-daemon --status --pidfile "$pidfile"
        code=$?
        if [ "$code" -eq 0 ]; then echo "hello-web is running"; else echo "hello-web is not running"; fi
        exit "$code"
        ;;
    *)
        echo "usage: $0 start|stop|restart|reload|status" >&2
        exit 2
        ;;
esac
'''

WEB_POSTINST = """#!/bin/sh
set -e
[ -e /srv/www/index.html ] || echo "hello from $(hostname)" >/srv/www/index.html
update-rc.d hello-web defaults >/dev/null
"""

WEB_PRERM = """#!/bin/sh
set -e
[ "$1" != remove ] || /etc/init.d/hello-web stop
"""

WEB_POSTRM = """#!/bin/sh
set -e
[ "$1" != purge ] || update-rc.d hello-web remove >/dev/null
"""

CRONTAB = r'''#!/bin/sh
# Keeps the tables of cron: crontab [-u USER] (-l | -r | FILE | -). Nothing runs them.
tables=/var/spool/cron/crontabs
user=$(id -un)
action=
while [ $# -gt 0 ]; do
    case $1 in
        -u) user=$2 && shift ;;
        -l) action=list ;;
        -r) action=remove ;;
        *) action=install file=$1 ;;
    esac
    shift
done
case $action in
    list) cat "$tables/$user" 2>/dev/null || { echo "no crontab for $user" >&2 && exit 1; } ;;
    remove) rm -f "$tables/$user" ;;
    install) cat -- "$file" >"$tables/$user.new" && mv "$tables/$user.new" "$tables/$user" ;;
    *) echo "usage: crontab [-u USER] (-l | -r | FILE | -)" >&2 && exit 2 ;;
esac
'''

CRON_POSTINST = """#!/bin/sh
set -e
chmod 1777 /var/spool/cron/crontabs
"""


def tool(version):
    """The files of hello-tool."""
    return {"usr/bin/hello-tool": f"#!/bin/sh\necho hello-tool {version}\n"}


WEB = {
    "usr/sbin/hello-web": SERVER, "etc/init.d/hello-web": SERVICE, "etc/hello-web.conf": "PORT=8080\n",
    "srv/www/": None, "DEBIAN/conffiles": "/etc/hello-web.conf\n/etc/init.d/hello-web\n",
    "DEBIAN/postinst": WEB_POSTINST, "DEBIAN/prerm": WEB_PRERM, "DEBIAN/postrm": WEB_POSTRM,
}
CRON = {
    "usr/bin/crontab": CRONTAB, "etc/cron.d/": None, "var/spool/cron/crontabs/": None,
    "DEBIAN/postinst": CRON_POSTINST,
}

# repository: its packages, each (name, version, more control fields, files); a name that ends in / is a folder
REPOSITORIES = {
    "packages": [
        ("hello-web", "1.0", "", WEB),
        ("hello-tool", "1.0", "", tool("1.0")),
        ("hello-cron", "1.0", "Provides: cron\nReplaces: cron\n", CRON),
    ],
    "packages-2": [("hello-tool", "2.0", "", tool("2.0"))],
}


def build_package(folder, name, version, fields, files):
    """Builds one package into the folder; returns its entry in Packages."""
    control = (f"Package: {name}\nVersion: {version}\nArchitecture: all\nSection: misc\nPriority: optional\n"
               f"Maintainer: nobody <nobody@example.com>\n{fields}Description: {name} of the test machines\n")
    deb = folder / f"{name}_{version}_all.deb"
    with tempfile.TemporaryDirectory() as scratch:
        tree = pathlib.Path(scratch)
        tree.chmod(0o755)
        for path, text in {**files, "DEBIAN/control": control}.items():
            write_file(tree / path, path, text)
        subprocess.run(["dpkg-deb", "--build", "--root-owner-group", "-Znone", tree, deb],
                       check=True, stdout=subprocess.DEVNULL)
    data = deb.read_bytes()
    return (f"{control}Filename: ./{deb.name}\nSize: {len(data)}\n"
            f"SHA256: {hashlib.sha256(data).hexdigest()}\n\n")


def write_file(target, path, text):
    """Writes a file of a package: executable when it starts with #!."""
    if path.endswith("/"):
        target.mkdir(parents=True, mode=0o755)
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    target.write_text(text)
    target.chmod(0o755 if text.startswith("#!") else 0o644)


def build_repositories(srv):
    """Builds srv/packages and srv/packages-2, each a flat repository for apt."""
    for repository, packages in REPOSITORIES.items():
        folder = srv / repository
        folder.mkdir(parents=True)
        entries = [build_package(folder, *package) for package in packages]
        (folder / "Packages").write_text("".join(entries))
