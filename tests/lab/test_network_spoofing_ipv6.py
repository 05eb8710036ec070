"""Nobody lies by IPv6: not about their address, not as a neighbour, not as a DHCP server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from haneul.services.network import NewRule, Port
from tests.lab import frames_ipv6 as ipv6
from tests.lab.frames import Capture, End, send
from tests.lab.stations import Station
from tests.lab.wired_host import WiredHost, until, wired_host
from tests.stories.network.conftest import DEMO, Bench

Guest = tuple[Station, Port]


@pytest.fixture(scope="module")
def host() -> Iterator[WiredHost]:
    with wired_host() as host:
        yield host


@pytest.fixture(scope="module")
def pair(host: WiredHost) -> tuple[Guest, Guest]:
    """An honest guest and a liar on a network with SLAAC; their group lets everything of IPv6 in and out."""
    bench: Bench = host.bench
    group_id = bench.face.security_groups.resolve(DEMO, ["default"])[0]
    bench.face.security_groups.create_rule(DEMO, NewRule(group_id, "ingress", ethertype="IPv6"))
    network = bench.network("six")
    bench.router(None, bench.subnet(network, "2001:db8:1::/64", ra_mode="slaac", address_mode="slaac"))
    honest, liar = bench.port(network), bench.port(network)
    guests = (host.plug(honest), honest), (host.plug(liar), liar)
    until(lambda: arrives(guests, ipv6.echo(end(liar), end(honest))), 15, "the truth to arrive")
    return guests


def end(port: Port, ip: str = "", mac: str = "") -> End:
    return End(mac or port.mac_address, ip or port.addresses[0])


def near(port: Port) -> End:
    """The port by its link-local address."""
    return End(port.mac_address, ipv6.link_local(port.mac_address))


def arrives(guests: tuple[Guest, Guest], frame: bytes) -> bool:
    """True if the honest guest gets what the other one sends."""
    (honest, _), (liar, _) = guests
    with Capture(honest.path) as capture:
        for _ in range(3):
            send(liar.path, frame)
        return capture.first(lambda seen: ipv6.is_ipv6_from(seen, frame), 1.0) is not None


def test_an_address_that_is_not_the_ports_own_is_not_sent_from(pair):
    (_, honest), (_, liar) = pair

    assert not arrives(pair, ipv6.echo(end(liar, ip="2001:db8:1::77"), end(honest)))
    assert not arrives(pair, ipv6.echo(end(liar, ip="fe80::77"), near(honest)))
    assert not arrives(pair, ipv6.echo(end(liar, mac="fa:16:3e:77:77:77"), end(honest)))
    assert arrives(pair, ipv6.echo(near(liar), near(honest)))


def test_nobody_answers_for_a_neighbours_address(pair):
    (_, honest), (_, liar) = pair

    assert arrives(pair, ipv6.neighbour_advertisement(near(liar), near(honest), liar.addresses[0]))
    assert not arrives(pair, ipv6.neighbour_advertisement(near(liar), near(honest), "2001:db8:1::1"))
    assert not arrives(pair, ipv6.neighbour_advertisement(near(liar), near(honest), "fe80::1"))


def test_nobody_is_a_dhcp_server(pair):
    (_, honest), (_, liar) = pair

    assert not arrives(pair, ipv6.dhcp_answer(near(liar), near(honest)))
