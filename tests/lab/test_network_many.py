"""More networks than VLANs could tell apart, all on one real switch, and packets that stay on theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from haneul.services.network import NewNetwork, Port, VirtualNetwork
from tests.lab.stations import Station
from tests.lab.wired_host import WiredHost, until, wired_host
from tests.stories.network.conftest import ADMIN, DEMO, Bench

NETWORKS = 6000
_AT_ONCE = 1000


@pytest.fixture(scope="module")
def host() -> Iterator[WiredHost]:
    with wired_host() as host:
        yield host


def test_six_thousand_networks_exist_and_two_of_them_do_not_meet(host: WiredHost):
    bench: Bench = host.bench
    bench.face.quotas.set(ADMIN, DEMO.project_id, {"network": -1})
    for start in range(0, NETWORKS, _AT_ONCE):
        with bench.face.together():
            for number in range(start, start + _AT_ONCE):
                bench.face.networks.create(DEMO, NewNetwork(f"n{number}"))
    networks = bench.face.networks.list(DEMO)
    keys = {network.segmentation_id for network in networks}
    assert len(networks) == len(keys) == NETWORKS
    assert max(key for key in keys if key is not None) > 4094
    known = {owned.id for owned in bench.world.list_owned()}
    assert {network.id for network in networks} <= known, "the switch has them all"

    first, last = networks[0], networks[-1]
    (one, _), (mate, mate_port) = guest(host, first), guest(host, first)
    (other, other_port) = guest(host, last)

    until(lambda: one.pings(mate_port.addresses[0], 2.0), 60, "a guest on the same network")
    assert other_port.addresses[0] in ("10.1.0.3", "10.1.0.2"), "both networks have the same range"
    assert not one.pings("10.1.0.77", 1.0), "a foreign guest's address, with nobody here who has it"
    host.address(other, "10.1.0.77/24")
    assert not one.pings("10.1.0.77", 2.0) and not mate.pings("10.1.0.77", 2.0)
    assert not other.pings(mate_port.addresses[0], 2.0)


def guest(host: WiredHost, network: VirtualNetwork) -> tuple[Station, Port]:
    bench: Bench = host.bench
    if not network.subnet_ids and not bench.parts.store.subnets.of_network(network.id):
        bench.subnet(network, "10.1.0.0/24")
    port = bench.port(network, has_port_security=False, security_group_ids=())
    station = host.plug(port)
    host.address(station, f"{port.addresses[0]}/24")
    return station, port
