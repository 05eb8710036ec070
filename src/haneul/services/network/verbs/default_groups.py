"""Every project's own default security group, made when it is first needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from haneul.kit.errors import Conflict
from haneul.kit.ids import new_uuid
from haneul.services.network.driver import Kind
from haneul.services.network.model.security_groups import (
    DEFAULT_NAME,
    NewRule,
    RuleId,
    SecurityGroup,
    SecurityGroupId,
    SecurityGroupRule,
)
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.rule_templates import said_by


@dataclass(frozen=True)
class DefaultGroups:
    parts: Parts

    def ensure(self, project_id: str) -> str:
        """The id of the group."""
        store = self.parts.store.security_groups
        found = store.find_default(project_id)
        if found is not None or not project_id:
            return found or ""
        with self.parts.db.write():
            found = store.find_default(project_id)
            if found is not None:
                return found
            group = self.described(project_id, DEFAULT_NAME, "Default security group")
            try:
                store.add(group)
            except Conflict:
                return store.find_default(project_id) or ""
            for rule in self.first_rules(group):
                store.rules.add(rule)
            self.parts.changed(Kind.SECURITY_GROUP, [group.id])
            return group.id

    def described(self, project_id: str, name: str, description: str) -> SecurityGroup:
        now = self.parts.clock.now()
        return SecurityGroup(
            id=SecurityGroupId(new_uuid()),
            project_id=project_id,
            name=name,
            created_at=now,
            updated_at=now,
            description=description,
            is_default=name == DEFAULT_NAME,
            revision_number=1,
        )

    def first_rules(self, group: SecurityGroup) -> Iterator[SecurityGroupRule]:
        """What every new group begins with: as administrators have said, else everything may leave.

        A microsecond lies between two of them, so that they are always told in this order.
        """
        began = self.parts.clock.now()
        for number, template in enumerate(self.parts.store.rule_templates.all()):
            now = began + timedelta(microseconds=number)
            if not (template.is_for_default if group.is_default else template.is_for_others):
                continue
            said = said_by(template, group.id)
            if not self._is_there(said, group):
                continue
            yield SecurityGroupRule(
                id=RuleId(new_uuid()),
                security_group_id=group.id,
                project_id=group.project_id,
                direction=said.direction,
                ethertype=said.ethertype,
                created_at=now,
                updated_at=now,
                protocol=said.protocol,
                port_min=said.port_min,
                port_max=said.port_max,
                remote_group_id=said.remote_group_id,
                remote_ip_prefix=said.remote_ip_prefix,
                remote_address_group_id=said.remote_address_group_id,
                is_of_default_group=group.is_default,
            )

    def _is_there(self, said: NewRule, group: SecurityGroup) -> bool:
        """False for a rule about a group that was deleted since."""
        store = self.parts.store
        if said.remote_address_group_id is not None:
            return store.address_groups.find(said.remote_address_group_id) is not None
        remote = said.remote_group_id
        return remote in (None, group.id) or store.security_groups.find(remote or "") is not None
