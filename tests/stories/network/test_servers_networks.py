"""Which networks a server comes onto, and what its guest is told of them."""

from __future__ import annotations

import json

import pytest

from haneul.kit.errors import Conflict, Forbidden, NotFound
from haneul.kit.policy import INTERNAL
from haneul.services.network import HostBinding
from tests.stories.network.conftest import ADMIN, DEMO, OTHER, Bench

HOST = HostBinding("host-1", "fake-1", "chassis-fake-1")


def test_the_only_network_is_meant_where_none_is_named(bench: Bench) -> None:
    assert bench.face.networks.for_servers(DEMO, None) == ()
    network = bench.network()
    assert [each.id for each in bench.face.networks.for_servers(DEMO, None)] == [network.id]
    bench.network("second")
    with pytest.raises(Conflict) as caught:
        bench.face.networks.for_servers(DEMO, None)
    assert caught.value.code == "network.ambiguous"


def test_a_shared_network_serves_who_has_none(bench: Bench) -> None:
    shared = bench.network("shared", ADMIN, is_shared=True)
    assert [each.id for each in bench.face.networks.for_servers(DEMO, None)] == [shared.id]
    own = bench.network()
    assert [each.id for each in bench.face.networks.for_servers(DEMO, None)] == [own.id]


def test_named_networks_must_be_in_sight_and_inside(bench: Bench) -> None:
    outside = bench.outside()
    network = bench.network()
    assert [each.id for each in bench.face.networks.for_servers(DEMO, [network.id])] == [network.id]
    with pytest.raises(NotFound):
        bench.face.networks.for_servers(OTHER, [network.id])
    with pytest.raises(Forbidden):
        bench.face.networks.for_servers(DEMO, [outside.id])


def test_a_guest_is_told_of_its_cards(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    static = bench.network("static")
    bench.subnet(static, "10.2.0.0/24", has_dhcp=False)
    for each in (network, static):
        bench.clock.move(1)
        bench.face.ports.bind(INTERNAL, bench.port(each).id, "server-1", HOST)

    told = json.loads(bench.face.networks.network_data("server-1"))

    assert [link["mtu"] for link in told["links"]] == [1442, 1442]
    assert [each["type"] for each in told["networks"]] == ["ipv4_dhcp", "ipv4"]
    assert told["networks"][1]["ip_address"] == "10.2.0.2"
    assert told["networks"][1]["routes"][0]["gateway"] == "10.2.0.1"
    assert told["services"] == [{"type": "dns", "address": "10.0.0.53"}]


def test_groups_are_found_by_name_or_id(bench: Bench) -> None:
    default = bench.face.security_groups.resolve(DEMO, ["default"])
    assert bench.face.security_groups.resolve(DEMO, [default[0], "default"]) == default
    with pytest.raises(NotFound):
        bench.face.security_groups.resolve(OTHER, [default[0]])
    with pytest.raises(NotFound):
        bench.face.security_groups.resolve(DEMO, ["web"])
