"""Two hosts on one underlay: each a namespace of its own with a switch in user space, and one OVN for both."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from haneul.agent.metadata.namespaces import leave_checksums_to_software
from haneul.cli.machine import ovn, switch
from haneul.cli.machine.part import Part
from haneul.drivers.network.ovn import OvnNetworks
from haneul.kit.db import Database
from haneul.kit.policy import INTERNAL
from haneul.services.network import METADATA, HostBinding, Port
from tests.lab.enclosure import Enclosure
from tests.lab.stations import Station
from tests.lab.wired_host import until
from tests.stories.network.conftest import Bench

UNDERLAY = ("10.200.0.1", "10.200.0.2")


@dataclass
class Host:
    """One of the two: its chassis is called as it is."""

    machine: Enclosure
    name: str
    own_switch: switch.Switch

    @property
    def namespace(self) -> str:
        return f"/proc/{self.machine.pid}/root/run/netns/{self.name}"

    def plug(self, bench: Bench, port: Port) -> Station:
        bench.face.ports.bind(INTERNAL, port.id, f"server-of-{port.id}", HostBinding(self.name, self.name, self.name))
        name, ok = f"s{port.id[:8]}", self.machine.ok
        ok(f"ip netns add {name}")
        ok(f"ip -n {self.name} link add v{name} type veth peer name eth0 netns {name}")
        ok(f"ip -n {name} link set lo up && ip -n {name} link set eth0 address {port.mac_address} up")
        ok(f"ip -n {self.name} link set v{name} up")
        station = Station(f"/proc/{self.machine.pid}/root/run/netns/{name}", port.mac_address)
        leave_checksums_to_software(station.path, "eth0")
        leave_checksums_to_software(self.namespace, f"v{name}")
        self.vsctl(f"add-port br-int v{name} -- set Interface v{name} external_ids:iface-id={port.id}")
        until(lambda: bench.face.ports.get(INTERNAL, port.id).status == "ACTIVE", 15, f"port {port.id} to come up")
        ok(f"ip -n {name} address add {port.addresses[0]}/24 dev eth0")
        return station

    def vsctl(self, words: str) -> None:
        self.machine.ok(f"ovs-vsctl --db=unix:{self.own_switch.socket} --timeout=20 {words}")


@dataclass
class TwoHosts:
    machine: Enclosure
    bench: Bench
    hosts: tuple[Host, Host]


@contextlib.contextmanager
def two_hosts() -> Iterator[TwoHosts]:
    machine = Enclosure()
    (machine.state / "log").mkdir(parents=True)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        centre = ovn.private(machine.state)
        for part in ovn.central_parts(centre):
            _start(machine, processes, part)
        ovn.initialise(centre)
        machine.ok("ip link add underlay type bridge && ip link set underlay up")
        machine.ok("ip link add wire type bridge && ip link set wire up")
        hosts = tuple(_host(machine, processes, number, centre) for number in (1, 2))
        db = Database("sqlite://")
        METADATA.create_all(db.engine)
        world = OvnNetworks(f"unix:{centre.northbound}", f"unix:{centre.southbound}")
        until(lambda: len(world.list_chassis()) == 2, 30, "both chassis to register")
        yield TwoHosts(machine, Bench(db, world), (hosts[0], hosts[1]))
        world.close()
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()
        machine.close()


def _host(machine: Enclosure, processes: list[subprocess.Popen[bytes]], number: int, centre: ovn.Centre) -> Host:
    """A namespace with two cards: one on the underlay, one on the provider's wire."""
    name, ok = f"hv{number}", machine.ok
    ok(f"ip netns add {name} && ip -n {name} link set lo up")
    for card, bridge in (("ul", "underlay"), ("pw", "wire")):
        ok(f"ip link add {card}{number} type veth peer name {card} netns {name}")
        ok(f"ip link set {card}{number} master {bridge} up && ip -n {name} link set {card} up")
        leave_checksums_to_software(f"/proc/{machine.pid}/root/run/netns/{name}", card)
    run = machine.state / name
    own = switch.Switch(run=run, database=machine.state / f"{name}.db")
    _start(machine, processes, switch.database_part(own), name)
    address = UNDERLAY[number - 1]
    identity = ovn.HostIdentity(name, name, address, "netdev", "physnet1:br-ex", f"unix:{centre.southbound}")
    ovn.introduce(own, identity)
    _start(machine, processes, switch.daemon_part(own), name)
    for bridge, card in (("br-phy", "ul"), ("br-ex", "pw")):
        own.vsctl(
            "add-br", bridge, "--", "set", "bridge", bridge, "datapath_type=netdev", "--", "add-port", bridge, card
        )
    ok(f"ip -n {name} address add {address}/24 dev br-phy && ip -n {name} link set br-phy up")
    ok(f"ip -n {name} link set br-ex up")
    _start(machine, processes, ovn.controller_part(own, centre), name)
    return Host(machine, name, own)


def _start(machine: Enclosure, processes: list[subprocess.Popen[bytes]], part: Part, namespace: str = "") -> None:
    log = (machine.state / "log" / f"{namespace}{part.daemon.name}.log").open("ab")
    enter = ["nsenter", "-t", str(machine.pid), "-n", "-m", "-u", "-i", "-p", "--"]
    inner = ["ip", "netns", "exec", namespace] if namespace else []
    environment = {**os.environ, **part.daemon.env}
    words = [*enter, *inner, *part.daemon.argv]
    process = subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    processes.append(process)
    until(part.ready, 60, f"{namespace} {part.daemon.name} to answer")
