"""Domains: the roots under which projects, users, groups and roles live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from haneul.kit.errors import Forbidden, NotFound
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import EVERYTHING, Listing, Project, ProjectId, UserDeleted, UserId
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs import targets
from haneul.services.identity.verbs.access import Access
from haneul.services.identity.verbs.immutable import merged_options, require_mutable
from haneul.services.identity.verbs.projects import remove_projects


@dataclass(frozen=True)
class NewDomain:
    name: str
    id: str | None = None
    """None: it is chosen."""
    description: str = ""
    is_enabled: bool = True
    tags: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


class Domains:
    def __init__(self, parts: Parts, access: Access) -> None:
        self._parts = parts
        self._policy = parts.policy
        self._store = parts.store
        self._access = access

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Project]:
        target = {"target.domain.id": caller.domain_id} if caller.domain_id else {}
        self._policy.require(caller, "identity:list_domains", target)
        if caller.domain_id:
            listing = listing.where("id", caller.domain_id)
        return self._store.projects.page(listing.where("is_domain", True))

    def get(self, caller: Caller, domain_id: str, rule: str = "identity:get_domain") -> Project:
        domain = self._find(domain_id)
        self._policy.require(caller, rule, targets.of_domain(domain))
        if domain is None:
            raise _missing(domain_id)
        return domain

    def mine(self, caller: Caller) -> Sequence[Project]:
        """Every enabled domain for which the caller could have a token."""
        self._policy.require(caller, "identity:get_auth_domains")
        return [
            domain for domain in self._access.domains(UserId(caller.user_id), caller.group_ids) if domain.is_enabled
        ]

    def create(self, caller: Caller, new: NewDomain, rule: str = "identity:create_domain") -> Project:
        self._policy.require(caller, rule)
        domain_id = ProjectId(new.id or new_hex())
        with self._store.changing():
            return self._store.projects.add(
                Project(
                    id=domain_id,
                    name=new.name,
                    domain_id=None,
                    parent_id=None,
                    path=domain_id,
                    description=new.description,
                    is_domain=True,
                    is_enabled=new.is_enabled,
                    tags=new.tags,
                    options=merged_options({}, new.options),
                    extra=new.extra,
                )
            )

    def update(self, caller: Caller, domain_id: str, changes: Mapping[str, Any]) -> Project:
        """`changes`: any of name, description, is_enabled, tags, options, extra."""
        with self._store.changing():
            domain = self._existing(domain_id)
            self._policy.require(caller, "identity:update_domain", targets.of_domain(domain))
            require_mutable(domain.options, changes, "domain", domain.id)
            options = merged_options(domain.options, changes.get("options", {}))
            extra = {**domain.extra, **changes.get("extra", {})}
            return self._store.projects.change(replace(domain, **{**changes, "options": options, "extra": extra}))

    def delete(self, caller: Caller, domain_id: str) -> None:
        """With everything that lives in it; it must be disabled, so that nothing there is in use."""
        with self._store.changing():
            domain = self.get(caller, domain_id, "identity:delete_domain")
            require_mutable(domain.options, {"deleted": True}, "domain", domain.id)
            if domain.is_enabled:
                raise Forbidden("domain.enabled", f"Cannot delete the domain {domain.name}: disable it first.")
            users = self._store.users.all(self._store.users.table.c.domain_id == domain.id)
            groups = self._store.groups.all(self._store.groups.table.c.domain_id == domain.id)
            self._store.assignments.remove_of_actors("user", [user.id for user in users])
            self._store.assignments.remove_of_actors("group", [group.id for group in groups])
            for user in users:
                self._store.credentials.remove_where(self._store.credentials.table.c.user_id == user.id)
                self._parts.bus.publish(UserDeleted(user.id))
            remove_projects(self._parts, [*(each.id for each in self._store.projects.below(domain)), domain.id])
            self._store.projects.remove_in_domain(domain.id)

    def _existing(self, domain_id: str) -> Project:
        domain = self._find(domain_id)
        if domain is None:
            raise _missing(domain_id)
        return domain

    def _find(self, domain_id: str) -> Project | None:
        found = self._store.projects.find(domain_id)
        return found if found is not None and found.is_domain else None


def _missing(domain_id: str) -> NotFound:
    return NotFound("domain.not_found", f"Could not find domain: {domain_id}.")
