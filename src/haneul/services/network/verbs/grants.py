"""Grants: things of one project used by others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.network.model.grants import ACTIONS, EVERYBODY, Action, Grant, NewGrant, Shareable
from haneul.services.network.model.listing import EVERYTHING, Listing
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access
from haneul.services.network.verbs.sharing import Sharing, in_use


@dataclass(frozen=True)
class Grants:
    parts: Parts

    @property
    def _access(self) -> Access:
        return Access(self.parts)

    def get(self, caller: Caller, grant_id: str) -> Grant:
        """Raises NotFound `grant.not_found`."""
        grant: Grant | None = self._access.find(caller, self.parts.store.grants, grant_id)
        if grant is None or not self.parts.policy.allows(caller, "get_rbac_policy", _target(grant.project_id)):
            raise NotFound("grant.not_found", f"RBAC policy with id {grant_id} not found.")
        return grant

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Grant]:
        found: list[Grant] = self._access.list(caller, self.parts.store.grants, "get_rbac_policy", listing)
        return found

    def create(self, caller: Caller, new: NewGrant) -> Grant:
        """Raises Forbidden, Invalid `grant.*`, OverQuota, NotFound `grant.no_object`, Conflict `grant.exists`."""
        project_id = self._access.owner(caller, new.project_id)
        self._require_target(caller, "create_rbac_policy", project_id, new.target_project)
        object_type, action = _kind(new)
        sharing = Sharing(self.parts, object_type)
        with self.parts.db.write():
            noun = self._object(caller, sharing, new.object_id)
            self._check_fit(object_type, noun, new.target_project)
            self._access.require_room(project_id, "rbac_policy")
            grant = sharing.grant(noun, action, new.target_project, project_id)
            self.parts.store.grants.add(grant)
            self._touch(sharing, noun)
        return grant

    def update(self, caller: Caller, grant_id: str, target_project: str) -> Grant:
        """The grant is another project's. Raises as `create`, and Conflict `grant.in_use`."""
        with self.parts.db.write():
            grant = self.get(caller, grant_id)
            self._require_target(caller, "update_rbac_policy", grant.project_id, target_project)
            sharing = Sharing(self.parts, grant.object_type)
            noun = sharing.rows.find(grant.object_id)
            self._check_fit(grant.object_type, noun, target_project)
            self._require_loose(sharing, noun, grant, _stays(grant, target_project))
            led = self.parts.store.grants.lead_to(grant, target_project)
            self._touch(sharing, noun)
        return led

    def delete(self, caller: Caller, grant_id: str) -> None:
        """Raises NotFound, Forbidden, Conflict `grant.in_use`."""
        with self.parts.db.write():
            grant = self.get(caller, grant_id)
            self.parts.policy.require(caller, "delete_rbac_policy", _target(grant.project_id))
            sharing = Sharing(self.parts, grant.object_type)
            noun = sharing.rows.find(grant.object_id)
            self._require_loose(sharing, noun, grant)
            self.parts.store.grants.remove(grant_id)
            self._touch(sharing, noun)

    def _require_target(self, caller: Caller, rule: str, project_id: str, target_project: str) -> None:
        """Everybody is for administrators only."""
        if not target_project or len(target_project) > 255:
            raise Invalid("grant.bad_target", "Invalid input for target_tenant: give a project's id, or * for all.")
        target = {**_target(project_id), "target_tenant": target_project, "target_project": target_project}
        self.parts.policy.require(caller, rule, target)
        self.parts.policy.require(caller, f"{rule}:target_tenant", target)

    def _object(self, caller: Caller, sharing: Sharing, object_id: str) -> Any:
        noun = self._access.find(caller, sharing.rows, object_id)
        if noun is None:
            raise NotFound("grant.no_object", f"{sharing.object_type} {object_id} could not be found.")
        if noun.project_id != caller.project_id and not self._access.sees_all(caller):
            raise Invalid(
                "grant.foreign_object",
                "Invalid input for operation: Only admins can manipulate policies on objects they do not own: "
                "ask its owner to share it.",
            )
        return noun

    def _check_fit(self, object_type: Shareable, noun: Any, target_project: str) -> None:
        """Raises Invalid for a pool whose scope the target may not use."""
        if object_type is not Shareable.SUBNET_POOL or noun.scope_id is None:
            return
        scope = self.parts.store.address_scopes.find(noun.scope_id)
        allowed = {scope.project_id, *scope.shared_with} if scope is not None else set()
        if not allowed & {EVERYBODY, target_project}:
            raise Invalid(
                "grant.scope_not_shared",
                f"Invalid input for operation: subnet pool {noun.id} cannot be shared with {target_project}, which "
                f"may not use its address scope {noun.scope_id}: share that with it first.",
            )

    def _require_loose(self, sharing: Sharing, noun: Any, grant: Grant, instead: str = "") -> None:
        """Raises Conflict while somebody leans on the grant."""
        others = self.parts.store.grants.of(grant.object_type, grant.object_id, grant.action)
        remaining = [each.target_project for each in others if each.id != grant.id]
        if grant.action is Action.LEAVE_BY and noun.is_default and EVERYBODY not in (*remaining, instead):
            raise Conflict(
                "grant.default_network",
                f"Network {noun.id} is the default external network, which everybody may leave by: "
                "make another one the default first.",
            )
        sharing.require_unused(noun, grant.action, [*remaining, instead], in_use(grant))

    def _touch(self, sharing: Sharing, noun: Any) -> None:
        """The thing is of a new revision: others may use it."""
        sharing.rows.save(sharing.seen(noun), self.parts.clock.now())


def _kind(new: NewGrant) -> tuple[Shareable, Action]:
    """Raises Invalid `grant.bad_type`, `grant.bad_action`."""
    if new.object_type not in tuple(Shareable):
        raise Invalid(
            "grant.bad_type",
            f"Invalid input for object_type. Reason: '{new.object_type:.80}' is not in {[str(e) for e in Shareable]}.",
        )
    object_type = Shareable(new.object_type)
    if new.action not in ACTIONS[object_type]:
        raise Invalid(
            "grant.bad_action",
            f"Invalid input for operation: Invalid action '{new.action:.80}' for object type '{object_type}'. "
            f"Valid actions: {', '.join(ACTIONS[object_type])}.",
        )
    return object_type, Action(new.action)


def _stays(grant: Grant, target_project: str) -> str:
    """Who may go on using the thing by a grant that is led elsewhere.

    With a network also its new target; with anything else only everybody, as by Neutron, which asks what would be
    asked if the grant were deleted.
    """
    is_kept = grant.object_type is Shareable.NETWORK or target_project == EVERYBODY
    return target_project if is_kept else ""


def _target(project_id: str) -> Mapping[str, object]:
    return {"project_id": project_id}
