"""What resource providers are and belong to: their traits and aggregates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from haneul.kit.policy import Caller
from haneul.services.placement.model import Provider, ProviderId
from haneul.services.placement.parts import Parts
from haneul.services.placement.verbs.names import Names

_PREFIX = "placement:resource_providers"


@dataclass(frozen=True)
class Belongings:
    """Names of traits, or ids of aggregates, of one provider; sorted."""

    provider: Provider
    names: tuple[str, ...]


class ProviderTraits:
    def __init__(self, parts: Parts, traits: Names) -> None:
        self._parts = parts
        self._rows = parts.store.providers
        self._traits = traits

    def get(self, caller: Caller, provider_id: ProviderId) -> Belongings:
        self._parts.policy.require(caller, f"{_PREFIX}:traits:list", {})
        return Belongings(self._rows.get(provider_id), tuple(sorted(self._rows.traits(provider_id))))

    def replace(
        self, caller: Caller, provider_id: ProviderId, traits: Iterable[str], generation: int | None
    ) -> Belongings:
        """Raises Conflict when the provider has changed, Invalid for traits that do not exist."""
        self._parts.policy.require(caller, f"{_PREFIX}:traits:update", {})
        wanted = set(traits)
        with self._parts.db.write():
            self._rows.get_at(provider_id, generation)
            self._traits.check_known(wanted)
            self._write(provider_id, wanted)
        return Belongings(self._rows.get(provider_id), tuple(sorted(wanted)))

    def delete(self, caller: Caller, provider_id: ProviderId) -> None:
        """Take all of them from it."""
        self._parts.policy.require(caller, f"{_PREFIX}:traits:delete", {})
        with self._parts.db.write():
            self._rows.get(provider_id)
            self._write(provider_id, set())

    def _write(self, provider_id: ProviderId, wanted: set[str]) -> None:
        if self._rows.traits(provider_id) != wanted:
            self._rows.set_traits(provider_id, wanted)
            self._rows.touch(provider_id, self._parts.clock.now())


class ProviderAggregates:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._rows = parts.store.providers

    def get(self, caller: Caller, provider_id: ProviderId) -> Belongings:
        self._parts.policy.require(caller, f"{_PREFIX}:aggregates:list", {})
        return Belongings(self._rows.get(provider_id), tuple(sorted(self._rows.aggregates(provider_id))))

    def replace(
        self, caller: Caller, provider_id: ProviderId, aggregates: Iterable[str], generation: int | None
    ) -> Belongings:
        """Raises Conflict when the provider has changed; `generation` None: whatever it is, and it stays."""
        self._parts.policy.require(caller, f"{_PREFIX}:aggregates:update", {})
        with self._parts.db.write():
            self._rows.get_at(provider_id, generation)
            self._rows.set_aggregates(provider_id, aggregates)
            if generation is not None:
                self._rows.touch(provider_id, self._parts.clock.now())
        return Belongings(self._rows.get(provider_id), tuple(sorted(self._rows.aggregates(provider_id))))
