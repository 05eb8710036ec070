"""A router tells all IPv6 ranges of a network by one port."""

from __future__ import annotations

from haneul.services.network import Kind, Owned, RouterIntent
from tests.stories.network.conftest import DEMO, Bench

SLAAC = {"ra_mode": "slaac", "address_mode": "slaac"}


def test_ipv6_ranges_of_one_network_share_the_routers_port(bench: Bench) -> None:
    network = bench.network()
    first = bench.subnet(network, "2001:db8::/64", **SLAAC)
    second = bench.subnet(network, "2001:db8:0:1::/64", **SLAAC)
    plain = bench.subnet(network, "10.1.0.0/24")
    router = bench.router(None, first, second, plain)

    intent = bench.world.intents[Owned(Kind.ROUTER, router.id)]

    assert isinstance(intent, RouterIntent)
    feet = {foot.cidrs for foot in intent.interfaces}
    assert feet == {("2001:db8::1/64", "2001:db8:0:1::1/64"), ("10.1.0.1/24",)}


def test_one_range_can_be_taken_from_the_port(bench: Bench) -> None:
    network = bench.network()
    first = bench.subnet(network, "2001:db8::/64", **SLAAC)
    second = bench.subnet(network, "2001:db8:0:1::/64", **SLAAC)
    router = bench.router(None, first, second)

    gone = bench.face.routers.remove_interface(DEMO, router.id, subnet_id=first.id)
    (port,) = bench.face.routers.interfaces(router.id)

    assert gone.subnet_ids == (first.id,)
    assert port.addresses == ("2001:db8:0:1::1",)
    bench.face.routers.remove_interface(DEMO, router.id, subnet_id=second.id)
    assert bench.face.routers.interfaces(router.id) == []
    assert bench.mend() == 0
