"""The stores, as callers see them."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.kit.policy import Caller
from haneul.services.image.driver import NamedStore
from haneul.services.image.parts import Parts


@dataclass(frozen=True)
class StoreVerbs:
    parts: Parts

    @property
    def default(self) -> str:
        """The store for data that nobody chose one for."""
        return self.parts.stores.default.name

    def list(self) -> tuple[NamedStore, ...]:
        """Every store, the heaviest first."""
        return tuple(self.parts.stores)

    def list_details(self, caller: Caller) -> tuple[NamedStore, ...]:
        """The same, for those who may know where they lie. Raises Forbidden."""
        self.parts.policy.require(caller, "stores_info_detail", {"project_id": caller.project_id})
        return self.list()
