"""Which ways there are to grant a search, over forests small enough to see."""

from __future__ import annotations

from collections.abc import Iterable

from haneul.services.placement.model import Inventory, Provider, ProviderId, Room, Search, Wish
from haneul.services.placement.verbs.search import search


def room(
    name: str,
    resources: dict[str, int],
    below: str | None = None,
    root: str | None = None,
    traits: Iterable[str] = (),
    aggregates: Iterable[str] = (),
) -> Room:
    """A provider that is called like its id, with these amounts and nothing of them used."""
    parent = None if below is None else ProviderId(below)
    provider = Provider(ProviderId(name), name, 0, parent, ProviderId(root or below or name))
    inventories = {key: Inventory(amount) for key, amount in resources.items()}
    return Room(provider, inventories, dict.fromkeys(resources, 0), frozenset(traits), frozenset(aggregates))


def ways(rooms: list[Room], query: Search) -> set[str]:
    """Each way as a line: `host DISK_GB:1, left VCPU:2`."""
    return {
        ", ".join(
            f"{pid} " + " ".join(f"{name}:{amount}" for name, amount in sorted(given.items()))
            for pid, given in sorted(proposal.resources.items())
        )
        for proposal in search(query, rooms).proposals
    }


def one(**wish: object) -> Search:
    return Search({"": Wish(**wish)})  # type: ignore[arg-type]


TREE = [
    room("host", {"DISK_GB": 10}, aggregates=["A"]),
    room("left", {"VCPU": 4}, below="host", traits=["FAST"]),
    room("right", {"VCPU": 4}, below="host"),
]
SHARED = room("store", {"DISK_GB": 100}, traits=["MISC_SHARES_VIA_AGGREGATE"], aggregates=["A"])
OTHER = room("other", {"VCPU": 4, "DISK_GB": 10})


def test_the_classes_of_one_group_may_come_from_several_providers_of_a_tree() -> None:
    assert ways([*TREE, OTHER], one(resources={"VCPU": 2, "DISK_GB": 1})) == {
        "host DISK_GB:1, left VCPU:2",
        "host DISK_GB:1, right VCPU:2",
        "other DISK_GB:1 VCPU:2",
    }


def test_traits_of_one_group_count_together() -> None:
    wish = {"resources": {"VCPU": 2, "DISK_GB": 1}, "required": (frozenset({"FAST"}),)}

    assert ways([*TREE, OTHER], one(**wish)) == {"host DISK_GB:1, left VCPU:2"}


def test_a_forbidden_trait_rules_its_provider_out_and_not_its_tree() -> None:
    wish = {"resources": {"VCPU": 2, "DISK_GB": 1}, "forbidden": frozenset({"FAST"})}

    assert ways(TREE, one(**wish)) == {"host DISK_GB:1, right VCPU:2"}


def test_a_provider_that_shares_serves_trees_of_its_aggregate_only() -> None:
    assert ways([*TREE, SHARED, OTHER], one(resources={"VCPU": 1, "DISK_GB": 50})) == {
        "left VCPU:1, store DISK_GB:50",
        "right VCPU:1, store DISK_GB:50",
    }


def test_within_one_tree_nothing_is_shared() -> None:
    wish = {"resources": {"VCPU": 1, "DISK_GB": 50}, "in_tree": ProviderId("left")}

    assert ways([*TREE, SHARED], one(**wish)) == set()


def test_the_aggregate_of_a_root_holds_for_its_tree() -> None:
    wish = {"resources": {"VCPU": 1}, "member_of": (frozenset({"A"}),)}

    assert ways([*TREE, OTHER], one(**wish)) == {"left VCPU:1", "right VCPU:1"}
    assert ways([*TREE, OTHER], one(resources={"VCPU": 1}, not_member_of=frozenset({"A"}))) == {"other VCPU:1"}


def test_a_group_with_a_suffix_is_judged_by_its_own_provider() -> None:
    wish = Wish({"VCPU": 1}, member_of=(frozenset({"A"}),))

    assert ways(TREE, Search({"_A": wish})) == set()
    assert ways(TREE, Search({"_A": Wish({"VCPU": 1, "DISK_GB": 1})})) == set()


def test_groups_that_meet_on_one_provider_need_room_for_both() -> None:
    groups = {"1": Wish({"VCPU": 3}), "2": Wish({"VCPU": 2})}

    assert ways(TREE, Search(groups)) == {"left VCPU:3, right VCPU:2", "left VCPU:2, right VCPU:3"}
    assert ways([OTHER], Search({"1": Wish({"VCPU": 2}), "2": Wish({"VCPU": 2})})) == {"other VCPU:4"}


def test_isolated_groups_do_not_meet() -> None:
    groups = {"1": Wish({"VCPU": 1}), "2": Wish({"VCPU": 1})}

    assert ways([OTHER], Search(groups, isolate=True)) == set()
    assert ways(TREE, Search(groups, isolate=True)) == {"left VCPU:1, right VCPU:1"}


def test_groups_below_one_provider() -> None:
    deep = [
        room("host", {}),
        room("numa0", {"VCPU": 2}, below="host", traits=["NUMA"]),
        room("numa1", {"VCPU": 2}, below="host", traits=["NUMA"]),
        room("gpu1", {"VGPU": 1}, below="numa1", root="host"),
    ]
    groups = {"_C": Wish({"VCPU": 1}), "_G": Wish({"VGPU": 1})}

    assert len(ways(deep, Search(groups))) == 2
    assert ways(deep, Search(groups, same_subtrees=(frozenset({"_C", "_G"}),))) == {"gpu1 VGPU:1, numa1 VCPU:1"}
    with_root = groups | {"_N": Wish(required=(frozenset({"NUMA"}),))}
    subtree = frozenset({"_C", "_G", "_N"})
    assert ways(deep, Search(with_root, same_subtrees=(subtree,))) == {"gpu1 VGPU:1, numa1 VCPU:1"}


def test_a_root_may_be_asked_for_traits() -> None:
    marked = [room("host", {"VCPU": 1}, traits=["NEW"]), room("old", {"VCPU": 1})]
    wish = {"": Wish({"VCPU": 1})}

    assert ways(marked, Search(wish, root_required=frozenset({"NEW"}))) == {"host VCPU:1"}
    assert ways(marked, Search(wish, root_forbidden=frozenset({"NEW"}))) == {"old VCPU:1"}


def test_who_does_not_know_trees_gets_one_provider_of_each() -> None:
    query = Search({"": Wish({"VCPU": 1, "DISK_GB": 1})}, nested=False)

    assert ways([*TREE, OTHER, SHARED], query) == {
        "other DISK_GB:1 VCPU:1",
        "left VCPU:1, store DISK_GB:1",
        "right VCPU:1, store DISK_GB:1",
    }


def test_a_limit_ends_the_search() -> None:
    found = search(Search({"": Wish({"VCPU": 1})}, limit=2), [*TREE, OTHER])

    assert len(found.proposals) == 2
    assert {each.provider.id for each in found.rooms} == {"host", "left", "right"}
