"""CloudStack's two kinds of zone, as docs/howto/zones-like-cloudstack.md makes them."""

from __future__ import annotations

import pytest

from haneul.kit.errors import OverQuota
from haneul.kit.policy import INTERNAL
from haneul.services.network import (
    AddressRange,
    HostBinding,
    Kind,
    NetworkIntent,
    Owned,
    Port,
    Question,
    RouterIntent,
)
from tests.stories.network.conftest import ADMIN, DEMO, OTHER, Bench

HOST = HostBinding("host-1", "fake-1", "chassis-fake-1")


def plugged(bench: Bench, port: Port) -> Port:
    bench.face.ports.bind(INTERNAL, port.id, f"server-of-{port.id}", HOST)
    return bench.face.ports.get(INTERNAL, port.id)


def test_a_basic_zone_is_one_flat_network_with_security_groups(bench: Bench) -> None:
    network = bench.network("guests", ADMIN, is_shared=True, network_type="flat", physical_network="physnet1")
    pools = (AddressRange("203.0.113.20", "203.0.113.250"),)
    bench.subnet(network, "203.0.113.0/24", ADMIN, gateway_ip="203.0.113.1", pools=pools)
    bench.face.quotas.set(ADMIN, DEMO.project_id, {"network": 0, "router": 0})
    with pytest.raises(OverQuota):
        bench.network()

    mine, also_mine = (plugged(bench, bench.port(network)) for _ in range(2))
    theirs = plugged(bench, bench.port(network, OTHER))

    intent = bench.world.intents[Owned(Kind.NETWORK, network.id)]
    assert isinstance(intent, NetworkIntent) and (intent.physical_network, intent.vlan) == ("physnet1", None)
    assert arrives(bench, mine, also_mine.addresses[0])
    assert not arrives(bench, mine, theirs.addresses[0])


def test_an_advanced_zone_gives_every_tenant_networks_of_its_own(bench: Bench) -> None:
    outside = bench.outside("198.51.100.0/24")
    routers = []
    for tenant in (DEMO, OTHER):
        network = bench.network("inside", tenant)
        subnet = bench.subnet(network, "10.1.1.0/24", tenant)
        routers.append(bench.router(outside, subnet, caller=tenant))
        port = plugged(bench, bench.port(network, tenant))
        assert arrives(bench, port, "192.0.2.9", tenant)

    intents = [bench.world.intents[Owned(Kind.ROUTER, router.id)] for router in routers]
    assert all(isinstance(intent, RouterIntent) and intent.gateway for intent in intents)
    assert {intent.gateway.snat_cidrs for intent in intents} == {("10.1.1.0/24",)}  # type: ignore[union-attr]
    outer = {intent.gateway.port.cidrs for intent in intents}  # type: ignore[union-attr]
    assert len(outer) == 2, "each has an address of its own outside"


def arrives(bench: Bench, port: Port, address: str, caller=DEMO) -> bool:  # type: ignore[no-untyped-def]
    return bench.face.explaining.explain(caller, Question(port.id, address, "tcp", 22)).arrives
