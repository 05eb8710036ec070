"""Providers of resources: what they have, are and belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

ProviderId = NewType("ProviderId", str)
ConsumerId = NewType("ConsumerId", str)
"""Whoever holds resources: a server's id."""

NO_LIMIT = 2147483647

DISABLED = "COMPUTE_STATUS_DISABLED"
"""The trait of a host that takes no new servers."""
SHARES = "MISC_SHARES_VIA_AGGREGATE"
"""The trait of a provider that gives to every tree with which it has an aggregate in common."""


@dataclass(frozen=True)
class Inventory:
    """How much of one class of resource a provider has, and in what portions it gives it."""

    total: int
    reserved: int = 0
    """Kept back for the host itself."""
    min_unit: int = 1
    max_unit: int = NO_LIMIT
    step_size: int = 1
    allocation_ratio: float | None = None
    """How many times over it is given away; None: as the cloud's settings say for this class."""

    def capacity(self) -> int:
        """How much may be held of it altogether."""
        return int((self.total - self.reserved) * (1.0 if self.allocation_ratio is None else self.allocation_ratio))


@dataclass(frozen=True)
class Provider:
    """Something that has resources: a host, or a part of one."""

    id: ProviderId
    name: str
    generation: int
    parent_id: ProviderId | None
    root_id: ProviderId
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Room:
    """A provider with all that one may ask about it."""

    provider: Provider
    inventories: Mapping[str, Inventory]
    """By resource class."""
    used: Mapping[str, int]
    """Of each of these classes."""
    traits: frozenset[str]
    aggregates: frozenset[str]

    def free(self, resource_class: str) -> int:
        had = self.inventories.get(resource_class)
        return had.capacity() - self.used[resource_class] if had else 0

    def grants(self, resource_class: str, amount: int) -> int:
        """How much of `amount` it can give now in one portion; 0 when nothing."""
        had = self.inventories.get(resource_class)
        if had is None:
            return 0
        most = min(amount, self.free(resource_class), had.max_unit)
        whole = most - most % had.step_size
        return whole if whole >= max(1, had.min_unit) else 0

    def has_all(self, resources: Mapping[str, int]) -> bool:
        return all(self.grants(name, amount) == amount for name, amount in resources.items())
