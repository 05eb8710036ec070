"""Roles and what they imply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from haneul.kit.errors import Forbidden, NotFound
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import EVERYTHING, DomainId, Listing, Role, RoleId
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs import targets
from haneul.services.identity.verbs.immutable import merged_options, require_mutable

NEVER_IMPLIED = frozenset({"admin"})


@dataclass(frozen=True)
class NewRole:
    name: str
    domain_id: str | None = None
    description: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Inference:
    """A role and all that it implies directly."""

    prior: Role
    implied: tuple[Role, ...]


class Roles:
    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Role]:
        """The roles of the domain that the listing names; without one, those of no domain."""
        domain_id = listing.value("domain_id")
        self._policy.require(caller, "identity:list_domain_roles" if domain_id else "identity:list_roles")
        return self._store.roles.page(listing if domain_id else listing.where("domain_id", None))

    def get(self, caller: Caller, role_id: str, verb: str = "get") -> Role:
        """`verb` names the rule: get, update or delete."""
        role = self._store.roles.get(role_id)
        kind = "domain_role" if role.domain_id else "role"
        self._policy.require(caller, f"identity:{verb}_{kind}", targets.of_role(role))
        return role

    def create(self, caller: Caller, new: NewRole) -> Role:
        kind = "domain_role" if new.domain_id else "role"
        self._policy.require(caller, f"identity:create_{kind}")
        with self._store.changing():
            if new.domain_id is not None:
                self._store.projects.get(new.domain_id)
            domain_id = None if new.domain_id is None else DomainId(self._store.projects.get(new.domain_id).id)
            options = merged_options({}, new.options)
            role = Role(RoleId(new_hex()), new.name, domain_id, new.description, options, new.extra)
            return self._store.roles.add(role)

    def update(self, caller: Caller, role_id: str, changes: Mapping[str, Any]) -> Role:
        """`changes`: any of name, description, options, extra."""
        with self._store.changing():
            role = self.get(caller, role_id, "update")
            require_mutable(role.options, changes, "role", role.id)
            options = merged_options(role.options, changes.get("options", {}))
            extra = {**role.extra, **changes.get("extra", {})}
            return self._store.roles.change(replace(role, **{**changes, "options": options, "extra": extra}))

    def delete(self, caller: Caller, role_id: str) -> None:
        """With every assignment of it."""
        with self._store.changing():
            role = self.get(caller, role_id, "delete")
            require_mutable(role.options, {"deleted": True}, "role", role.id)
            self._store.roles.remove(role.id)

    def inferences(self, caller: Caller) -> Sequence[Inference]:
        self._policy.require(caller, "identity:list_role_inference_rules")
        with self._store.db.read():
            implications = self._store.roles.implications()
            roles = {role.id: role for role in self._store.roles.all()}
        return [
            Inference(roles[prior], tuple(roles[each] for each in implied)) for prior, implied in implications.items()
        ]

    def implied_by(self, caller: Caller, prior_id: str) -> Inference:
        self._policy.require(caller, "identity:list_implied_roles")
        prior = self._store.roles.get(prior_id)
        implied = self._store.roles.find_many(self._store.roles.implications().get(prior.id, []))
        return Inference(prior, tuple(implied.values()))

    def implication(self, caller: Caller, prior_id: str, implied_id: str, rule: str) -> Inference:
        """The one implication, else NotFound."""
        self._policy.require(caller, rule)
        prior, implied = self._store.roles.get(prior_id), self._store.roles.get(implied_id)
        if implied.id not in self._store.roles.implications().get(prior.id, []):
            raise NotFound("role.not_implied", f"The role {prior_id} does not imply {implied_id}.")
        return Inference(prior, (implied,))

    def imply(self, caller: Caller, prior_id: str, implied_id: str) -> Inference:
        """Who has the first role has the second too, from now on."""
        self._policy.require(caller, "identity:create_implied_role")
        with self._store.changing():
            prior, implied = self._store.roles.get(prior_id), self._store.roles.get(implied_id)
            if implied.name in NEVER_IMPLIED:
                raise Forbidden("role.never_implied", f"The role {implied.name} cannot be implied: assign it.")
            if prior.domain_id is None and implied.domain_id is not None:
                raise Forbidden(
                    "role.implies_domain_role",
                    f"The role {implied.name} belongs to a domain and cannot be implied by one that does not.",
                )
            if implied.id not in self._store.roles.implications().get(prior.id, []):
                self._store.roles.imply(prior.id, implied.id)
        return Inference(prior, (implied,))

    def imply_no_more(self, caller: Caller, prior_id: str, implied_id: str) -> None:
        self.implication(caller, prior_id, implied_id, "identity:delete_implied_role")
        with self._store.changing():
            self._store.roles.imply_no_more(prior_id, implied_id)
