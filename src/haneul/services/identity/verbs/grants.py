"""Giving roles and taking them away."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.kit.errors import Forbidden, NotFound
from haneul.kit.policy import Caller
from haneul.services.identity.model import (
    SYSTEM,
    ActorKind,
    Assignment,
    Group,
    Project,
    Role,
    TargetKind,
    User,
    UserId,
)
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs import targets
from haneul.services.identity.verbs.access import Access


@dataclass(frozen=True)
class Place:
    """Who has roles where: an actor on a target."""

    actor_kind: ActorKind
    actor_id: str
    target_kind: TargetKind
    target_id: str = SYSTEM
    is_inherited: bool = False


class Grants:
    def __init__(self, parts: Parts, access: Access) -> None:
        self._policy = parts.policy
        self._store = parts.store
        self._access = access

    def list(self, caller: Caller, place: Place) -> list[Role]:
        """The roles given there directly."""
        actor, target = self._actor(place), self._target(place)
        self._require(caller, self._rule("list", place), place, actor, target, None)
        self._require_both(place, actor, target)
        found = self._store.assignments.matching(
            actors=[(place.actor_kind, place.actor_id)],
            target=(place.target_kind, place.target_id),
            is_inherited=place.is_inherited,
        )
        roles = self._store.roles.find_many(each.role_id for each in found)
        return sorted(roles.values(), key=lambda role: role.name)

    def require(self, caller: Caller, place: Place, role_id: str) -> None:
        """NotFound unless the role is given there directly."""
        self._require_given(self._checked(caller, "check", place, role_id))

    def give(self, caller: Caller, place: Place, role_id: str) -> None:
        with self._store.changing():
            assignment = self._checked(caller, "create", place, role_id)
            self._require_fitting(self._store.roles.get(role_id), self._target(place))
            self._store.assignments.add(assignment)

    def take(self, caller: Caller, place: Place, role_id: str) -> None:
        """NotFound unless it is there; the actor may be gone already."""
        with self._store.changing():
            assignment = self._checked(caller, "revoke", place, role_id, actor_may_be_gone=True)
            self._require_given(assignment)
            self._store.assignments.remove(assignment)

    def has_system(self, caller: Caller) -> bool:
        """True if the caller could have a token for the system."""
        self._policy.require(caller, "identity:get_auth_system")
        return bool(self._access.on_system(UserId(caller.user_id), caller.group_ids))

    def _checked(
        self, caller: Caller, verb: str, place: Place, role_id: str, *, actor_may_be_gone: bool = False
    ) -> Assignment:
        actor, target, role = self._actor(place), self._target(place), self._store.roles.find(role_id)
        self._require(caller, self._rule(verb, place), place, actor, target, role)
        if role is None:
            raise self._store.roles.missing(role_id)
        self._require_both(place, actor, target, actor_may_be_gone=actor_may_be_gone)
        return Assignment(
            place.actor_kind, place.actor_id, place.target_kind, place.target_id, role.id, place.is_inherited
        )

    def _rule(self, verb: str, place: Place) -> str:
        if place.target_kind != "system":
            return f"identity:{verb}_grant{'s' if verb == 'list' else ''}"
        noun = "system_grants" if verb == "list" else "system_grant"
        return f"identity:{verb}_{noun}_for_{place.actor_kind}"

    def _require(
        self,
        caller: Caller,
        rule: str,
        place: Place,
        actor: User | Group | None,
        target: Project | None,
        role: Role | None,
    ) -> None:
        facts = targets.of_role(role)
        facts |= targets.of_user(actor) if isinstance(actor, User) else targets.of_group(actor)
        facts |= targets.of_domain(target) if place.target_kind == "domain" else targets.of_project(target)
        self._policy.require(caller, rule, facts)

    def _actor(self, place: Place) -> User | Group | None:
        if place.actor_kind == "user":
            return self._store.users.find(place.actor_id)
        return self._store.groups.find(place.actor_id)

    def _target(self, place: Place) -> Project | None:
        return None if place.target_kind == "system" else self._store.projects.find(place.target_id)

    def _require_both(
        self,
        place: Place,
        actor: User | Group | None,
        target: Project | None,
        *,
        actor_may_be_gone: bool = False,
    ) -> None:
        if actor is None and not actor_may_be_gone:
            rows = self._store.users if place.actor_kind == "user" else self._store.groups
            raise rows.missing(place.actor_id)
        if place.target_kind == "system":
            return
        if target is None or (place.target_kind == "domain" and not target.is_domain):
            raise self._store.projects.missing(place.target_id)

    def _require_given(self, assignment: Assignment) -> None:
        if not self._store.assignments.has(assignment):
            raise NotFound(
                "assignment.not_found",
                f"Could not find role assignment with role: {assignment.role_id}, "
                f"{assignment.actor_kind}: {assignment.actor_id}, "
                f"{assignment.target_kind}: {assignment.target_id}.",
            )

    def _require_fitting(self, role: Role, target: Project | None) -> None:
        if role.domain_id is None or target is None or target.is_domain:
            return
        if target.home != role.domain_id:
            raise Forbidden(
                "role.other_domain",
                f"The role {role.name} belongs to the domain {role.domain_id}: assign it only within that domain.",
            )
