"""Policies that remote services keep here: text that means nothing to the cloud itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import EVERYTHING, KeptPolicy, Listing
from haneul.services.identity.parts import Parts


class Policies:
    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store

    def get(self, caller: Caller, policy_id: str, rule: str = "identity:get_policy") -> KeptPolicy:
        self._policy.require(caller, rule)
        return self._store.policies.get(policy_id)

    def create(self, caller: Caller, new: KeptPolicy) -> KeptPolicy:
        self._policy.require(caller, "identity:create_policy")
        return self._store.policies.add(replace(new, id=new_hex()))

    def update(self, caller: Caller, policy_id: str, changes: Mapping[str, Any]) -> KeptPolicy:
        """`changes`: any of type, blob, extra."""
        with self._store.db.write():
            policy = self.get(caller, policy_id, "identity:update_policy")
            return self._store.policies.change(replace(policy, **changes))

    def delete(self, caller: Caller, policy_id: str) -> None:
        with self._store.db.write():
            self._store.policies.remove(self.get(caller, policy_id, "identity:delete_policy").id)

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[KeptPolicy]:
        self._policy.require(caller, "identity:list_policies")
        return self._store.policies.page(listing)
