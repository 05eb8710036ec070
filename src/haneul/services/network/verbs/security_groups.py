"""Security groups and their rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from haneul.kit.errors import Conflict, NotFound
from haneul.kit.ids import is_uuid, new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind
from haneul.services.network.model.grants import is_shared_with
from haneul.services.network.model.listing import EVERYTHING, Listing, given
from haneul.services.network.model.security_groups import (
    DEFAULT_NAME,
    NewRule,
    NewSecurityGroup,
    RuleId,
    SecurityGroup,
    SecurityGroupChanges,
    SecurityGroupRule,
)
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access, Target, changed, check_tags, check_text
from haneul.services.network.verbs.address_groups import AddressGroups
from haneul.services.network.verbs.default_groups import DefaultGroups
from haneul.services.network.verbs.rule_checks import check_rule


@dataclass(frozen=True)
class SecurityGroups:
    parts: Parts

    @property
    def _access(self) -> Access:
        return Access(self.parts)

    def get(self, caller: Caller, group_id: str) -> SecurityGroup:
        """Raises NotFound `security_group.not_found`."""
        group, target = self._seen(caller, group_id)
        if not self.parts.policy.allows(caller, "get_security_group", target):
            raise not_found(group_id)
        return group

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[SecurityGroup]:
        """The caller's default group is made if it is not there yet, and that of the project that is asked for."""
        DefaultGroups(self.parts).ensure(caller.project_id)
        wanted = listing.filter.where.get("project_id", ())
        if len(wanted) == 1 and self._access.sees_all(caller):
            DefaultGroups(self.parts).ensure(str(wanted[0]))
        rows = self.parts.store.security_groups
        found: list[SecurityGroup] = self._access.list(caller, rows, "get_security_group", listing)
        return found

    def resolve(self, caller: Caller, names: Iterable[str]) -> tuple[str, ...]:
        """The ids of the caller's groups of these names or ids.

        Raises NotFound `security_group.not_found`, Conflict `security_group.ambiguous`.
        """
        DefaultGroups(self.parts).ensure(caller.project_id)
        return tuple(dict.fromkeys(self._resolved(caller, name) for name in names))

    def names_of_devices(self, device_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """By server: the names of its ports' groups, for listings of servers; for the cloud itself."""
        found = self.parts.store.security_groups.names_of_devices(device_ids)
        return {device_id: tuple(names) for device_id, names in found.items()}

    def create(self, caller: Caller, new: NewSecurityGroup) -> SecurityGroup:
        """A group that begins with the usual rules. Raises Forbidden, Conflict, OverQuota."""
        project_id = self._access.owner(caller, new.project_id)
        self._access.require(caller, "create_security_group", {"project_id": project_id})
        check_text(name=new.name, description=new.description)
        if new.name.lower() == DEFAULT_NAME:
            raise _default_exists()
        with self.parts.db.write():
            store = self.parts.store
            self._access.require_room(project_id, "security_group")
            groups = DefaultGroups(self.parts)
            groups.ensure(project_id)
            group = groups.described(project_id, new.name, new.description)
            rules = tuple(groups.first_rules(group))
            self._access.require_room(project_id, "security_group_rule", len(rules))
            group = changed(group, is_stateful=new.is_stateful, tags=check_tags(new.tags), rules=rules)
            store.security_groups.add(group)
            for rule in rules:
                store.rules.add(rule)
            self.parts.changed(Kind.SECURITY_GROUP, [group.id])
        return group

    def update(self, caller: Caller, group_id: str, changes: SecurityGroupChanges) -> SecurityGroup:
        """Raises NotFound, Forbidden, Conflict `security_group.default_fixed`, `security_group.in_use`."""
        said = given(changes)
        with self.parts.db.write():
            group, target = self._seen(caller, group_id)
            self._access.require(caller, "update_security_group", target)
            check_text(name=said.get("name"), description=said.get("description"))
            if group.is_default and said.get("name", group.name) != group.name:
                raise Conflict(
                    "security_group.default_fixed", "Updating default security group not allowed: its name is fixed."
                )
            if not group.is_default and str(said.get("name", "")).lower() == DEFAULT_NAME:
                raise _default_exists()
            is_used = self.parts.store.security_groups.is_used(group_id)
            if said.get("is_stateful", group.is_stateful) != group.is_stateful and is_used:
                raise _in_use(group_id)
            saved = self.parts.store.security_groups.save(changed(group, **said), self.parts.clock.now())
            self.parts.changed(Kind.SECURITY_GROUP, [group_id])
        return saved

    def delete(self, caller: Caller, group_id: str) -> None:
        """Raises NotFound, Forbidden, Conflict `security_group.in_use`, `security_group.default_stays`."""
        with self.parts.db.write():
            group, target = self._seen(caller, group_id)
            self._access.require(caller, "delete_security_group", target)
            if self.parts.store.security_groups.is_used(group_id):
                raise _in_use(group_id)
            if group.is_default and not self._access.sees_all(caller):
                raise Conflict(
                    "security_group.default_stays", "Insufficient rights for removing default security group."
                )
            naming = self.parts.store.rules.groups_naming(group_id)
            self.parts.store.security_groups.remove(group_id)
            self.parts.changed(Kind.SECURITY_GROUP, {*naming, group_id})

    def get_rule(self, caller: Caller, rule_id: str) -> SecurityGroupRule:
        """Raises NotFound `security_group_rule.not_found`."""
        rule: SecurityGroupRule | None = self._access.find(caller, self.parts.store.rules, rule_id)
        if rule is None:
            raise NotFound("security_group_rule.not_found", f"Security group rule {rule_id} does not exist.")
        return rule

    def list_rules(self, caller: Caller, listing: Listing = EVERYTHING) -> Sequence[SecurityGroupRule]:
        DefaultGroups(self.parts).ensure(caller.project_id)
        rows = self.parts.store.rules
        found: Sequence[SecurityGroupRule] = self._access.list(caller, rows, "get_security_group_rule", listing)
        return found

    def create_rule(self, caller: Caller, new: NewRule) -> SecurityGroupRule:
        """Raises NotFound, Forbidden, Invalid, OverQuota, Conflict `security_group_rule.exists`."""
        with self.parts.db.write():
            group, target = self._seen(caller, new.security_group_id)
            self.parts.policy.require(caller, "create_security_group_rule", target)
            if new.project_id:
                self._access.owner(caller, new.project_id)
            check_text(description=new.description)
            checked = check_rule(new)
            if checked.remote_group_id is not None:
                self._seen(caller, checked.remote_group_id)
            if checked.remote_address_group_id is not None:
                AddressGroups(self.parts).get(caller, checked.remote_address_group_id)
            self._access.require_room(group.project_id, "security_group_rule")
            rule = self._described(checked, group)
            self.parts.store.rules.add(rule)
            self._touch(group)
        return rule

    def delete_rule(self, caller: Caller, rule_id: str) -> None:
        """Raises NotFound, Forbidden."""
        with self.parts.db.write():
            rule = self.get_rule(caller, rule_id)
            group, target = self._seen(caller, rule.security_group_id)
            self.parts.policy.require(caller, "delete_security_group_rule", target)
            self.parts.store.rules.remove(rule_id)
            self._touch(group)

    def _touch(self, group: SecurityGroup) -> None:
        """The group is of a new revision: its rules have changed."""
        self.parts.store.security_groups.save(group, self.parts.clock.now())
        self.parts.changed(Kind.SECURITY_GROUP, [group.id])

    def _seen(self, caller: Caller, group_id: str) -> tuple[SecurityGroup, Target]:
        group: SecurityGroup | None = self._access.find(caller, self.parts.store.security_groups, group_id)
        if group is None:
            raise not_found(group_id)
        return group, {
            "project_id": group.project_id,
            "security_group:project_id": group.project_id,
            "shared": is_shared_with(group, caller.project_id),
        }

    def _resolved(self, caller: Caller, name: str) -> str:
        rows = self.parts.store.security_groups
        if is_uuid(name) and self._access.find(caller, rows, name) is not None:
            return name
        found = rows.named(caller.project_id, name)
        if not found:
            raise not_found(name)
        if len(found) > 1:
            raise Conflict(
                "security_group.ambiguous",
                f"Multiple security groups found matching '{name}'. Use an ID to be more specific.",
            )
        return found[0]

    def _described(self, new: NewRule, group: SecurityGroup) -> SecurityGroupRule:
        now = self.parts.clock.now()
        return SecurityGroupRule(
            id=RuleId(new_uuid()),
            security_group_id=group.id,
            project_id=group.project_id,
            direction=new.direction,
            ethertype=new.ethertype,
            created_at=now,
            updated_at=now,
            protocol=new.protocol,
            port_min=new.port_min,
            port_max=new.port_max,
            remote_group_id=new.remote_group_id,
            remote_ip_prefix=new.remote_ip_prefix,
            remote_address_group_id=new.remote_address_group_id,
            description=new.description,
            is_of_default_group=group.is_default,
        )


def _default_exists() -> Conflict:
    return Conflict("security_group.default_exists", "Default security group already exists: use another name.")


def _in_use(group_id: str) -> Conflict:
    return Conflict("security_group.in_use", f"Security Group {group_id} in use: take it off its ports first.")


def not_found(group_id: str) -> NotFound:
    return NotFound("security_group.not_found", f"Security group {group_id} does not exist.")
