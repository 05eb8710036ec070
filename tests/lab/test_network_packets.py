"""Packets: what tenants ask of networks is what really passes, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from haneul.kit.policy import INTERNAL
from haneul.services.network import (
    FloatingIpChanges,
    HostRoute,
    NewRule,
    NewSecurityGroup,
    PortChanges,
    Subnet,
    VirtualNetwork,
)
from tests.lab.wired_host import OUTSIDE, WiredHost, until, wired_host
from tests.stories.network.conftest import DEMO, OTHER, Bench

HOLDS_S = 1.0
"""A change takes hold within this time."""


@pytest.fixture(scope="module")
def host() -> Iterator[WiredHost]:
    with wired_host() as host:
        yield host


@pytest.fixture(scope="module")
def bench(host: WiredHost) -> Bench:
    return host.bench


@pytest.fixture(scope="module")
def outside(bench: Bench) -> VirtualNetwork:
    return bench.outside()


@pytest.fixture(scope="module")
def network(bench: Bench) -> tuple[VirtualNetwork, Subnet]:
    network = bench.network("inside")
    return network, bench.subnet(network, "10.1.0.0/24", dns_servers=("10.1.0.53",),
                                 host_routes=(HostRoute("10.77.0.0/16", "10.1.0.9"),))  # fmt: skip


def allow(bench: Bench, protocol: str, port: int | None = None, caller=DEMO) -> str:
    group_id = bench.face.security_groups.resolve(caller, ["default"])[0]
    new = NewRule(group_id, "ingress", protocol=protocol, port_min=port, port_max=port)
    return bench.face.security_groups.create_rule(caller, new).id


def test_dhcp_tells_a_guest_all_that_it_needs(host: WiredHost, bench: Bench, network):
    port = bench.port(network[0])
    began = time.monotonic()
    station = host.plug(port)
    lease = station.lease()

    assert lease is not None and lease.address == port.addresses[0] and lease.prefix == 24
    assert lease.mtu == 1442
    assert lease.dns == ["10.1.0.53"]
    assert lease.routes == {"169.254.169.254/32": "10.1.0.2", "10.77.0.0/16": "10.1.0.9", "0.0.0.0/0": "10.1.0.1"}
    assert time.monotonic() - began < 5


def test_members_of_one_group_reach_each_other_and_strangers_do_not(host: WiredHost, bench: Bench, network):
    one, two = (host.guest(bench.port(network[0])) for _ in range(2))
    stranger_port = bench.port(network[0], security_group_ids=())
    stranger = host.guest(stranger_port)
    two.serve(8080)
    two_address = address_of(bench, two.mac)

    assert one.pings(two_address)
    assert one.asks(two_address, 8080) == address_of(bench, one.mac)
    assert not stranger.pings(two_address, 1.5)
    assert stranger.asks(two_address, 8080, 1.5) is None


def test_a_rule_takes_hold_within_a_second_and_so_does_its_end(host: WiredHost, bench: Bench, network):
    server = host.guest(bench.port(network[0]))
    group = bench.face.security_groups.create(DEMO, NewSecurityGroup("way out only"))
    client = host.guest(bench.port(network[0], security_group_ids=(group.id,)))
    server.serve(22)
    address = address_of(bench, server.mac)
    assert client.asks(address, 22, 1.0) is None

    rule_id = allow(bench, "tcp", 22)
    began = time.monotonic()
    until(lambda: client.asks(address, 22, 0.3) is not None, 5, "port 22 to open")
    opened_s = time.monotonic() - began
    bench.face.security_groups.delete_rule(DEMO, rule_id)
    began = time.monotonic()
    until(lambda: client.asks(address, 22, 0.3) is None, 5, "port 22 to close")

    assert opened_s < HOLDS_S
    assert time.monotonic() - began < HOLDS_S + 0.3


def test_nobody_sends_by_an_address_that_is_not_theirs(host: WiredHost, bench: Bench, network):
    honest, liar = (host.guest(bench.port(network[0])) for _ in range(2))
    address = address_of(bench, honest.mac)
    assert liar.pings(address)

    host.machine.ok(f"ip -n {liar.path.rpartition('/')[2]} address flush dev eth0")
    host.address(liar, "10.1.0.200/24")
    assert not liar.pings(address, 1.5)

    port_id = port_of(bench, liar.mac)
    bench.face.ports.update(DEMO, port_id, PortChanges(has_port_security=False, security_group_ids=()))
    allow(bench, "icmp")
    until(lambda: liar.pings(address, 0.5), 5, "the port without security to send as it likes")


def test_two_projects_with_the_same_range_never_meet(host: WiredHost, bench: Bench, network):
    foreign = bench.network("foreign", OTHER)
    bench.subnet(foreign, "10.1.0.0/24", OTHER)
    there = host.guest(bench.port(foreign, OTHER))
    here = host.guest(bench.port(network[0]))

    assert not there.pings(address_of(bench, here.mac), 1.5)


def test_the_metadata_service_is_reached_from_the_guests_own_host(host: WiredHost, bench: Bench, network):
    port = bench.port(network[0])
    guest = host.guest(port)
    nic = bench.face.ports.nics(f"server-of-{port.id}")[0]
    assert nic.metadata is not None
    service = host.plug_metadata(nic.metadata)
    service.serve(80)

    until(lambda: guest.asks("169.254.169.254", 80, 1.0) == port.addresses[0], 10, "the metadata service to answer")


def test_routed_translated_and_by_floating_ip(host: WiredHost, bench: Bench, network, outside):
    second = bench.network("second")
    second_subnet = bench.subnet(second, "10.2.0.0/24")
    router = bench.router(outside, network[1], second_subnet)
    port = bench.port(network[0])
    here, there = host.guest(port), host.guest(bench.port(second))
    allow(bench, "tcp", 8000)
    there.serve(8000)
    here.serve(8000)
    host.root.serve(8001)
    gateway = bench.face.routers.get(DEMO, router.id).gateway
    assert gateway is not None

    until(lambda: here.asks(address_of(bench, there.mac), 8000, 1.0) == port.addresses[0], 10, "routing")
    until(lambda: here.asks(OUTSIDE, 8001, 1.0) == gateway.fixed_ips[0].ip_address, 10, "the way out, translated")

    floating = bench.floating_ip(outside, port)
    until(lambda: host.root.asks(floating.address, 8000, 1.0) == OUTSIDE, 10, "the floating IP")
    assert here.asks(OUTSIDE, 8001) == floating.address
    until(lambda: there.asks(floating.address, 8000, 1.0) is not None, 5, "a neighbour by the floating IP")

    bench.face.floating_ips.update(DEMO, floating.id, FloatingIpChanges(port_id=None))
    until(lambda: host.root.asks(floating.address, 8000, 0.5) is None, 5, "the floating IP to let go")


def test_a_wiped_network_is_back_without_anybody_asking(host: WiredHost, bench: Bench, network):
    one, two = (host.guest(bench.port(network[0])) for _ in range(2))
    address = address_of(bench, two.mac)
    assert one.pings(address)
    world = bench.world
    world.remove(list(world.list_owned()))
    until(lambda: not one.pings(address, 0.3), 10, "the network to be gone")

    began = time.monotonic()
    bench.mend()
    until(lambda: one.pings(address, 0.5), 10, "the network to be back")

    assert time.monotonic() - began < 10
    assert bench.mend() == 0


def address_of(bench: Bench, mac: str) -> str:
    return next(port.addresses[0] for port in bench.face.ports.list(INTERNAL) if port.mac_address == mac)


def port_of(bench: Bench, mac: str) -> str:
    return next(port.id for port in bench.face.ports.list(INTERNAL) if port.mac_address == mac)
