"""Resource providers as clients of the placement API tend them."""

from __future__ import annotations

from haneul.kit import ids
from haneul.kit.errors import Conflict, Invalid
from haneul.kit.policy import Caller
from haneul.services.placement.model import Provider, ProviderFilter, ProviderId, Room, Wish
from haneul.services.placement.parts import Parts
from haneul.services.placement.verbs.names import Names


class Providers:
    def __init__(self, parts: Parts, traits: Names, classes: Names) -> None:
        self._parts = parts
        self._rows = parts.store.providers
        self._traits = traits
        self._classes = classes

    def list(self, caller: Caller, which: ProviderFilter) -> tuple[Provider, ...]:
        """By name; raises Invalid for traits and resource classes that do not exist."""
        self._require(caller, "list")
        wish = which.wish
        self._classes.check_known(wish.resources)
        self._traits.check_known({*wish.forbidden}.union(*wish.required))
        rooms = self._parts.store.candidates.rooms()
        if wish.in_tree is not None:
            tree = self._rows.find(wish.in_tree)
            rooms = [room for room in rooms if tree and room.provider.root_id == tree.root_id]
        return tuple(room.provider for room in rooms if _named(room, which) and _grants(room, wish))

    def get(self, caller: Caller, provider_id: ProviderId) -> Provider:
        self._require(caller, "show")
        return self._rows.get(provider_id)

    def create(
        self, caller: Caller, name: str, provider_id: ProviderId | None = None, parent_id: ProviderId | None = None
    ) -> Provider:
        """Raises Conflict when its id or name is taken, Invalid when there is no such parent."""
        self._require(caller, "create")
        new_id = provider_id or ProviderId(ids.new_uuid())
        with self._parts.db.write():
            if self._rows.find(new_id) is not None:
                raise Conflict("placement.name_taken", f"There is a resource provider with the id {new_id} already")
            self._check_name(name)
            root_id = new_id if parent_id is None else self._parent(new_id, parent_id).root_id
            self._rows.add(Provider(new_id, name, 0, parent_id, root_id), self._parts.clock.now())
        return self._rows.get(new_id)

    def update(
        self,
        caller: Caller,
        provider_id: ProviderId,
        name: str,
        parent_id: ProviderId | None,
        may_move: bool = True,
    ) -> Provider:
        """Rename it and hang it below this parent, or make it a root.

        Raises Invalid when it would hang below itself, and where `may_move` is False, when it has a parent already
        and is to get another one or none.
        """
        self._require(caller, "update")
        with self._parts.db.write():
            known = self._rows.get(provider_id)
            if name != known.name:
                self._check_name(name)
                self._rows.rename(provider_id, name, self._parts.clock.now())
            if parent_id != known.parent_id:
                self._move(known, parent_id, may_move)
        return self._rows.get(provider_id)

    def delete(self, caller: Caller, provider_id: ProviderId) -> None:
        """Raises Conflict while others hang below it or somebody holds something of it."""
        self._require(caller, "delete")
        with self._parts.db.write():
            self._rows.get(provider_id)
            if self._rows.children(provider_id):
                raise Conflict(
                    "placement.provider_has_children",
                    f"Resource provider {provider_id} has others below it. Delete those first",
                )
            if self._rows.is_used(provider_id):
                raise Conflict(
                    "placement.provider_in_use",
                    f"Resource provider {provider_id} has allocations. Delete those first",
                )
            self._rows.remove(provider_id)

    def _move(self, known: Provider, parent_id: ProviderId | None, may_move: bool) -> None:
        if known.parent_id is not None and not may_move:
            raise Invalid(
                "placement.provider_has_parent",
                f"Resource provider {known.id} has a parent already. Use microversion 1.37 to move it",
            )
        root_id = known.id if parent_id is None else self._parent(known.id, parent_id).root_id
        self._rows.move(known.id, parent_id, root_id)

    def _parent(self, provider_id: ProviderId, parent_id: ProviderId) -> Provider:
        parent = self._rows.find(parent_id)
        if parent is None:
            raise Invalid("placement.unknown_parent", f"There is no resource provider {parent_id} to be the parent")
        above: Provider | None = parent
        while above is not None and above.id != provider_id:
            above = self._rows.find(above.parent_id) if above.parent_id else None
        if above is not None:
            raise Invalid("placement.loop", f"Resource provider {parent_id} is or hangs below {provider_id} itself")
        return parent

    def _check_name(self, name: str) -> None:
        if self._rows.find_by_name(name) is not None:
            raise Conflict("placement.name_taken", f"There is a resource provider named {name} already")

    def _require(self, caller: Caller, operation: str) -> None:
        self._parts.policy.require(caller, f"placement:resource_providers:{operation}", {})


def _named(room: Room, which: ProviderFilter) -> bool:
    return which.name in (None, room.provider.name) and which.provider_id in (None, room.provider.id)


def _grants(room: Room, wish: Wish) -> bool:
    return (
        wish.has_traits(room.traits)
        and wish.has_aggregates(room.aggregates)
        and not wish.not_member_of & room.aggregates
        and room.has_all(wish.resources)
    )
