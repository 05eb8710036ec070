"""Every project's own default security group, made when it is first needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from haneul.kit.errors import Conflict
from haneul.kit.ids import new_uuid
from haneul.services.network.driver import Kind
from haneul.services.network.model.security_groups import (
    DEFAULT_NAME,
    EGRESS,
    INGRESS,
    IPV4,
    IPV6,
    RuleId,
    SecurityGroup,
    SecurityGroupId,
    SecurityGroupRule,
)
from haneul.services.network.parts import Parts


@dataclass(frozen=True)
class DefaultGroups:
    parts: Parts

    def ensure(self, project_id: str) -> str:
        """The id of the group: everything out, and in what its own members send."""
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
            for rule in (*self.way_out(group), *self._from_members(group)):
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

    def way_out(self, group: SecurityGroup) -> Iterator[SecurityGroupRule]:
        """What every new group begins with: everything may leave."""
        for ethertype in (IPV4, IPV6):
            yield self._rule(group, EGRESS, ethertype)

    def _from_members(self, group: SecurityGroup) -> Iterator[SecurityGroupRule]:
        for ethertype in (IPV4, IPV6):
            yield self._rule(group, INGRESS, ethertype, group.id)

    def _rule(
        self, group: SecurityGroup, direction: str, ethertype: str, remote_group_id: str | None = None
    ) -> SecurityGroupRule:
        now = self.parts.clock.now()
        return SecurityGroupRule(
            id=RuleId(new_uuid()),
            security_group_id=group.id,
            project_id=group.project_id,
            direction=direction,
            ethertype=ethertype,
            created_at=now,
            updated_at=now,
            remote_group_id=remote_group_id,
            is_of_default_group=group.is_default,
        )
