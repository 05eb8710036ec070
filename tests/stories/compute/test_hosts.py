"""Hosts join, and are told apart by their names."""

from __future__ import annotations

import pytest

from haneul.kit.errors import Conflict, Forbidden
from tests.stories.compute.conftest import ADMIN, Bench


def test_a_machine_with_the_name_of_a_connected_host_does_not_join(bench: Bench) -> None:
    hosts, (first, _) = bench.face.hosts, bench.face.hosts.list(ADMIN)
    secret = hosts.allow_join(ADMIN).token

    with pytest.raises(Conflict) as refusal:
        hosts.redeem(secret, first.name)
    assert refusal.value.code == "host.name_taken"

    bench.world.take_away(first.id)
    assert hosts.redeem(secret, first.name) == first.id, "the same machine, set up anew; its secret is still good"
    with pytest.raises(Forbidden):
        hosts.redeem(secret, first.name)


def test_a_host_may_not_take_the_name_of_another(bench: Bench) -> None:
    hosts, (first, second) = bench.face.hosts, bench.face.hosts.list(ADMIN)

    hosts.check_name(first.id, first.name)
    hosts.check_name(first.id, "new-name")
    with pytest.raises(Conflict) as refusal:
        hosts.check_name(second.id, first.name)

    assert refusal.value.code == "host.name_taken"
    assert first.name in refusal.value.message


def test_hosts_of_one_name_do_not_keep_the_others_from_being_seen(bench: Bench) -> None:
    first, second = bench.face.hosts.list(ADMIN)
    bench.world.hosts[second.id].hostname = first.name

    bench.world.bring_back(second.id)
    third = bench.world.add_host()
    bench.clock.move(120)
    bench.look()

    assert [host.name for host in bench.face.hosts.list(ADMIN)] == [first.name, second.name, "fake-3"]
    assert bench.face.hosts.is_up(bench.face.hosts.get(ADMIN, third))
