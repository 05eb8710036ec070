"""Attribute mappings: the rules by which people who are known elsewhere become users here (OS-FEDERATION)."""

from __future__ import annotations

from haneul.kit.errors import Conflict
from haneul.kit.policy import Caller
from haneul.services.identity.model import EVERYTHING, AttributeMapping, Listing
from haneul.services.identity.model.mapping_rules import check
from haneul.services.identity.parts import Parts


class Mappings:
    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[AttributeMapping]:
        self._policy.require(caller, "identity:list_mappings")
        return self._store.mappings.page(listing)

    def get(self, caller: Caller, mapping_id: str, rule: str = "identity:get_mapping") -> AttributeMapping:
        self._policy.require(caller, rule)
        return self._store.mappings.get(mapping_id)

    def create(self, caller: Caller, new: AttributeMapping) -> AttributeMapping:
        """Invalid if one of its rules could never be used."""
        self._policy.require(caller, "identity:create_mapping")
        check(new.rules)
        return self._store.mappings.add(new)

    def update(self, caller: Caller, new: AttributeMapping) -> AttributeMapping:
        """Counts from the next sign-in on."""
        self._policy.require(caller, "identity:update_mapping")
        with self._store.db.write():
            self._store.mappings.get(new.id)
            check(new.rules)
            return self._store.mappings.change(new)

    def delete(self, caller: Caller, mapping_id: str) -> None:
        with self._store.db.write():
            mapping = self.get(caller, mapping_id, "identity:delete_mapping")
            if self._store.protocols.uses(mapping.id):
                raise Conflict("mapping.in_use", f"The mapping {mapping_id} is used by a protocol: delete that first.")
            self._store.mappings.remove(mapping.id)
