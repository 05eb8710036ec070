"""Hosts as providers of room: for the services of this cloud, which need no permission."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from haneul.kit.errors import Conflict
from haneul.services.placement.model import DISABLED, Inventory, Provider, ProviderId
from haneul.services.placement.parts import Parts


class Hosts:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._rows = parts.store.providers

    def ensure_provider(self, provider_id: ProviderId, name: str, inventories: Mapping[str, Inventory]) -> Provider:
        """Have a provider of this name with exactly these resources, by class.

        What it has may shrink below what is held of it: then it takes nothing new until enough is given back. A
        class that vanishes while somebody holds it stays, with nothing to give.
        """
        with self._parts.db.write():
            known = self._rows.find(provider_id)
            if known is None:
                self._rows.add(Provider(provider_id, name, 0, None, provider_id), self._parts.clock.now())
            elif known.name != name:
                self._rows.rename(provider_id, name, self._parts.clock.now())
            if self._adjust(provider_id, inventories):
                self._rows.touch(provider_id, self._parts.clock.now())
        return self.get(provider_id)

    def ensure_traits(self, provider_id: ProviderId, traits: Iterable[str]) -> None:
        """Have it show exactly these traits; whether it takes new servers stays as it is."""
        with self._parts.db.write():
            self.get(provider_id)
            had = self._rows.traits(provider_id)
            wanted = (frozenset(traits) - {DISABLED}) | (had & {DISABLED})
            self._set_traits(provider_id, had, wanted)

    def set_disabled(self, provider_id: ProviderId, disabled: bool) -> None:
        """Whether it takes new servers; those that it has stay."""
        with self._parts.db.write():
            self.get(provider_id)
            had = self._rows.traits(provider_id)
            self._set_traits(provider_id, had, had | {DISABLED} if disabled else had - {DISABLED})

    def disabled(self) -> frozenset[ProviderId]:
        """Those that take no new servers."""
        return self._rows.with_trait(DISABLED)

    def change_aggregates(self, provider_id: ProviderId, joined: Iterable[str] = (), left: Iterable[str] = ()) -> None:
        """Have it belong to these and not to those; to which others it belongs stays as it is."""
        with self._parts.db.write():
            self.get(provider_id)
            had = self._rows.aggregates(provider_id)
            wanted = (had | frozenset(joined)) - frozenset(left)
            if wanted != had:
                self._rows.set_aggregates(provider_id, wanted)
                self._rows.touch(provider_id, self._parts.clock.now())

    def get(self, provider_id: ProviderId) -> Provider:
        """Raises NotFound."""
        return self._rows.get(provider_id)

    def remove(self, provider_id: ProviderId) -> None:
        """Forget the host; Conflict while somebody holds something of it."""
        with self._parts.db.write():
            if self._rows.is_used(provider_id):
                raise Conflict(
                    "placement.provider_in_use",
                    f"Resource provider {provider_id} has allocations. Delete or move the servers on it first",
                )
            self._rows.remove(provider_id)

    def _adjust(self, provider_id: ProviderId, wanted: Mapping[str, Inventory]) -> bool:
        """Make the inventories so; whether that changed anything."""
        had = self._rows.inventories(provider_id)
        new = {name: self._with_ratio(name, inventory) for name, inventory in wanted.items()}
        for name in had.keys() - new.keys():
            if self._rows.is_used(provider_id, name):
                new[name] = replace(had[name], total=0, reserved=0)
            else:
                self._rows.remove_inventory(provider_id, name)
        for name, inventory in new.items():
            if had.get(name) != inventory:
                self._rows.put_inventory(provider_id, name, inventory)
        return had != new

    def _with_ratio(self, name: str, inventory: Inventory) -> Inventory:
        if inventory.allocation_ratio is not None:
            return inventory
        return replace(inventory, allocation_ratio=self._parts.ratios.get(name, 1.0))

    def _set_traits(self, provider_id: ProviderId, had: frozenset[str], wanted: frozenset[str]) -> None:
        if had != wanted:
            self._rows.set_traits(provider_id, wanted)
            self._rows.touch(provider_id, self._parts.clock.now())
