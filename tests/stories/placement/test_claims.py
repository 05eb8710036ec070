"""Room is given to those who ask, once, and never more than there is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haneul.kit.clock import SteppedClock
from haneul.kit.errors import Conflict, NoCapacity, NotFound
from haneul.kit.policy import Policy
from haneul.services.placement import (
    METADATA,
    CandidateRequest,
    Claim,
    ConsumerId,
    Inventory,
    Parts,
    Placement,
    PlacementStore,
    ProviderId,
)
from tests.databases import fresh

AMOUNTS = {"VCPU": 2, "MEMORY_MB": 1024}


def new_placement(url: str = "sqlite://") -> Placement:
    db = fresh(METADATA, url=url)
    return Placement(Parts(db, PlacementStore(db), SteppedClock(), Policy({})))


@pytest.fixture
def placement() -> Placement:
    return new_placement()


@pytest.fixture
def add_host(placement: Placement) -> Iterator[Callable[..., ProviderId]]:
    def add(name: str, vcpus: int = 2, memory_mib: int = 4096) -> ProviderId:
        inventories = {"VCPU": Inventory(vcpus, allocation_ratio=1.0), "MEMORY_MB": Inventory(memory_mib)}
        placement.hosts.ensure_provider(ProviderId(name), name, inventories)
        return ProviderId(name)

    yield add


def take(placement: Placement, server: str, host: str, vcpus: int = 1) -> Claim:
    return placement.claims.claim(ConsumerId(server), ProviderId(host), {"VCPU": vcpus}, "p", "u")


def test_a_claim_takes_room_and_its_release_gives_it_back(
    placement: Placement, add_host: Callable[..., ProviderId]
) -> None:
    host = add_host("h1", vcpus=2)
    take(placement, "web", host, 2)

    assert placement.candidates.find(CandidateRequest({"VCPU": 1})) == []
    placement.claims.release(ConsumerId("web"))
    placement.claims.release(ConsumerId("web"))

    assert [c.provider_id for c in placement.candidates.find(CandidateRequest({"VCPU": 1}))] == [host]
    assert placement.claims.list() == []


def test_a_claim_may_be_repeated(placement: Placement, add_host: Callable[..., ProviderId]) -> None:
    host = add_host("h1", vcpus=2)

    assert take(placement, "web", host, 2) == take(placement, "web", host, 2)
    assert placement.claims.find(ConsumerId("web")) == Claim(ConsumerId("web"), host, {"VCPU": 2}, "p", "u")


def test_a_full_host_refuses_and_nothing_is_taken(placement: Placement, add_host: Callable[..., ProviderId]) -> None:
    host = add_host("h1", vcpus=2, memory_mib=512)

    with pytest.raises(NoCapacity) as refused:
        placement.claims.claim(ConsumerId("web"), host, {"VCPU": 1, "MEMORY_MB": 1024}, "p", "u")

    assert refused.value.code == "placement.no_room"
    assert placement.claims.list() == []
    assert placement.candidates.find(CandidateRequest({"VCPU": 2}))[0].free == {"VCPU": 2}


def test_a_claim_that_cannot_move_stays_where_it_is(placement: Placement, add_host: Callable[..., ProviderId]) -> None:
    first, second = add_host("h1"), add_host("h2", vcpus=1)
    take(placement, "web", first, 2)

    with pytest.raises(NoCapacity):
        take(placement, "web", second, 2)
    assert placement.claims.find(ConsumerId("web")) == Claim(ConsumerId("web"), first, {"VCPU": 2}, "p", "u")

    take(placement, "web", second, 1)
    assert placement.claims.list(first) == []


def test_the_emptiest_host_comes_first(placement: Placement, add_host: Callable[..., ProviderId]) -> None:
    for name in ("h1", "h2", "h3"):
        add_host(name, vcpus=4)
    take(placement, "a", "h1", 2)
    take(placement, "b", "h3", 1)

    found = placement.candidates.find(CandidateRequest({"VCPU": 1}))

    assert [candidate.name for candidate in found] == ["h2", "h3", "h1"]


def test_equally_empty_hosts_come_in_any_order(placement: Placement, add_host: Callable[..., ProviderId]) -> None:
    for number in range(8):
        add_host(f"h{number}")

    firsts = {placement.candidates.find(CandidateRequest(AMOUNTS))[0].name for _ in range(60)}

    assert len(firsts) > 3


def test_traits_decide_too(placement: Placement, add_host: Callable[..., ProviderId]) -> None:
    slow, fast = add_host("slow"), add_host("fast")
    placement.hosts.ensure_traits(fast, {"HW_CPU_X86_AVX2"})

    wanted = CandidateRequest(AMOUNTS, required=frozenset({"HW_CPU_X86_AVX2"}))
    assert [c.provider_id for c in placement.candidates.find(wanted)] == [fast]

    placement.hosts.set_disabled(fast, True)
    assert placement.candidates.find(wanted) == []
    assert [c.provider_id for c in placement.candidates.find(CandidateRequest(AMOUNTS))] == [slow]


def test_a_host_may_shrink_below_what_is_held(placement: Placement, add_host: Callable[..., ProviderId]) -> None:
    host = add_host("h1", vcpus=4)
    take(placement, "web", host, 3)
    add_host("h1", vcpus=2)

    with pytest.raises(NoCapacity):
        take(placement, "db", host, 1)
    assert placement.claims.list(host)[0].resources == {"VCPU": 3}


def test_the_same_inventory_twice_changes_nothing(placement: Placement, add_host: Callable[..., ProviderId]) -> None:
    host = add_host("h1")
    before = placement.hosts.get(host)
    add_host("h1")

    assert placement.hosts.get(host) == before


def test_vcpus_are_given_away_sixteen_times_over_unless_said_otherwise(placement: Placement) -> None:
    placement.hosts.ensure_provider(ProviderId("h1"), "h1", {"VCPU": Inventory(2), "DISK_GB": Inventory(10)})

    assert placement.candidates.find(CandidateRequest({"VCPU": 32, "DISK_GB": 10}))
    assert not placement.candidates.find(CandidateRequest({"VCPU": 33}))


def test_a_host_with_servers_cannot_be_removed(placement: Placement, add_host: Callable[..., ProviderId]) -> None:
    host = add_host("h1")
    take(placement, "web", host)

    with pytest.raises(Conflict, match="Delete or move"):
        placement.hosts.remove(host)
    placement.claims.release(ConsumerId("web"))
    placement.hosts.remove(host)

    with pytest.raises(NotFound):
        placement.hosts.get(host)


def test_a_refusal_counts_what_each_condition_removed(
    placement: Placement, add_host: Callable[..., ProviderId]
) -> None:
    add_host("h1", vcpus=2)
    add_host("h2", vcpus=3)
    placement.hosts.set_disabled(add_host("h3", vcpus=8), True)

    refusal = placement.candidates.explain(CandidateRequest({"VCPU": 4, "MEMORY_MB": 1024}))

    assert refusal.message == (
        "No host fits. Of 3: 1 switched off, 2 with less than 4 VCPU free. "
        "Nearest: h2 has room for 3 VCPU instead of 4."
    )


def test_a_refusal_names_the_host_that_would_do(placement: Placement, add_host: Callable[..., ProviderId]) -> None:
    placement.hosts.set_disabled(add_host("h3", vcpus=8), True)

    refusal = placement.candidates.explain(CandidateRequest({"VCPU": 4}))

    assert refusal.nearest == "Nearest: h3 has the room, but is switched off; enable it."


def test_an_empty_cloud_says_that_it_has_no_hosts(placement: Placement) -> None:
    assert "no hosts yet" in placement.candidates.explain(CandidateRequest(AMOUNTS)).message


def test_many_at_once_never_take_more_than_there_is(tmp_path: Path) -> None:
    placement = new_placement(f"sqlite:///{tmp_path}/db")
    placement.hosts.ensure_provider(ProviderId("h1"), "h1", {"VCPU": Inventory(10, allocation_ratio=1.0)})
    refused: list[str] = []

    def claim_some(worker: int) -> None:
        for number in range(5):
            try:
                take(placement, f"s{worker}-{number}", "h1")
            except NoCapacity as error:
                refused.append(error.code)

    threads = [threading.Thread(target=claim_some, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 10
    assert sum(claim.resources["VCPU"] for claim in placement.claims.list()) == 10


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 4)), max_size=30))
def test_what_is_used_is_always_the_sum_of_the_claims(moves: list[tuple[int, int, int]]) -> None:
    placement = new_placement()
    for host in range(4):
        placement.hosts.ensure_provider(
            ProviderId(f"h{host}"), f"h{host}", {"VCPU": Inventory(4, allocation_ratio=1.0)}
        )
    for server, host, amount in moves:
        if amount == 0:
            placement.claims.release(ConsumerId(f"s{server}"))
            continue
        try:
            take(placement, f"s{server}", f"h{host}", amount)
        except NoCapacity:
            continue

    free = {c.name: c.free["VCPU"] for c in placement.candidates.find(CandidateRequest({"VCPU": 1}))}
    for host in range(4):
        held = sum(claim.resources["VCPU"] for claim in placement.claims.list(ProviderId(f"h{host}")))
        assert 4 - held == free.get(f"h{host}", 0)
