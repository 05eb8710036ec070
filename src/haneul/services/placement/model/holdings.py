"""What consumers hold, as clients of the placement API write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from haneul.services.placement.model.providers import ConsumerId, Inventory, ProviderId

UNKNOWN_OWNER = "00000000-0000-0000-0000-000000000000"
"""The project and user of a consumer of whom a very old client did not say them."""


class AnyGeneration:
    """The writer does not know of generations: whatever is there is replaced."""


ANY_GENERATION = AnyGeneration()


@dataclass(frozen=True)
class Consumer:
    id: ConsumerId
    project_id: str
    user_id: str
    generation: int
    consumer_type: str | None


@dataclass(frozen=True)
class NewHoldings:
    """All that a consumer shall hold from now on; nothing where `resources` is empty."""

    consumer_id: ConsumerId
    resources: Mapping[ProviderId, Mapping[str, int]]
    project_id: str | None
    user_id: str | None
    generation: int | AnyGeneration | None
    """The consumer's as the writer knows it; None: it does not exist yet."""
    consumer_type: str | None


@dataclass(frozen=True)
class NewInventories:
    """All that a provider shall have from now on."""

    provider_id: ProviderId
    generation: int
    inventories: Mapping[str, Inventory]


@dataclass(frozen=True)
class Usage:
    """What the consumers of one type hold together."""

    consumer_type: str
    consumer_count: int
    resources: Mapping[str, int]
