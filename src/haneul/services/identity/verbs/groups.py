"""Groups: users that get their roles together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from haneul.kit.errors import NotFound
from haneul.kit.ids import new_hex
from haneul.kit.policy import Caller
from haneul.services.identity.model import EVERYTHING, DomainId, Group, GroupId, Listing, User
from haneul.services.identity.parts import Parts
from haneul.services.identity.verbs import targets
from haneul.services.identity.verbs.projects import home_domain


@dataclass(frozen=True)
class NewGroup:
    name: str
    domain_id: str | None = None
    description: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


class Groups:
    def __init__(self, parts: Parts) -> None:
        self._policy = parts.policy
        self._store = parts.store
        self._clock = parts.clock

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Group]:
        target = {"target.group.domain_id": caller.domain_id} if caller.domain_id else {}
        self._policy.require(caller, "identity:list_groups", target)
        if caller.domain_id:
            listing = listing.where("domain_id", caller.domain_id)
        return self._store.groups.page(listing)

    def of_user(self, caller: Caller, user_id: str, listing: Listing = EVERYTHING) -> Sequence[Group]:
        user = self._store.users.find(user_id)
        target = {"user_id": user_id, **targets.of_user(user)}
        self._policy.require(caller, "identity:list_groups_for_user", target)
        if user is None:
            raise self._store.users.missing(user_id)
        if caller.domain_id:
            listing = listing.where("domain_id", caller.domain_id)
        return self._store.groups.of_user(user_id, self._clock.now(), listing)

    def ends(self, user_id: str) -> Mapping[str, datetime]:
        """When the user leaves groups in which they are for a while, by the groups' ids."""
        return {each.group_id: each.expires_at for each in self._store.expiring.of_user(user_id, self._clock.now())}

    def get(self, caller: Caller, group_id: str, rule: str = "identity:get_group") -> Group:
        group = self._store.groups.find(group_id)
        self._policy.require(caller, rule, targets.of_group(group))
        if group is None:
            raise self._store.groups.missing(group_id)
        return group

    def create(self, caller: Caller, new: NewGroup) -> Group:
        domain_id = new.domain_id or home_domain(caller)
        self._policy.require(caller, "identity:create_group", {"target.group.domain_id": domain_id})
        with self._store.changing():
            domain = self._store.projects.find(domain_id)
            if domain is None or not domain.is_domain:
                raise self._store.projects.missing(domain_id)
            group = Group(GroupId(new_hex()), new.name, DomainId(domain.id), new.description, new.extra)
            return self._store.groups.add(group)

    def update(self, caller: Caller, group_id: str, changes: Mapping[str, Any]) -> Group:
        """`changes`: any of name, description, extra."""
        with self._store.changing():
            group = self.get(caller, group_id, "identity:update_group")
            extra = {**group.extra, **changes.get("extra", {})}
            return self._store.groups.change(replace(group, **{**changes, "extra": extra}))

    def delete(self, caller: Caller, group_id: str) -> None:
        with self._store.changing():
            group = self._store.groups.get(group_id)
            self._policy.require(caller, "identity:delete_group", targets.of_group(group))
            self._store.assignments.remove_of_actors("group", [group.id])
            self._store.groups.remove(group.id)

    def users(self, caller: Caller, group_id: str, listing: Listing = EVERYTHING) -> Sequence[User]:
        self.get(caller, group_id, "identity:list_users_in_group")
        if caller.domain_id:
            listing = listing.where("domain_id", caller.domain_id)
        return self._store.users.in_group(group_id, listing)

    def add_user(self, caller: Caller, group_id: str, user_id: str) -> None:
        self._member(caller, group_id, user_id, "identity:add_user_to_group")
        with self._store.changing():
            self._store.groups.add_member(group_id, user_id)

    def require_user(self, caller: Caller, group_id: str, user_id: str) -> None:
        """NotFound unless the user is in the group."""
        self._member(caller, group_id, user_id, "identity:check_user_in_group")
        self._require_member(group_id, user_id)

    def remove_user(self, caller: Caller, group_id: str, user_id: str) -> None:
        self._member(caller, group_id, user_id, "identity:remove_user_from_group")
        with self._store.changing():
            self._require_member(group_id, user_id)
            self._store.groups.remove_member(group_id, user_id)

    def _member(self, caller: Caller, group_id: str, user_id: str, rule: str) -> None:
        group, user = self._store.groups.find(group_id), self._store.users.find(user_id)
        self._policy.require(caller, rule, {**targets.of_group(group), **targets.of_user(user)})
        if group is None:
            raise self._store.groups.missing(group_id)
        if user is None:
            raise self._store.users.missing(user_id)

    def _require_member(self, group_id: str, user_id: str) -> None:
        if not self._store.groups.has_member(group_id, user_id):
            raise NotFound("group.no_member", f"User '{user_id}' not found in group '{group_id}'.")
