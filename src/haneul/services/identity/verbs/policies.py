"""Policies that remote services keep here: text that means nothing to the cloud itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from haneul.kit.errors import NotFound
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import EVERYTHING, Endpoint, KeptPolicy, Listing, PolicyUse
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

    def use(self, caller: Caller, policy_id: str, use: PolicyUse) -> None:
        """The policy is for that from now on, and no other policy is."""
        with self._store.db.write():
            policy = self._policy_for(caller, "create", policy_id, use)
            for each in self._store.policies.all():
                if use in each.uses:
                    self._store.policies.change(replace(each, uses=tuple(u for u in each.uses if u != use)))
            self._store.policies.change(replace(policy, uses=(*(u for u in policy.uses if u != use), use)))

    def require_use(self, caller: Caller, policy_id: str, use: PolicyUse) -> None:
        """NotFound unless the policy is for that."""
        self._require_used(self._policy_for(caller, "check", policy_id, use), use)

    def use_no_more(self, caller: Caller, policy_id: str, use: PolicyUse) -> None:
        with self._store.db.write():
            policy = self._policy_for(caller, "delete", policy_id, use)
            self._require_used(policy, use)
            self._store.policies.change(replace(policy, uses=tuple(u for u in policy.uses if u != use)))

    def of_endpoint(self, caller: Caller, endpoint_id: str) -> KeptPolicy:
        """The endpoint's own policy, else that of its service in its region or one above, else its service's."""
        self._policy.require(caller, "identity:get_policy_for_endpoint")
        endpoint = self._store.endpoints.get(endpoint_id)
        policy_by_use = {use: policy for policy in self._store.policies.all() for use in policy.uses}
        for use in self._uses_of(endpoint):
            if use in policy_by_use:
                return policy_by_use[use]
        raise NotFound("policy.not_found", f"No policy is associated with endpoint {endpoint_id}.")

    def endpoints(self, caller: Caller, policy_id: str) -> Sequence[Endpoint]:
        policy = self.get(caller, policy_id, "identity:list_endpoints_for_policy")
        policy_by_use = {use: each.id for each in self._store.policies.all() for use in each.uses}

        def is_for(endpoint: Endpoint) -> bool:
            found = next((policy_by_use[use] for use in self._uses_of(endpoint) if use in policy_by_use), None)
            return found == policy.id

        return [endpoint for endpoint in self._store.endpoints.all() if is_for(endpoint)]

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[KeptPolicy]:
        self._policy.require(caller, "identity:list_policies")
        return self._store.policies.page(listing)

    def _uses_of(self, endpoint: Endpoint) -> Sequence[PolicyUse]:
        """The uses that apply to an endpoint, the closest first."""
        uses = [PolicyUse(endpoint_id=endpoint.id)]
        region = self._store.regions.find(endpoint.region_id) if endpoint.region_id else None
        while region is not None:
            uses.append(PolicyUse(service_id=endpoint.service_id, region_id=region.id))
            region = self._store.regions.find(region.parent_region_id) if region.parent_region_id else None
        return [*uses, PolicyUse(service_id=endpoint.service_id)]

    def _policy_for(self, caller: Caller, verb: str, policy_id: str, use: PolicyUse) -> KeptPolicy:
        what = "endpoint" if use.endpoint_id else "region_and_service" if use.region_id else "service"
        policy = self.get(caller, policy_id, f"identity:{verb}_policy_association_for_{what}")
        if use.endpoint_id is not None:
            self._store.endpoints.get(use.endpoint_id)
        if use.service_id is not None:
            self._store.services.get(use.service_id)
        if use.region_id is not None:
            self._store.regions.get(use.region_id)
        return policy

    def _require_used(self, policy: KeptPolicy, use: PolicyUse) -> None:
        if use not in policy.uses:
            raise NotFound("policy.not_associated", f"The policy {policy.id} is not associated with that.")
