"""Aggregates: hosts that have something in common, as administrators see it. A zone is an aggregate that users see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

ZONE_KEY = "availability_zone"
"""The entry of an aggregate's metadata that makes its hosts a zone."""


@dataclass(frozen=True)
class Aggregate:
    """A group of hosts with facts about them; a host may be in many."""

    number: int
    """By which the compute API knows it."""
    id: str
    """By which placement knows it."""
    name: str
    created_at: datetime
    updated_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    host_names_by_id: Mapping[str, str] = field(default_factory=dict)
    """In the order in which they were added."""

    @property
    def zone(self) -> str | None:
        return self.metadata.get(ZONE_KEY)


@dataclass(frozen=True)
class Zone:
    """A zone and the hosts in it."""

    name: str
    host_ids: frozenset[str]
    is_available: bool
    """True if one of its hosts may take new servers."""
