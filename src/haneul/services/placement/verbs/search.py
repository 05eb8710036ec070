"""Every way to grant a search: which providers of which tree give what."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from haneul.services.placement.model import SHARES, Found, Proposal, ProviderId, Room, Search, Wish

MOST = 10_000
"""So many ways are enough for anybody."""


class Searching:
    """The ways to grant a query, up to its limit, and the trees that they use: found in some trees after others."""

    def __init__(self, query: Search) -> None:
        self._query = query
        self._most = min(MOST, query.limit or MOST)
        self._proposals: dict[object, Proposal] = {}
        self._rooms: dict[ProviderId, Room] = {}

    @property
    def is_enough(self) -> bool:
        return len(self._proposals) >= self._most

    def look(self, rooms: Sequence[Room], anchors: Collection[ProviderId] | None = None) -> None:
        """Look in the trees with these roots, or in all; `rooms` are theirs and those of trees that share with them."""
        forest = _Forest(rooms)
        roots = [root for root in forest.anchors(self._query) if anchors is None or root in anchors]
        known = set(self._proposals)
        for anchor in roots:
            if self.is_enough:
                break
            options = [list(_options(forest, anchor, *group)) for group in self._query.groups.items()]
            for proposal in _combinations(forest, self._query, options):
                self._proposals.setdefault(_key(proposal), proposal)
                if self.is_enough:
                    break
        new = [proposal for key, proposal in self._proposals.items() if key not in known]
        self._rooms |= {room.provider.id: room for room in _rooms(forest, self._query, new)}

    def found(self) -> Found:
        return Found(tuple(self._proposals.values()), tuple(self._rooms.values()))


def search(query: Search, rooms: Sequence[Room]) -> Found:
    """The ways to grant the query, up to its limit, and the trees that they use."""
    searching = Searching(query)
    searching.look(rooms)
    return searching.found()


def _key(proposal: Proposal) -> object:
    """The same for two that are the same: a provider that shares may be met from several trees."""
    amounts = frozenset((pid, *item) for pid, given in proposal.resources.items() for item in given.items())
    return amounts, frozenset((suffix, frozenset(ids)) for suffix, ids in proposal.providers_by_suffix.items())


@dataclass(frozen=True)
class _Option:
    """One way to grant one group."""

    suffix: str
    shares: tuple[tuple[ProviderId, str, int], ...]
    """Provider, resource class, amount."""
    providers: tuple[ProviderId, ...]


class _Forest:
    """All providers by tree, and which of them share with which trees."""

    def __init__(self, rooms: Sequence[Room]) -> None:
        self.rooms = {room.provider.id: room for room in rooms}
        self.trees: dict[ProviderId, list[Room]] = defaultdict(list)
        for room in rooms:
            self.trees[room.provider.root_id].append(room)
        self.shared_to: dict[ProviderId, list[Room]] = defaultdict(list)
        for room in rooms:
            if SHARES in room.traits:
                for root in {r.provider.root_id for r in rooms if r.aggregates & room.aggregates}:
                    self.shared_to[root].append(room)

    def anchors(self, query: Search) -> Iterator[ProviderId]:
        """The roots of all trees that may grant the query."""
        for root_id in self.trees:
            traits = self.rooms[root_id].traits if root_id in self.rooms else frozenset()
            if query.root_required <= traits and not query.root_forbidden & traits:
                yield root_id

    def root_of(self, provider_id: ProviderId | None) -> ProviderId | None:
        room = self.rooms.get(provider_id) if provider_id else None
        return room.provider.root_id if room else None

    def reach(self, anchor: ProviderId) -> list[Room]:
        """The tree's own providers and those that share with it."""
        own = self.trees[anchor]
        return own + [room for room in self.shared_to[anchor] if room.provider.root_id != anchor]

    def is_above(self, upper: ProviderId, lower: ProviderId) -> bool:
        """Whether `lower` is `upper` or stands below it."""
        current: ProviderId | None = lower
        while current is not None and current != upper:
            current = self.rooms[current].provider.parent_id
        return current == upper


def _options(forest: _Forest, anchor: ProviderId, suffix: str, wish: Wish) -> Iterator[_Option]:
    """The ways to grant one group in the tree with this root."""
    make = _from_one_provider if suffix else _from_a_tree
    return make(forest, anchor, suffix, wish)


def _from_one_provider(forest: _Forest, anchor: ProviderId, suffix: str, wish: Wish) -> Iterator[_Option]:
    for room in forest.reach(anchor):
        if (
            room.has_all(wish.resources)
            and wish.has_traits(room.traits)
            and wish.has_aggregates(room.aggregates)
            and not wish.not_member_of & room.aggregates
            and (wish.in_tree is None or room.provider.root_id == forest.root_of(wish.in_tree))
        ):
            provider_id = room.provider.id
            shares = tuple((provider_id, name, amount) for name, amount in wish.resources.items())
            yield _Option(suffix, shares, (provider_id,))


def _from_a_tree(forest: _Forest, anchor: ProviderId, suffix: str, wish: Wish) -> Iterator[_Option]:
    """Each class from one provider of the tree, or from one that shares with it; traits count together."""
    if wish.in_tree is not None and forest.root_of(wish.in_tree) != anchor:
        return
    reach = forest.trees[anchor] if wish.in_tree is not None else forest.reach(anchor)
    usable = [room for room in reach if _may_give(forest, anchor, wish, room)]
    names = sorted(wish.resources)
    givers = [
        [room for room in usable if room.grants(name, wish.resources[name]) == wish.resources[name]] for name in names
    ]
    for chosen in itertools.product(*givers):
        traits: frozenset[str] = frozenset().union(*(room.traits for room in chosen))
        if wish.has_traits(traits):
            ids = tuple(room.provider.id for room in chosen)
            shares = tuple((ids[i], name, wish.resources[name]) for i, name in enumerate(names))
            yield _Option(suffix, shares, tuple(dict.fromkeys(ids)))


def _may_give(forest: _Forest, anchor: ProviderId, wish: Wish, room: Room) -> bool:
    """By its aggregates: those of a root hold for its whole tree, but not for what is shared with it."""
    of_anchor = forest.rooms[anchor].aggregates
    is_own = room.provider.root_id == anchor
    is_member = wish.has_aggregates(room.aggregates) or (is_own and wish.has_aggregates(of_anchor))
    return is_member and not wish.not_member_of & (room.aggregates | of_anchor)


def _combinations(forest: _Forest, query: Search, options: list[list[_Option]]) -> Iterator[Proposal]:
    """One option of each group, taken together."""
    for chosen in itertools.product(*options):
        if _is_isolated(query, chosen) and _keeps_subtrees(forest, query, chosen):
            proposal = _together(chosen)
            if _has_room(forest, proposal) and (query.nested or _one_per_tree(forest, proposal)):
                yield proposal


def _is_isolated(query: Search, chosen: Sequence[_Option]) -> bool:
    givers = [option.providers[0] for option in chosen if option.suffix]
    return not query.isolate or len(set(givers)) == len(givers)


def _keeps_subtrees(forest: _Forest, query: Search, chosen: Sequence[_Option]) -> bool:
    for suffixes in query.same_subtrees:
        ids = {pid for option in chosen if option.suffix in suffixes for pid in option.providers}
        if ids and not any(all(forest.is_above(upper, lower) for lower in ids) for upper in ids):
            return False
    return True


def _together(chosen: Sequence[_Option]) -> Proposal:
    amounts: dict[ProviderId, Counter[str]] = defaultdict(Counter)
    for option in chosen:
        for provider_id, name, amount in option.shares:
            amounts[provider_id][name] += amount
    return Proposal(amounts, {option.suffix: option.providers for option in chosen})


def _has_room(forest: _Forest, proposal: Proposal) -> bool:
    """Groups may have chosen the same provider: is there enough for all of them?"""
    return all(
        amount <= min(forest.rooms[pid].free(name), forest.rooms[pid].inventories[name].max_unit)
        for pid, resources in proposal.resources.items()
        for name, amount in resources.items()
    )


def _one_per_tree(forest: _Forest, proposal: Proposal) -> bool:
    roots = [forest.root_of(pid) for pid in proposal.resources]
    return len(set(roots)) == len(roots)


def _rooms(forest: _Forest, query: Search, proposals: Sequence[Proposal]) -> list[Room]:
    """The providers that are used, and with nesting all of their trees."""
    used = {pid for proposal in proposals for pid in proposal.resources}
    if not query.nested:
        return [forest.rooms[pid] for pid in sorted(used)]
    roots: Iterable[ProviderId | None] = dict.fromkeys(forest.root_of(pid) for pid in sorted(used))
    return [room for root in roots if root for room in forest.trees[root]]
