"""What a client of the placement API looks for: groups of resources, each from one provider or one tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from haneul.services.placement.model.providers import ProviderId, Room

AnyOf = frozenset[str]
"""One of these will do."""


@dataclass(frozen=True)
class Wish:
    """What is asked of a provider."""

    resources: Mapping[str, int] = field(default_factory=dict)
    required: tuple[AnyOf, ...] = ()
    """Traits: one of each set."""
    forbidden: frozenset[str] = frozenset()
    member_of: tuple[AnyOf, ...] = ()
    """Aggregates: one of each set."""
    not_member_of: frozenset[str] = frozenset()
    in_tree: ProviderId | None = None
    """It belongs to the same tree as this provider."""

    def has_traits(self, traits: frozenset[str]) -> bool:
        return all(traits & any_of for any_of in self.required) and not traits & self.forbidden

    def has_aggregates(self, aggregates: frozenset[str]) -> bool:
        return all(aggregates & any_of for any_of in self.member_of)


@dataclass(frozen=True)
class Search:
    """Wishes by the suffix of their group; the one without a suffix may be spread over a tree."""

    groups: Mapping[str, Wish]
    limit: int | None = None
    isolate: bool = False
    """Groups with a suffix are given by different providers."""
    root_required: frozenset[str] = frozenset()
    """Traits of the tree's root."""
    root_forbidden: frozenset[str] = frozenset()
    same_subtrees: tuple[frozenset[str], ...] = ()
    """Sets of suffixes: the providers of each stand below one of them."""
    nested: bool = True
    """False for a client that does not know trees: at most one provider of each."""


@dataclass(frozen=True)
class Proposal:
    """One way to grant a search."""

    resources: Mapping[ProviderId, Mapping[str, int]]
    providers_by_suffix: Mapping[str, tuple[ProviderId, ...]]


@dataclass(frozen=True)
class Found:
    proposals: tuple[Proposal, ...]
    rooms: tuple[Room, ...]
    """Every provider of the trees in question."""


@dataclass(frozen=True)
class ProviderFilter:
    """Which providers to list."""

    name: str | None = None
    provider_id: ProviderId | None = None
    wish: Wish = field(default_factory=Wish)
