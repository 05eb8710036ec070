"""Trusts: acting with somebody else's roles, because they said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from haneul.kit.errors import Forbidden, Invalid, NotFound
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import EVERYTHING, Extra, Listing, Ref, Role, Trust, UserId
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs.access import Access
from haneul.services.identity.verbs.targets import Facts

MAX_REDELEGATIONS = 3


@dataclass(frozen=True)
class NewTrust:
    trustor_user_id: str
    trustee_user_id: str
    impersonation: bool
    project_id: str | None = None
    roles: tuple[Ref, ...] = ()
    expires_at: datetime | None = None
    remaining_uses: int | None = None
    allow_redelegation: bool = False
    redelegation_count: int | None = None
    extra: Extra = field(default_factory=dict)


def _facts(trust: Trust) -> Facts:
    return {
        "target.trust.trustor_user_id": trust.trustor_user_id,
        "target.trust.trustee_user_id": trust.trustee_user_id,
    }


class Trusts:
    def __init__(self, parts: Parts, access: Access) -> None:
        self._parts = parts
        self._policy = parts.policy
        self._store = parts.store
        self._access = access

    def create(self, caller: Caller, new: NewTrust) -> Trust:
        target = {"target.trust.trustor_user_id": new.trustor_user_id}
        self._policy.require(caller, "identity:create_trust", target)
        if caller.is_lent and not caller.trust_id:
            raise Forbidden(
                "trust.delegated",
                "An application credential, EC2 or OAuth keys may not create trusts: sign in by password.",
            )
        self._require_sensible(new)
        with self._store.changing():
            parent = self._parent(caller, new)
            if self._store.users.find(new.trustee_user_id) is None:
                raise self._store.users.missing(new.trustee_user_id)
            roles = self._roles(new)
            if parent is not None:
                self._require_within(parent, new, roles)
            trust = Trust(
                id=new_hex(),
                trustor_user_id=UserId(new.trustor_user_id),
                trustee_user_id=UserId(new.trustee_user_id),
                project_id=new.project_id,
                role_ids=tuple(role.id for role in roles),
                impersonation=new.impersonation,
                expires_at=new.expires_at,
                remaining_uses=new.remaining_uses,
                redelegated_trust_id=parent.id if parent else None,
                redelegation_count=self._redelegations(new, parent),
                extra=new.extra,
            )
            return self._store.trusts.add(trust)

    def get(self, caller: Caller, trust_id: str, rule: str = "identity:get_trust") -> Trust:
        """NotFound too if it has expired or is used up."""
        trust = self._store.trusts.get(trust_id)
        if not self._is_alive(trust):
            raise self._store.trusts.missing(trust_id)
        self._policy.require(caller, rule, _facts(trust))
        return trust

    def delete(self, caller: Caller, trust_id: str) -> None:
        """With every trust that was made of it."""
        with self._store.changing():
            trust = self.get(caller, trust_id, "identity:delete_trust")
            self._store.trusts.remove(trust.id)

    def roles(self, trust: Trust) -> Sequence[Role]:
        found = self._access.graph().roles
        return [found[role_id] for role_id in trust.role_ids if role_id in found]

    def role(self, trust: Trust, role_id: str) -> Role:
        role = next((each for each in self.roles(trust) if each.id == role_id), None)
        if role is None:
            raise NotFound("role.not_found", f"Could not find role: {role_id}.")
        return role

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Trust]:
        """Narrowed to a trustor or trustee, who may list their own."""
        trustor, trustee = listing.value("trustor_user_id"), listing.value("trustee_user_id")
        if trustor:
            target: dict[str, Any] = {"target.trust.trustor_user_id": trustor}
            self._policy.require(caller, "identity:list_trusts_for_trustor", target)
        if trustee:
            target = {"target.trust.trustee_user_id": trustee}
            self._policy.require(caller, "identity:list_trusts_for_trustee", target)
        if not trustor and not trustee:
            self._policy.require(caller, "identity:list_trusts")
        return [trust for trust in self._store.trusts.page(listing) if self._is_alive(trust)]

    def _is_alive(self, trust: Trust) -> bool:
        if trust.remaining_uses is not None and trust.remaining_uses < 1:
            return False
        return trust.expires_at is None or trust.expires_at > self._parts.clock.now()

    def _require_sensible(self, new: NewTrust) -> None:
        if new.expires_at is not None and new.expires_at <= self._parts.clock.now():
            raise Invalid("trust.expiry", "The expiration of the trust is in the past: choose a later time.")
        if bool(new.project_id) != bool(new.roles):
            raise Forbidden("trust.roles", "A trust names a project and at least one role for it, or neither of them.")
        if new.redelegation_count is not None and new.redelegation_count > MAX_REDELEGATIONS:
            raise Forbidden(
                "trust.redelegation", f"A trust may be handed on {MAX_REDELEGATIONS} times: ask for no more."
            )
        if new.allow_redelegation and new.remaining_uses is not None:
            raise Invalid("trust.redelegation", "A trust that may be handed on cannot have its uses counted.")

    def _parent(self, caller: Caller, new: NewTrust) -> Trust | None:
        if not caller.trust_id:
            return None
        parent = self._store.trusts.get(caller.trust_id)
        if parent.redelegation_count < 1:
            raise Forbidden("trust.redelegation", "This trust may not be handed on: ask its trustor for another one.")
        return parent

    def _roles(self, new: NewTrust) -> tuple[Role, ...]:
        """The roles asked for, each of which the trustor must have in the project."""
        if not new.project_id:
            return ()
        project = self._store.projects.find(new.project_id)
        if project is None:
            raise self._store.projects.missing(new.project_id)
        held = self._access.on_project(UserId(new.trustor_user_id), project)
        if not held:
            raise self._store.projects.missing(new.project_id)
        chosen: dict[str, Role] = {}
        for ref in new.roles:
            role = next(
                (each for each in held if each.id == ref.id or (ref.id is None and each.name == ref.name)), None
            )
            if role is None:
                raise self._no_role(ref)
            chosen[role.id] = role
        return tuple(chosen.values())

    def _no_role(self, ref: Ref) -> NotFound | Forbidden:
        known = self._access.graph().roles.values()
        if not any(each.id == ref.id or (ref.id is None and each.name == ref.name) for each in known):
            return NotFound("role.not_found", f"Could not find role: {ref.id or ref.name}.")
        return Forbidden("trust.role", f"You do not have the role {ref.id or ref.name} in that project.")

    def _require_within(self, parent: Trust, new: NewTrust, roles: tuple[Role, ...]) -> None:
        if new.project_id != parent.project_id or not {role.id for role in roles} <= set(parent.role_ids):
            raise Forbidden("trust.redelegation", "A trust can be handed on only for its project and roles.")
        if parent.expires_at is not None and (new.expires_at is None or new.expires_at > parent.expires_at):
            raise Forbidden("trust.redelegation", "A trust can be handed on only until it ends itself.")
        if new.impersonation and not parent.impersonation:
            raise Forbidden("trust.redelegation", "A trust without impersonation cannot be handed on with it.")

    def _redelegations(self, new: NewTrust, parent: Trust | None) -> int:
        if not new.allow_redelegation:
            return 0
        most = MAX_REDELEGATIONS if parent is None else parent.redelegation_count - 1
        wanted = most if new.redelegation_count is None else new.redelegation_count
        if wanted > most:
            raise Forbidden("trust.redelegation", f"This trust may be handed on {most} times more: ask for no more.")
        return wanted
