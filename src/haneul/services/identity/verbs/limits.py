"""Unified limits: how much of each resource a project may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from haneul.kit.errors import Forbidden, Invalid
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import EVERYTHING, Limit, Listing, RegisteredLimit
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs.targets import Facts


class RegisteredLimits:
    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store

    def get(self, caller: Caller, limit_id: str) -> RegisteredLimit:
        self._policy.require(caller, "identity:get_registered_limit")
        return self._store.registered_limits.get(limit_id)

    def create(self, caller: Caller, new: Sequence[RegisteredLimit]) -> Sequence[RegisteredLimit]:
        """All or none; ids are chosen."""
        self._policy.require(caller, "identity:create_registered_limits")
        with self._store.db.write():
            made = [replace(each, id=new_hex()) for each in new]
            for each in made:
                self._require_places(each)
                self._store.registered_limits.add(each)
        return made

    def update(self, caller: Caller, limit_id: str, changes: Mapping[str, Any]) -> RegisteredLimit:
        """`changes`: any of service_id, region_id, resource_name, default_limit, description."""
        self._policy.require(caller, "identity:update_registered_limit")
        with self._store.db.write():
            before = self._store.registered_limits.get(limit_id)
            after = replace(before, **changes)
            if set(changes) & {"service_id", "region_id", "resource_name"} and self._is_used(before):
                raise _in_use()
            self._require_places(after)
            return self._store.registered_limits.change(after)

    def delete(self, caller: Caller, limit_id: str) -> None:
        """Forbidden while a project has a limit of its own for the resource."""
        self._policy.require(caller, "identity:delete_registered_limit")
        with self._store.db.write():
            limit = self._store.registered_limits.get(limit_id)
            if self._is_used(limit):
                raise _in_use()
            self._store.registered_limits.remove(limit.id)

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[RegisteredLimit]:
        self._policy.require(caller, "identity:list_registered_limits")
        return self._store.registered_limits.page(listing)

    def _is_used(self, limit: RegisteredLimit) -> bool:
        columns = self._store.limits.table.c
        return self._store.limits.exists(
            columns.service_id == limit.service_id,
            columns.region_key == (limit.region_id or ""),
            columns.resource_name == limit.resource_name,
        )

    def _require_places(self, limit: RegisteredLimit) -> None:
        if self._store.services.find(limit.service_id) is None:
            raise Invalid("limit.service", f"Could not find service: {limit.service_id}.")
        if limit.region_id is not None and self._store.regions.find(limit.region_id) is None:
            raise Invalid("limit.region", f"Could not find region: {limit.region_id}.")


def _in_use() -> Forbidden:
    return Forbidden("registered_limit.in_use", "Projects have limits for this resource: delete those first.")


class Limits:
    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store

    def get(self, caller: Caller, limit_id: str) -> Limit:
        limit = self._store.limits.find(limit_id)
        self._policy.require(caller, "identity:get_limit", self._facts(limit))
        if limit is None:
            raise self._store.limits.missing(limit_id)
        return limit

    def create(self, caller: Caller, new: Sequence[Limit]) -> Sequence[Limit]:
        """All or none; ids are chosen. Forbidden for a resource that no limit is registered for."""
        self._policy.require(caller, "identity:create_limits")
        with self._store.db.write():
            made = [replace(each, id=new_hex()) for each in new]
            for each in made:
                self._require_owner(each)
                self._require_registered(each)
                self._store.limits.add(each)
        return made

    def update(self, caller: Caller, limit_id: str, changes: Mapping[str, Any]) -> Limit:
        """`changes`: any of resource_limit, description."""
        self._policy.require(caller, "identity:update_limit")
        with self._store.db.write():
            return self._store.limits.change(replace(self._store.limits.get(limit_id), **changes))

    def delete(self, caller: Caller, limit_id: str) -> None:
        self._policy.require(caller, "identity:delete_limit")
        with self._store.db.write():
            self._store.limits.get(limit_id)
            self._store.limits.remove(limit_id)

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Limit]:
        """All for whoever may see any, else those of the caller's project or domain."""
        self._policy.require(caller, "identity:list_limits")
        if self._policy.allows(caller, "identity:get_limit"):
            return self._store.limits.page(listing)
        if caller.project_id:
            return self._store.limits.page(listing.where("project_id", caller.project_id))
        return self._store.limits.in_domain(caller.domain_id, listing) if caller.domain_id else []

    def _facts(self, limit: Limit | None) -> Facts:
        if limit is None:
            return {}
        project = self._store.projects.find(limit.project_id) if limit.project_id else None
        facts: Facts = {"target.limit.project_id": limit.project_id}
        if project is not None:
            facts["target.limit.project.domain_id"] = project.domain_id
        if limit.domain_id:
            facts["target.limit.domain.id"] = limit.domain_id
        return facts

    def _require_owner(self, limit: Limit) -> None:
        owner = limit.project_id or limit.domain_id
        if bool(limit.project_id) == bool(limit.domain_id) or owner is None:
            raise Invalid("limit.owner", "A limit is for a project or for a domain: name one of them.")
        found = self._store.projects.find(owner)
        if found is None or found.is_domain == bool(limit.project_id):
            raise Invalid("limit.owner", f"Could not find {'project' if limit.project_id else 'domain'}: {owner}.")

    def _require_registered(self, limit: Limit) -> None:
        columns = self._store.registered_limits.table.c
        if not self._store.registered_limits.exists(
            columns.service_id == limit.service_id,
            columns.region_key == (limit.region_id or ""),
            columns.resource_name == limit.resource_name,
        ):
            raise Forbidden(
                "limit.not_registered",
                f"Unable to create a limit that has no corresponding registered limit: register "
                f"{limit.resource_name} of service {limit.service_id} first.",
            )
