"""Claims and what is asked about room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from haneul.services.placement.model.providers import DISABLED, ConsumerId, ProviderId


@dataclass(frozen=True)
class Claim:
    """What one consumer holds of one provider."""

    consumer_id: ConsumerId
    provider_id: ProviderId
    resources: Mapping[str, int]
    project_id: str
    user_id: str


@dataclass(frozen=True)
class Bound:
    """Which providers come into question, by what they are or where they belong, and how that is told."""

    ids: frozenset[str]
    """Of providers, or of aggregates."""
    reason: str
    """What those are that it takes away, in words: `outside of the zone north`."""
    remedy: str
    """What would let one of those in again: `ask for another zone`."""
    is_inside: bool = True
    """True: one of `ids`, or a member of one; False: none of them."""
    is_of_aggregates: bool = False
    told: str = ""
    """The reason for whoever must not know which hosts there are; empty: not told."""

    def holds(self, provider_id: str, aggregates: frozenset[str]) -> bool:
        belongs = bool(aggregates & self.ids) if self.is_of_aggregates else provider_id in self.ids
        return belongs is self.is_inside


@dataclass(frozen=True)
class CandidateRequest:
    """What is looked for, all of it at one provider."""

    resources: Mapping[str, int]
    required: frozenset[str] = frozenset()
    """Traits that it must have."""
    forbidden: frozenset[str] = frozenset({DISABLED})
    """Traits that it must not have."""
    in_provider: ProviderId | None = None
    """This one and no other."""
    not_in: frozenset[ProviderId] = frozenset()
    """Those were tried already."""
    bounds: tuple[Bound, ...] = ()
    """Where else it must be, or must not be."""
    limit: int = 20


@dataclass(frozen=True)
class Candidate:
    """A provider that has room now."""

    provider_id: ProviderId
    name: str
    free: Mapping[str, int] = field(default_factory=dict)
    """What would be left of each resource asked for, before this request takes its share."""


@dataclass(frozen=True)
class Removed:
    """What one condition of a request took away."""

    reason: str
    """What those are that it took away, in words: `with less than 4 VCPU free`."""
    count: int
    """How many of the providers that met the conditions before it did not meet it."""
    told: str = ""
    """The reason without a word about which hosts there are; empty: not for everybody."""


@dataclass(frozen=True)
class Refusal:
    """Why a request finds no provider, and what would."""

    total: int
    """All providers there are."""
    removed: tuple[Removed, ...]
    """In the order in which the conditions were looked at; those that took nothing away are left out."""
    nearest: str
    """The smallest change with which it would work, as a sentence; empty when there is none."""

    @property
    def message(self) -> str:
        """All of it as text for the one who asked."""
        if not self.total:
            return "The cloud has no hosts yet. Add one"
        lost = ", ".join(f"{removed.count} {removed.reason}" for removed in self.removed)
        return " ".join(part for part in (f"No host fits. Of {self.total}: {lost}.", self.nearest) if part)
