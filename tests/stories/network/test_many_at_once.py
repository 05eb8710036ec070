"""Many callers at once: nothing is lost, nothing is given twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from haneul.kit.errors import Conflict, OverQuota
from haneul.services.network import METADATA, Kind, NewRule, NewSubnet, NewSubnetPool, Owned, SecurityGroupIntent
from tests.databases import fresh
from tests.stories.network.conftest import ADMIN, DEMO, Bench

T = TypeVar("T")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    db = fresh(METADATA, url=f"sqlite:///{tmp_path}/network.db")
    yield Bench(db)
    db.close()


def at_once(count: int, act: Callable[[int], T]) -> list[T]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(act, range(count)))


def test_eight_clients_get_ports_with_addresses_of_their_own(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network, "10.1.0.0/24")

    ports = at_once(120, lambda _: bench.port(network))

    assert len({address for port in ports for address in port.addresses}) == 120
    assert len({port.mac_address for port in ports}) == 120
    bench.follow()
    assert {Owned(Kind.PORT, port.id) for port in ports} <= set(bench.world.intents)


def test_the_last_address_is_given_once(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network, "10.1.0.0/29")  # .1 is the gateway, .2 the metadata port: four are left

    def ask(_: int) -> str:
        try:
            return bench.port(network).addresses[0]
        except Conflict as refusal:
            return refusal.code

    answers = at_once(12, ask)
    assert sorted(answers) == sorted([f"10.1.0.{number}" for number in range(3, 7)] + ["subnet.exhausted"] * 8)


def test_a_quota_is_not_overrun(bench: Bench) -> None:
    bench.face.quotas.set(ADMIN, "demo", {"network": 5})

    def ask(_: int) -> bool:
        try:
            bench.network()
        except OverQuota:
            return False
        return True

    assert sum(at_once(16, ask)) == 5


def test_rules_written_at_once_are_all_in_force(bench: Bench) -> None:
    group_id = bench.face.security_groups.resolve(DEMO, ["default"])[0]

    def allow(number: int) -> None:
        new = NewRule(group_id, "ingress", protocol="tcp", port_min=1000 + number, port_max=1000 + number)
        bench.face.security_groups.create_rule(DEMO, new)

    at_once(40, allow)
    bench.follow()

    intent = bench.world.intents[Owned(Kind.SECURITY_GROUP, group_id)]
    assert isinstance(intent, SecurityGroupIntent)
    assert {rule.first for rule in intent.rules if rule.first} == set(range(1000, 1040))


def test_networks_made_at_once_have_segments_of_their_own(bench: Bench) -> None:
    networks = at_once(40, lambda number: bench.network(f"n{number}"))
    assert len({network.segmentation_id for network in networks}) == 40


def test_subnets_cut_from_one_pool_at_once_are_apart(bench: Bench) -> None:
    pool = bench.face.subnet_pools.create(DEMO, NewSubnetPool("p", ("10.8.0.0/24",), default_prefixlen=28))
    networks = [bench.network(f"n{number}") for number in range(24)]

    def cut(number: int) -> str:
        try:
            return bench.face.subnets.create(DEMO, NewSubnet(networks[number].id, 4, pool_id=pool.id)).cidr
        except Conflict as refusal:
            return refusal.code

    answers = at_once(24, cut)
    assert sorted(answers) == sorted([f"10.8.0.{16 * n}/28" for n in range(16)] + ["subnet_pool.exhausted"] * 8)
