"""Service providers: clouds that take this one as their identity provider (OS-FEDERATION)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from haneul.kit.policy import Caller
from haneul.services.identity.model import EVERYTHING, Listing, ServiceProvider
from haneul.services.identity.parts import Parts


class ServiceProviders:
    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store
        self._enabled: tuple[int, Sequence[ServiceProvider]] | None = None

    def enabled(self) -> Sequence[ServiceProvider]:
        """Those that every token tells of; read again only when something changed."""
        number = self._store.version.number()
        if self._enabled is None or self._enabled[0] != number:
            self._enabled = number, self._store.service_providers.page(EVERYTHING.where("is_enabled", True))
        return self._enabled[1]

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[ServiceProvider]:
        self._policy.require(caller, "identity:list_service_providers")
        return self._store.service_providers.page(listing)

    def get(self, caller: Caller, provider_id: str, rule: str = "identity:get_service_provider") -> ServiceProvider:
        self._policy.require(caller, rule)
        return self._store.service_providers.get(provider_id)

    def create(self, caller: Caller, new: ServiceProvider) -> ServiceProvider:
        self._policy.require(caller, "identity:create_service_provider")
        with self._store.changing():
            return self._store.service_providers.add(new)

    def update(self, caller: Caller, provider_id: str, changes: Mapping[str, Any]) -> ServiceProvider:
        """`changes`: any of auth_url, sp_url, description, is_enabled, relay_state_prefix."""
        with self._store.changing():
            provider = self.get(caller, provider_id, "identity:update_service_provider")
            return self._store.service_providers.change(replace(provider, **changes))

    def delete(self, caller: Caller, provider_id: str) -> None:
        with self._store.changing():
            provider = self.get(caller, provider_id, "identity:delete_service_provider")
            self._store.service_providers.remove(provider.id)
