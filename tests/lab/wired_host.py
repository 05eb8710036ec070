"""A host with Open vSwitch in user space and OVN, and a network service over it; stations instead of guests."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from haneul.agent.metadata.namespaces import leave_checksums_to_software
from haneul.cli.machine import ovn, switch
from haneul.cli.machine.part import Part
from haneul.drivers.network.ovn import OvnNetworks
from haneul.hostapi import MetadataPort
from haneul.kit.db import Database
from haneul.kit.policy import INTERNAL
from haneul.services.network import METADATA, HostBinding, Port
from tests.lab.enclosure import Enclosure
from tests.lab.stations import Lease, Station
from tests.stories.network.conftest import Bench

CHASSIS = HostBinding("lab-host", "lab", "lab")
OUTSIDE = "172.24.4.1"


@dataclass
class WiredHost:
    machine: Enclosure
    bench: Bench
    stations: list[Station] = field(default_factory=list)

    @property
    def root(self) -> Station:
        """The machine itself, which has a foot in the outside network."""
        return Station(f"/proc/{self.machine.pid}/ns/net")

    def plug(self, port: Port) -> Station:
        """Bind the port to this host and give it to a station; the network has it up when this returns."""
        self.bench.face.ports.bind(INTERNAL, port.id, f"server-of-{port.id}", CHASSIS)
        station = self._station(f"s{port.id[:8]}", port.mac_address, port.id)
        until(lambda: self.bench.face.ports.get(INTERNAL, port.id).status == "ACTIVE", 10, f"port {port.id} to come up")
        return station

    def plug_metadata(self, port: MetadataPort) -> Station:
        station = self._station(f"m{port.network_id[:8]}", port.mac, port.port_id)
        for cidr in (*port.cidrs, "169.254.169.254/32"):
            self.machine.ok(f"ip -n m{port.network_id[:8]} address add {cidr} dev eth0")
        return station

    def configure(self, station: Station, lease: Lease) -> None:
        """Use what DHCP told, as a guest does."""
        name = station.path.rpartition("/")[2]
        self.machine.ok(f"ip -n {name} address add {lease.address}/{lease.prefix} dev eth0")
        self.machine.ok(f"ip -n {name} link set eth0 mtu {lease.mtu}")
        for target, nexthop in lease.routes.items():
            self.machine.ok(f"ip -n {name} route add {target} via {nexthop} dev eth0")

    def guest(self, port: Port) -> Station:
        """A station that has its address by DHCP."""
        station = self.plug(port)
        lease = station.lease()
        assert lease is not None, f"nobody answers the DHCP of {port.id}"
        self.configure(station, lease)
        return station

    def address(self, station: Station, cidr: str) -> None:
        self.machine.ok(f"ip -n {station.path.rpartition('/')[2]} address replace {cidr} dev eth0")

    def vsctl(self, words: str) -> None:
        self.machine.ok(f"ovs-vsctl --db=unix:{switch.private(self.machine.state).socket} --timeout=20 {words}")

    def _station(self, name: str, mac: str, port_id: str) -> Station:
        ok = self.machine.ok
        ok(f"ip netns add {name}")
        ok(f"ip link add v{name} type veth peer name eth0 netns {name}")
        ok(f"ip -n {name} link set lo up")
        ok(f"ip -n {name} link set eth0 address {mac} up")
        ok(f"ip link set v{name} up")
        station = Station(f"/proc/{self.machine.pid}/root/run/netns/{name}", mac)
        leave_checksums_to_software(station.path, "eth0")
        leave_checksums_to_software(self.root.path, f"v{name}")
        self.vsctl(f"add-port br-int v{name} -- set Interface v{name} external_ids:iface-id={port_id}")
        self.stations.append(station)
        return station


def until(question: Callable[[], object], deadline_s: float, what: str) -> None:
    end = time.monotonic() + deadline_s
    while not question():
        assert time.monotonic() < end, f"waited {deadline_s} s in vain for {what}"
        time.sleep(0.05)


@contextlib.contextmanager
def wired_host() -> Iterator[WiredHost]:
    machine = Enclosure()
    (machine.state / "log").mkdir(parents=True)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        centre = _start_daemons(machine, processes)
        db = Database("sqlite://")
        METADATA.create_all(db.engine)
        world = OvnNetworks(f"unix:{centre.northbound}", f"unix:{centre.southbound}")
        host = WiredHost(machine, Bench(db, world))
        until(world.list_chassis, 30, "the chassis to register")
        yield host
        for station in host.stations:
            station.close()
        world.close()
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()
        machine.close()


def _start_daemons(machine: Enclosure, processes: list[subprocess.Popen[bytes]]) -> ovn.Centre:
    own_switch, centre = switch.private(machine.state), ovn.private(machine.state)

    def start(part: Part) -> None:
        log = (machine.state / "log" / f"{part.daemon.name}.log").open("ab")
        enter = ("nsenter", "-t", str(machine.pid), "-n", "-m", "-u", "-i", "-p", "--", *part.daemon.argv)
        environment = {**os.environ, **part.daemon.env}
        process = subprocess.Popen(enter, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        processes.append(process)
        until(part.ready, 60, f"{part.daemon.name} to answer")

    start(switch.database_part(own_switch))
    for part in ovn.central_parts(centre):
        start(part)
    ovn.initialise(centre)
    identity = ovn.HostIdentity("lab", "lab", "127.0.0.1", "netdev", "physnet1:br-ex", f"unix:{centre.southbound}")
    ovn.introduce(own_switch, identity)
    start(switch.daemon_part(own_switch))
    own_switch.vsctl("add-br", "br-ex", "--", "set", "bridge", "br-ex", "datapath_type=netdev")
    start(ovn.controller_part(own_switch, centre))
    machine.ok(f"ip address add {OUTSIDE}/24 dev br-ex && ip link set br-ex up")
    return centre
