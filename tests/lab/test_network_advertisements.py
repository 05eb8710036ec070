"""No guest poses as a router: advertisements are dropped at its card, tagged, behind extension headers or bare."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from haneul.agent.drivers.nic.guard import Guard
from haneul.agent.metadata.namespaces import inside
from haneul.services.network import NewRule, Port
from tests.lab import frames_ipv6 as ipv6
from tests.lab.frames import Capture, send
from tests.lab.stations import Station
from tests.lab.test_network_spoofing_ipv6 import end, near
from tests.lab.wired_host import WiredHost, until, wired_host
from tests.stories.network.conftest import DEMO, Bench

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for namespaces")
PREFIX = "2001:db8:bad::/64"
Act = Callable[[Guard, str], None]


@pytest.fixture(scope="module")
def host() -> Iterator[WiredHost]:
    with wired_host() as host:
        yield host


@pytest.fixture(scope="module")
def pair(host: WiredHost) -> tuple[tuple[Station, Port], tuple[Station, Port]]:
    """Two guests of one group that lets everything of IPv6 in and out; the second may try to lie."""
    bench: Bench = host.bench
    group_id = bench.face.security_groups.resolve(DEMO, ["default"])[0]
    bench.face.security_groups.create_rule(DEMO, NewRule(group_id, "ingress", ethertype="IPv6"))
    network = bench.network("six")
    bench.router(None, bench.subnet(network, "2001:db8:1::/64", ra_mode="slaac", address_mode="slaac"))
    honest, liar = bench.port(network), bench.port(network)
    guests = (host.plug(honest), honest), (host.plug(liar), liar)
    until(lambda: arrives(guests, ipv6.echo(end(liar), end(honest))), 15, "the truth to arrive")
    return guests


def arrives(guests: tuple[tuple[Station, Port], tuple[Station, Port]], frame: bytes) -> bool:
    """True if the first guest gets what the second one sends."""
    (honest, _), (liar, _) = guests

    with Capture(honest.path) as capture:
        for _ in range(3):
            send(liar.path, frame)
        return capture.first(lambda seen: ipv6.is_ipv6_from(seen, frame), 1.0) is not None


def at_card_of(host: WiredHost, port: Port, act: Act) -> None:
    """Where the agent stands: the host's end of the port's card."""
    guard = Guard()
    inside(host.root.path, lambda: act(guard, f"vs{port.id[:8]}"))


def test_an_advertisement_ends_at_the_card(host: WiredHost, pair):
    (_, honest), (_, liar) = pair
    lies = [ipv6.router_advertisement(near(liar), PREFIX, behind=behind) for behind in ((), (60,), (0, 60, 43, 60))]
    assert all(arrives(pair, lie) for lie in lies), "or the guard would stand where nothing comes by"

    at_card_of(host, liar, Guard.ensure)

    assert not any(arrives(pair, lie) for lie in lies)
    assert arrives(pair, ipv6.echo(end(liar), end(honest)))
    assert arrives(pair, ipv6.neighbour_advertisement(near(liar), near(honest), liar.addresses[0]))

    at_card_of(host, liar, Guard.remove)
    assert arrives(pair, lies[0]), "a guest whose port has no security may be a router"


def test_the_networks_own_router_is_still_heard(host: WiredHost, pair):
    (honest_station, honest), (_, liar) = pair
    for port in (honest, liar):
        at_card_of(host, port, Guard.ensure)

    with Capture(honest_station.path) as capture:
        send(honest_station.path, ipv6.router_solicitation(near(honest)))
        told = capture.first(lambda seen: seen.kind == 0x86DD and seen.payload[6] == 58 and seen.payload[40] == 134, 5)

    assert told is not None and told.raw[6:12] != bytes.fromhex(liar.mac_address.replace(":", ""))


def test_a_tagged_advertisement_ends_there_too(host: WiredHost, pair):
    _, (station, liar) = pair
    lie = ipv6.router_advertisement(near(liar), PREFIX, tag=101)

    def comes_in() -> bool:
        with Capture(host.root.path, f"vs{liar.id[:8]}") as capture:
            send(station.path, lie)
            return capture.first(lambda seen: seen.tag == 101, 1.0) is not None

    at_card_of(host, liar, Guard.remove)
    assert comes_in()
    at_card_of(host, liar, Guard.ensure)
    assert not comes_in()


def test_the_guard_stays_with_the_device_when_nobody_holds_it(host: WiredHost, pair):
    _, (_, liar) = pair
    at_card_of(host, liar, Guard.ensure)
    at_card_of(host, liar, Guard.ensure)

    at_card_of(host, liar, must_stand)


def must_stand(guard: Guard, device: str) -> None:
    assert guard.stands_at(device)
