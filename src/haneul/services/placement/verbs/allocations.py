"""Allocations as clients of the placement API write them: all that a consumer holds, of several providers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.placement.model import (
    UNKNOWN_OWNER,
    AnyGeneration,
    Claim,
    Consumer,
    ConsumerId,
    NewHoldings,
    NewInventories,
    Provider,
    ProviderId,
    Usage,
)
from haneul.services.placement.parts import Parts
from haneul.services.placement.store import UNKNOWN_TYPE
from haneul.services.placement.verbs.inventories import InventoryVerbs
from haneul.services.placement.verbs.names import Names


@dataclass(frozen=True)
class Holding:
    """What a consumer holds of a provider, with both as they are now."""

    claim: Claim
    consumer: Consumer
    provider: Provider


class Allocations:
    def __init__(self, parts: Parts, classes: Names, inventories: InventoryVerbs) -> None:
        self._parts = parts
        self._claims = parts.store.claims
        self._consumers = parts.store.consumers
        self._providers = parts.store.providers
        self._classes = classes
        self._inventories = inventories

    def of_consumer(self, caller: Caller, consumer_id: ConsumerId) -> tuple[Holding, ...]:
        """Nothing for a consumer that nobody knows."""
        self._parts.policy.require(caller, "placement:allocations:list", {})
        return self._with_both(self._claims.of_consumer(consumer_id))

    def of_provider(self, caller: Caller, provider_id: ProviderId) -> tuple[Provider, tuple[Holding, ...]]:
        self._parts.policy.require(caller, "placement:resource_providers:allocations:list", {})
        provider = self._providers.get(provider_id)
        return provider, self._with_both(self._claims.of_provider(provider_id))

    def replace(self, caller: Caller, holdings: NewHoldings) -> None:
        """What one consumer holds from now on; see `replace_many`."""
        self._parts.policy.require(caller, "placement:allocations:update", {})
        self._replace([holdings])

    def replace_many(self, caller: Caller, holdings: Sequence[NewHoldings]) -> None:
        """All of it or, with an error, nothing.

        Raises Conflict `placement.changed` when a consumer has changed, Conflict `placement.no_room` when a
        provider has not so much left, Invalid for providers and resource classes that do not exist.
        """
        self._parts.policy.require(caller, "placement:allocations:manage", {})
        self._replace(holdings)

    def delete(self, caller: Caller, consumer_id: ConsumerId) -> None:
        """Raises NotFound when it holds nothing."""
        self._parts.policy.require(caller, "placement:allocations:delete", {})
        with self._parts.db.write():
            held = self._claims.of_consumer(consumer_id)
            if not held:
                raise NotFound("placement.no_allocations", f"Consumer {consumer_id} has no allocations")
            self._claims.give_back(consumer_id)
            self._claims.forget_consumer(consumer_id)

    def reshape(self, caller: Caller, inventories: Sequence[NewInventories], holdings: Sequence[NewHoldings]) -> None:
        """Move inventories between providers together with what is held of them, all or nothing."""
        self._parts.policy.require(caller, "placement:reshaper:reshape", {})
        with self._parts.db.write():
            for new in inventories:
                if self._providers.find(new.provider_id) is None:
                    raise Invalid("placement.unknown_provider", f"There is no resource provider {new.provider_id}")
                self._providers.get_at(new.provider_id, new.generation)
            for each in holdings:
                self._claims.give_back(each.consumer_id)
            self._inventories.reshape(inventories)
            self._replace(holdings)

    def usages_of_provider(self, caller: Caller, provider_id: ProviderId) -> tuple[Provider, dict[str, int]]:
        """How much of each class that it has is held."""
        self._parts.policy.require(caller, "placement:resource_providers:usages", {})
        return self._providers.get(provider_id), self._providers.used(provider_id)

    def usages_of_project(self, caller: Caller, project_id: str, user_id: str | None) -> tuple[Usage, ...]:
        """By consumer type."""
        self._parts.policy.require(caller, "placement:usages", {"project_id": project_id})
        return tuple(self._consumers.usages(project_id, user_id))

    def _replace(self, holdings: Sequence[NewHoldings]) -> None:
        with self._parts.db.write():
            for new in holdings:
                self._check(new)
            consumers = [self._consumer(new) for new in holdings]
            touched: set[ProviderId] = set()
            for new in holdings:
                touched |= {claim.provider_id for claim in self._claims.of_consumer(new.consumer_id)}
                self._claims.give_back(new.consumer_id)
            for new, consumer in zip(holdings, consumers, strict=True):
                touched |= self._take(new, consumer)
            self._touch(touched)

    def _check(self, new: NewHoldings) -> None:
        for provider_id, resources in new.resources.items():
            if self._providers.find(provider_id) is None:
                raise Invalid("placement.unknown_provider", f"There is no resource provider {provider_id}")
            self._classes.check_known(resources)

    def _consumer(self, new: NewHoldings) -> Consumer:
        """The consumer as it will be; raises Conflict when it is not as the writer believes."""
        known = self._consumers.find(new.consumer_id)
        generation = known.generation if known else None
        if not isinstance(new.generation, AnyGeneration) and new.generation != generation:
            raise Conflict(
                "placement.changed",
                f"Consumer {new.consumer_id} is of generation {generation} by now, not {new.generation}. Look again",
            )
        return Consumer(
            id=new.consumer_id,
            project_id=new.project_id or (known.project_id if known else UNKNOWN_OWNER),
            user_id=new.user_id or (known.user_id if known else UNKNOWN_OWNER),
            generation=(generation or 0) + 1,
            consumer_type=_kind(new.consumer_type) or (known.consumer_type if known else None),
        )

    def _take(self, new: NewHoldings, consumer: Consumer) -> set[ProviderId]:
        if not new.resources:
            self._claims.forget_consumer(new.consumer_id)
            return set()
        now = self._parts.clock.now()
        self._consumers.put(consumer, now)
        for provider_id, resources in new.resources.items():
            for name, amount in sorted(resources.items()):
                if not self._claims.take(provider_id, name, amount):
                    raise Conflict(
                        "placement.no_room",
                        f"Unable to allocate {amount} {name} of resource provider {provider_id}: it has not so much "
                        "left, or not in such a portion. Ask for allocation candidates again",
                    )
            claim = Claim(new.consumer_id, provider_id, resources, consumer.project_id, consumer.user_id)
            self._claims.write_lines(claim, now)
        return set(new.resources)

    def _touch(self, provider_ids: Iterable[ProviderId]) -> None:
        for provider_id in sorted(set(provider_ids)):
            self._providers.touch(provider_id, self._parts.clock.now())

    def _with_both(self, claims: Sequence[Claim]) -> tuple[Holding, ...]:
        found = []
        for claim in claims:
            consumer = self._consumers.find(claim.consumer_id)
            provider = self._providers.find(claim.provider_id)
            if consumer and provider:
                found.append(Holding(claim, consumer, provider))
        return tuple(found)


def _kind(consumer_type: str | None) -> str | None:
    return None if consumer_type == UNKNOWN_TYPE else consumer_type
