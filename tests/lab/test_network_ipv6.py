"""IPv6 by packets: SLAAC, DHCPv6 with and without addresses, and the metadata service by its link-local address."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from haneul.agent.metadata.answers import link_local
from haneul.agent.metadata.namespaces import inside, listen_in
from haneul.services.network import Port
from tests.lab.dhcpv6 import ask_for_address, ask_for_rest
from tests.lab.stations import Station
from tests.lab.wired_host import WiredHost, until, wired_host
from tests.stories.network.conftest import Bench

SERVERS = ("2001:db8::53",)


@pytest.fixture(scope="module")
def host() -> Iterator[WiredHost]:
    with wired_host() as host:
        yield host


@pytest.fixture(scope="module")
def bench(host: WiredHost) -> Bench:
    return host.bench


def routed(bench: Bench, mode: str, *ranges: str) -> Port:
    """A port on a network of these ranges, which a router tells of."""
    network = bench.network(mode)
    said = {"ra_mode": mode, "address_mode": mode, "dns_servers": SERVERS}
    bench.router(None, *(bench.subnet(network, each, **said) for each in ranges))
    return bench.port(network)


def test_a_guest_makes_its_address_of_both_ranges(host: WiredHost, bench: Bench):
    port = routed(bench, "slaac", "2001:db8:1::/64", "2001:db8:2::/64")
    station = host.plug(port)

    assert len(port.addresses) == 2
    until(lambda: set(port.addresses) <= addresses(host, station), 15, "the guest to make its addresses")
    routes = host.machine.ok(f"ip -n {name(station)} -6 route show default")
    assert "via fe80::" in routes


def test_stateless_dhcp_tells_the_rest(host: WiredHost, bench: Bench):
    port = routed(bench, "dhcpv6-stateless", "2001:db8:3::/64")
    station = host.plug(port)

    until(lambda: set(port.addresses) <= addresses(host, station), 15, "the guest to make its address")
    told = ask_for_rest(station)

    assert told is not None and (told.address, told.dns) == ("", SERVERS)


def test_stateful_dhcp_gives_the_ports_address(host: WiredHost, bench: Bench):
    port = routed(bench, "dhcpv6-stateful", "2001:db8:4::/64")
    station = host.plug(port)

    told = ask_for_address(station)

    assert told is not None and (told.address, told.dns) == (port.addresses[0], SERVERS)
    assert not set(port.addresses) & addresses(host, station), "a stateful range is not for SLAAC"


def test_metadata_is_reached_without_ipv4(host: WiredHost, bench: Bench):
    port = routed(bench, "slaac", "2001:db8:5::/64")
    station = host.plug(port)
    nic = bench.face.ports.nics(f"server-of-{port.id}")[0]
    assert nic.metadata is not None and nic.metadata.cidrs == ()
    service = host.plug_metadata(nic.metadata)
    host.machine.ok(f"ip -n {name(service)} address add fe80::a9fe:a9fe/64 dev eth0 nodad")
    server = listen_in(service.path, "fe80::a9fe:a9fe", 80, "eth0")
    server.settimeout(1.0)

    def asked() -> str | None:
        def ask() -> None:
            with socket.socket(socket.AF_INET6) as sock:
                sock.settimeout(1.0)
                sock.connect(("fe80::a9fe:a9fe", 80, 0, socket.if_nametoindex("eth0")))

        try:
            inside(station.path, ask)
            connection, peer = server.accept()
        except OSError:
            return None
        connection.close()
        return str(peer[0]).partition("%")[0]

    until(lambda: asked() == link_local(port.mac_address), 15, "the metadata service to be asked")
    server.close()


def addresses(host: WiredHost, station: Station) -> set[str]:
    lines = host.machine.ok(f"ip -n {name(station)} -6 -o address show dev eth0 scope global -tentative").splitlines()
    return {line.split()[3].partition("/")[0] for line in lines}


def name(station: Station) -> str:
    return station.path.rpartition("/")[2]
