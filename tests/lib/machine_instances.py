"""Turns the EC2 instances of an AWS emulator into machines at their addresses."""

import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

from machine_system import MachineError

QUERY = {"Action": "DescribeInstances", "Version": "2016-11-15"}


def instances(url, region):
    """The emulator's pending and running instances: {id: its addresses, the private one first}."""
    request = urllib.request.Request(url, urllib.parse.urlencode(QUERY).encode(), {
        "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20200101/{region}/ec2/aws4_request, "
                         "SignedHeaders=host, Signature=none"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as response:
        tree = xml.etree.ElementTree.fromstring(response.read())
    found = {}
    for item in tree.findall(".//{*}instancesSet/{*}item"):
        addresses = [item.findtext("{*}privateIpAddress"), item.findtext("{*}ipAddress")]
        if item.findtext("{*}instanceState/{*}name") in ("pending", "running") and addresses[0]:
            found[item.findtext("{*}instanceId")] = [address for address in addresses if address]
    return found


class InstanceWatcher:
    """Keeps one machine in the room for each instance, named by the instance's id.

    It asks the emulator twice a second. A machine answers at the private address and, when the
    instance has one, at the public address; an instance that is no longer pending or running loses
    its machine and disk. What goes wrong is told on stderr, once, and tried again.
    """

    def __init__(self, room, emulator_url, *, region="eu-west-1", interval=0.5):
        self._room = room
        self._url = emulator_url
        self._region = region
        self._interval = interval
        self._machines = {}
        self._last_problem = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="instances", daemon=True)

    def start(self):
        """Starts to watch."""
        self._thread.start()
        return self

    def stop(self):
        """Ends watching; the machines stay until the room ends."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    @property
    def machines(self):
        """The machines that are up: {instance id: Machine}."""
        return dict(self._machines)

    def _watch(self):
        while not self._ended.is_set():
            try:
                self._follow(instances(self._url, self._region))
            except (MachineError, urllib.error.URLError, OSError, xml.etree.ElementTree.ParseError) as error:
                self._tell(str(error))
            self._ended.wait(self._interval)

    def _follow(self, wanted):
        for name in set(self._machines) - set(wanted):
            self._machines.pop(name).stop()
        new = {name: addresses[0] for name, addresses in wanted.items() if name not in self._machines}
        if new:
            self._machines.update(self._room.start_machines(new))
        for name, addresses in wanted.items():
            self._give_addresses(self._machines[name], addresses)

    def _give_addresses(self, machine, wanted):
        for address in set(machine.addresses) - set(wanted):
            machine.remove_address(address)
        for address in set(wanted) - set(machine.addresses):
            machine.add_address(address)

    def _tell(self, problem):
        if problem != self._last_problem:
            print(f"machines: {problem}", file=sys.stderr)
            self._last_problem = problem
