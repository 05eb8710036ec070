"""What resource providers have, as clients of the placement API write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.placement.model import Inventory, NewInventories, Provider, ProviderId
from haneul.services.placement.parts import Parts
from haneul.services.placement.verbs.names import Names


@dataclass(frozen=True)
class Inventories:
    """All that a provider has, by resource class."""

    provider: Provider
    by_class: Mapping[str, Inventory]


class InventoryVerbs:
    """Writers of a whole name the provider's generation as they know it; may_reserve_all: see `_check`."""

    def __init__(self, parts: Parts, classes: Names) -> None:
        self._parts = parts
        self._rows = parts.store.providers
        self._classes = classes

    def list(self, caller: Caller, provider_id: ProviderId) -> Inventories:
        self._require(caller, "list")
        return self._read(provider_id)

    def get(self, caller: Caller, provider_id: ProviderId, resource_class: str) -> Inventories:
        """Of this class alone; raises NotFound."""
        self._require(caller, "show")
        return self._one(self._read(provider_id), resource_class)

    def create(
        self,
        caller: Caller,
        provider_id: ProviderId,
        resource_class: str,
        inventory: Inventory,
        may_reserve_all: bool = True,
    ) -> Inventories:
        """Raises Conflict when it has some of this class already."""
        self._require(caller, "create")
        with self._parts.db.write():
            had = self._read(provider_id)
            self._check({resource_class: inventory}, may_reserve_all)
            if resource_class in had.by_class:
                raise Conflict("placement.changed", f"There is an inventory of {resource_class} already. Update it")
            self._put(had, {**had.by_class, resource_class: inventory})
            return self._one(self._read(provider_id), resource_class)

    def update(
        self,
        caller: Caller,
        provider_id: ProviderId,
        resource_class: str,
        inventory: Inventory,
        generation: int,
        may_reserve_all: bool = True,
    ) -> Inventories:
        """Raises Conflict when the provider has changed, Invalid when it has nothing of this class."""
        self._require(caller, "update")
        with self._parts.db.write():
            self._rows.get_at(provider_id, generation)
            had = self._read(provider_id)
            self._check({resource_class: inventory}, may_reserve_all)
            if resource_class not in had.by_class:
                raise Invalid("placement.unknown_inventory", f"There is no inventory of {resource_class} to update")
            self._put(had, {**had.by_class, resource_class: inventory})
            return self._one(self._read(provider_id), resource_class)

    def replace(
        self,
        caller: Caller,
        provider_id: ProviderId,
        inventories: Mapping[str, Inventory],
        generation: int,
        may_reserve_all: bool = True,
    ) -> Inventories:
        """All at once; raises Conflict when the provider has changed or a class that goes is in use."""
        self._require(caller, "update")
        with self._parts.db.write():
            self._rows.get_at(provider_id, generation)
            self._check(inventories, may_reserve_all)
            self._put(self._read(provider_id), inventories)
            return self._read(provider_id)

    def delete(self, caller: Caller, provider_id: ProviderId, resource_class: str) -> None:
        self._require(caller, "delete")
        with self._parts.db.write():
            had = self._read(provider_id)
            self._one(had, resource_class)
            rest = {name: inventory for name, inventory in had.by_class.items() if name != resource_class}
            self._put(had, rest)

    def delete_all(self, caller: Caller, provider_id: ProviderId) -> None:
        self._require(caller, "delete")
        with self._parts.db.write():
            self._put(self._read(provider_id), {})

    def reshape(self, inventories: Sequence[NewInventories]) -> None:
        """What several providers have from now on; in the transaction of who moves the allocations along.

        It counts as two changes, since clients expect so: what is new was added, then what was old is gone.
        """
        for new in inventories:
            self._check(new.inventories, may_reserve_all=True)
            self._put(self._read(new.provider_id), new.inventories)
            self._rows.touch(new.provider_id, self._parts.clock.now())

    def _read(self, provider_id: ProviderId) -> Inventories:
        return Inventories(self._rows.get(provider_id), self._rows.inventories(provider_id))

    def _one(self, all_of_it: Inventories, resource_class: str) -> Inventories:
        if resource_class not in all_of_it.by_class:
            raise NotFound(
                "placement.no_inventory",
                f"Resource provider {all_of_it.provider.id} has no inventory of class {resource_class}",
            )
        return replace(all_of_it, by_class={resource_class: all_of_it.by_class[resource_class]})

    def _put(self, had: Inventories, wanted: Mapping[str, Inventory]) -> None:
        provider_id = had.provider.id
        for name in had.by_class.keys() - wanted.keys():
            if self._rows.is_used(provider_id, name):
                raise Conflict(
                    "placement.inventory_in_use",
                    f"Inventory of {name} on resource provider {provider_id} is in use. Delete its allocations first",
                )
            self._rows.remove_inventory(provider_id, name)
        for name, inventory in wanted.items():
            if had.by_class.get(name) != inventory:
                self._rows.put_inventory(provider_id, name, inventory)
        self._rows.touch(provider_id, self._parts.clock.now())

    def _check(self, wanted: Mapping[str, Inventory], may_reserve_all: bool) -> None:
        """Raises Invalid for an unknown class, or when more is reserved than there is (all of it, if not allowed)."""
        self._classes.check_known(wanted)
        for name, inventory in wanted.items():
            capacity = inventory.capacity()
            if capacity < 0 or (capacity == 0 and not may_reserve_all):
                raise Invalid(
                    "placement.bad_inventory",
                    f"Of {name}, {inventory.reserved} of {inventory.total} are reserved: nothing is left. Reserve less",
                )

    def _require(self, caller: Caller, operation: str) -> None:
        self._parts.policy.require(caller, f"placement:resource_providers:inventories:{operation}", {})
