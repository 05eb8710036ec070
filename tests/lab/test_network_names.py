"""Names of guests and floating IPs, answered on the host itself to whoever asks from its network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from haneul.services.network import NetworkChanges, NewFloatingIp, PortChanges
from tests.lab.questions import AAAA, PTR, ask
from tests.lab.wired_host import WiredHost, until, wired_host
from tests.stories.network.conftest import DEMO, OTHER, Bench

SERVER = "10.0.0.53"
"""Told by DHCP, and nowhere: what is answered, OVN answers."""


@pytest.fixture(scope="module")
def host() -> Iterator[WiredHost]:
    with wired_host() as host:
        yield host


@pytest.fixture(scope="module")
def bench(host: WiredHost) -> Bench:
    return host.bench


def test_guests_are_found_by_name_forwards_and_back(host: WiredHost, bench: Bench):
    outside = bench.outside()
    network = bench.network("named", dns_domain="demo.example.")
    plain = bench.subnet(network, "10.1.0.0/24")
    slaac = bench.subnet(network, "2001:db8::/64", ra_mode="slaac", address_mode="slaac")
    bench.router(outside, plain, slaac)
    web = bench.port(network, dns_name="Web")
    guest = host.guest(bench.port(network))
    ipv4 = next(address for address in web.addresses if "." in address)
    ipv6 = next(address for address in web.addresses if ":" in address)

    until(lambda: ask(guest, SERVER, "web") == ipv4, 10, "the name to be answered")
    assert ask(guest, SERVER, "web.demo.example") == ipv4
    assert ask(guest, SERVER, "WEB.demo.example") == ipv4
    assert ask(guest, SERVER, "web.demo.example", AAAA) == ipv6
    assert ask(guest, SERVER, ".".join(reversed(ipv4.split("."))) + ".in-addr.arpa", PTR) == "web.demo.example"
    assert ask(guest, SERVER, "nobody.demo.example") is None

    bench.face.ports.update(DEMO, web.id, PortChanges(dns_name="shop"))
    until(lambda: ask(guest, SERVER, "shop") == ipv4, 5, "the new name to be answered")
    assert ask(guest, SERVER, "web") is None
    bench.face.networks.update(DEMO, network.id, NetworkChanges(dns_domain="other.example."))
    until(lambda: ask(guest, SERVER, "shop.other.example") == ipv4, 5, "the new domain to be answered")

    new = NewFloatingIp(outside.id, port_id=web.id, fixed_ip=ipv4, dns_name="www", dns_domain="example.org.")
    floating = bench.face.floating_ips.create(DEMO, new)
    until(lambda: ask(guest, SERVER, "www.example.org") == floating.address, 5, "the floating IP's name")


def test_names_stay_within_their_network(host: WiredHost, bench: Bench):
    mine, theirs = bench.network("mine"), bench.network("theirs", OTHER)
    bench.router(None, bench.subnet(mine, "10.5.0.0/24"))
    bench.router(None, bench.subnet(theirs, "10.5.0.0/24", OTHER), caller=OTHER)
    secret = bench.port(mine, dns_name="secret")
    inside, stranger = host.guest(bench.port(mine)), host.guest(bench.port(theirs, OTHER))

    until(lambda: ask(inside, SERVER, "secret") == secret.addresses[0], 10, "the name to be answered")
    assert ask(stranger, SERVER, "secret") is None
