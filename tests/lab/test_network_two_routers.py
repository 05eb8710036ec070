"""A floating IP that an outer router answers for leads to a guest behind an inner one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from haneul.services.network import FloatingIpChanges, HostRoute, NewFloatingIp, NewRule, RouterChanges
from tests.lab.wired_host import OUTSIDE, WiredHost, until, wired_host
from tests.stories.network.conftest import DEMO, Bench

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for namespaces")


@pytest.fixture(scope="module")
def host() -> Iterator[WiredHost]:
    with wired_host() as host:
        yield host


def test_the_router_that_is_named_answers(host: WiredHost):
    bench: Bench = host.bench
    group = bench.face.security_groups.resolve(DEMO, ["default"])[0]
    bench.face.security_groups.create_rule(DEMO, NewRule(group, "ingress", protocol="tcp"))
    outside, inside, between = bench.outside(), bench.network("inside"), bench.network("between")
    subnet, transit = bench.subnet(inside, "10.4.0.0/24"), bench.subnet(between, "10.5.0.0/24")
    outer, inner = bench.router(outside, transit), bench.router(None, subnet)
    foot = bench.port(between)
    bench.face.routers.add_interface(DEMO, inner.id, port_id=foot.id)
    ways = {
        outer.id: HostRoute("10.4.0.0/24", foot.addresses[0]),
        inner.id: HostRoute("0.0.0.0/0", transit.gateway_ip or ""),
    }
    for router_id, way in ways.items():
        bench.face.routers.update(DEMO, router_id, RouterChanges(routes=(way,)))
    port = bench.port(inside)
    host.guest(port).serve(22)

    floating = bench.face.floating_ips.create(DEMO, NewFloatingIp(outside.id, port_id=port.id, router_id=outer.id))

    assert floating.router_id == outer.id
    until(lambda: host.root.asks(floating.address, 22, 1.0) == OUTSIDE, 10, "the guest by two routers")
    bench.face.floating_ips.update(DEMO, floating.id, FloatingIpChanges(port_id=None))
    until(lambda: host.root.asks(floating.address, 22, 0.3) is None, 5, "its end")
