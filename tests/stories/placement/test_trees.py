"""Providers in trees, and what moves between them."""

from __future__ import annotations

import pytest

from haneul.kit.clock import SteppedClock
from haneul.kit.errors import Conflict, Forbidden, Invalid
from haneul.kit.policy import Caller, Policy
from haneul.services.placement import (
    ANY_GENERATION,
    METADATA,
    RULES,
    ConsumerId,
    Inventory,
    NewHoldings,
    NewInventories,
    Parts,
    Placement,
    PlacementStore,
    ProviderId,
    Search,
    Wish,
)
from tests.databases import fresh

SERVICE = Caller(user_id="nova", project_id="service", roles=frozenset({"service"}))
ADMIN = Caller(user_id="ann", project_id="admin", roles=frozenset({"admin"}))
HOST, LEFT, RIGHT = ProviderId("host"), ProviderId("left"), ProviderId("right")


@pytest.fixture
def placement() -> Placement:
    """A host whose two halves have 4 VCPU each, and disk of its own."""
    db = fresh(METADATA)
    placement = Placement(Parts(db, PlacementStore(db), SteppedClock(), Policy(RULES)))
    placement.providers.create(ADMIN, "host", HOST)
    for half in (LEFT, RIGHT):
        placement.providers.create(ADMIN, half, half, HOST)
        placement.inventories.create(ADMIN, half, "VCPU", Inventory(4))
    placement.inventories.create(ADMIN, HOST, "DISK_GB", Inventory(100))
    return placement


def holdings(server: str, resources: dict[ProviderId, dict[str, int]]) -> NewHoldings:
    return NewHoldings(ConsumerId(server), resources, "p", "u", ANY_GENERATION, "INSTANCE")


def ways(placement: Placement, **groups: Wish) -> list[dict[str, dict[str, int]]]:
    query = Search({suffix.removeprefix("any"): wish for suffix, wish in groups.items()})
    found = placement.candidates.search(SERVICE, query).proposals
    return [{pid: dict(given) for pid, given in way.resources.items()} for way in found]


def test_a_tree_grants_together_what_no_provider_grants_alone(placement: Placement) -> None:
    wish = Wish({"VCPU": 2, "DISK_GB": 10})

    assert ways(placement, any=wish) == [
        {"host": {"DISK_GB": 10}, "left": {"VCPU": 2}},
        {"host": {"DISK_GB": 10}, "right": {"VCPU": 2}},
    ]
    assert ways(placement, _A=wish) == []


def test_two_groups_on_one_provider_share_its_room(placement: Placement) -> None:
    found = ways(placement, _A=Wish({"VCPU": 3}), _B=Wish({"VCPU": 3}))

    assert sorted(map(sorted, found)) == [["left", "right"], ["left", "right"]]


def test_reshaping_moves_inventories_with_what_is_held(placement: Placement) -> None:
    placement.allocations.replace(SERVICE, holdings("web", {LEFT: {"VCPU": 4}}))
    generations = {pid: placement.providers.get(ADMIN, pid).generation for pid in (LEFT, RIGHT)}

    placement.allocations.reshape(
        SERVICE,
        [
            NewInventories(LEFT, generations[LEFT], {}),
            NewInventories(RIGHT, generations[RIGHT], {"VCPU": Inventory(8)}),
        ],
        [holdings("web", {RIGHT: {"VCPU": 4}})],
    )

    assert placement.allocations.usages_of_provider(ADMIN, LEFT)[1] == {}
    assert placement.allocations.usages_of_provider(ADMIN, RIGHT)[1] == {"VCPU": 4}


def test_a_reshaping_that_fails_changes_nothing(placement: Placement) -> None:
    placement.allocations.replace(SERVICE, holdings("web", {LEFT: {"VCPU": 4}}))
    generation = placement.providers.get(ADMIN, LEFT).generation

    with pytest.raises(Conflict):
        placement.allocations.reshape(
            SERVICE, [NewInventories(LEFT, generation, {})], [holdings("web", {RIGHT: {"VCPU": 5}})]
        )

    assert placement.allocations.usages_of_provider(ADMIN, LEFT)[1] == {"VCPU": 4}


def test_reshaping_is_for_services(placement: Placement) -> None:
    with pytest.raises(Forbidden):
        placement.allocations.reshape(ADMIN, [], [])


def test_many_consumers_change_all_or_none(placement: Placement) -> None:
    placement.allocations.replace(SERVICE, holdings("web", {LEFT: {"VCPU": 4}}))

    with pytest.raises(Conflict) as refused:
        placement.allocations.replace_many(
            SERVICE, [holdings("db", {RIGHT: {"VCPU": 1}}), holdings("new", {LEFT: {"VCPU": 1}})]
        )

    assert refused.value.code == "placement.no_room"
    assert placement.allocations.of_consumer(ADMIN, ConsumerId("db")) == ()


def test_an_allocation_can_move_in_one_step(placement: Placement) -> None:
    placement.allocations.replace(SERVICE, holdings("web", {LEFT: {"VCPU": 4}}))

    placement.allocations.replace_many(SERVICE, [holdings("web", {}), holdings("moving", {LEFT: {"VCPU": 4}})])

    assert placement.allocations.of_consumer(ADMIN, ConsumerId("web")) == ()


def test_what_other_clients_hold_is_no_claim_of_a_server(placement: Placement) -> None:
    others = NewHoldings(ConsumerId("lease"), {LEFT: {"VCPU": 1}}, "p", "u", ANY_GENERATION, "RESERVATION")
    placement.allocations.replace(SERVICE, others)
    placement.claims.claim(ConsumerId("web"), RIGHT, {"VCPU": 1}, "p", "u")

    assert [claim.consumer_id for claim in placement.claims.list()] == ["web"]
    assert placement.allocations.usages_of_project(ADMIN, "p", None)[0].consumer_type == "INSTANCE"


def test_a_provider_cannot_hang_below_itself(placement: Placement) -> None:
    with pytest.raises(Invalid, match="hangs below"):
        placement.providers.update(ADMIN, HOST, "host", LEFT)


def test_room_behind_many_full_trees_is_found_up_to_the_limit(placement: Placement) -> None:
    for number in range(40):
        provider = ProviderId(f"full-{number:02}")
        placement.providers.create(ADMIN, provider, provider)
        placement.inventories.create(ADMIN, provider, "VCPU", Inventory(1))
        if number < 38:
            placement.allocations.replace(SERVICE, holdings(f"server-{number}", {provider: {"VCPU": 1}}))

    assert ways(placement, _A=Wish({"VCPU": 1})) == [
        {name: {"VCPU": 1}} for name in ("full-38", "full-39", "left", "right")
    ]
    limited = placement.candidates.search(SERVICE, Search({"_A": Wish({"VCPU": 1})}, limit=3))
    assert len(limited.proposals) == 3
    assert {room.provider.id for room in limited.rooms} == {"full-38", "full-39", "host", "left", "right"}
