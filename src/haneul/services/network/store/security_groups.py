"""Rows of security groups and their rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, or_, select
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database, Prepared, PreparedList, among
from haneul.kit.errors import Conflict
from haneul.services.network.model.grants import Action, Shareable
from haneul.services.network.model.security_groups import SecurityGroup, SecurityGroupRule
from haneul.services.network.store.grants import SharedRows, granted
from haneul.services.network.store.rows import Rows, Scope, chunked
from haneul.services.network.store.tables import port_groups, ports, rules, security_groups

_NAMES_OF_DEVICES = Prepared(
    select(ports.c.device_id, security_groups.c.name)
    .select_from(ports.join(port_groups, port_groups.c.port_id == ports.c.id).join(security_groups))
    .where(among(ports.c.device_id))
    .distinct()
    .order_by(security_groups.c.name)
)


class SecurityGroupRows(SharedRows[SecurityGroup]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, security_groups, SecurityGroup, Shareable.SECURITY_GROUP)
        self.rules = RuleRows(db)

    def users(self, noun_id: str, action: Action) -> set[str]:
        """The projects that have ports in it."""
        mine = select(ports.c.project_id).join(port_groups, port_groups.c.port_id == ports.c.id)
        with self.db.read() as connection:
            return set(connection.execute(mine.where(port_groups.c.security_group_id == noun_id)).scalars())

    def find_default(self, project_id: str) -> str | None:
        """The id of the project's default group."""
        with self.db.read() as connection:
            found: str | None = _DEFAULT_OF.scalar(connection, project_id=project_id)
        return found

    def add(self, noun: SecurityGroup) -> None:
        """Raises Conflict `security_group.default_exists` where the project got its default group in this moment."""
        with self.db.write() as connection:
            try:
                with self.db.attempt(connection):
                    super().add(noun)
            except IntegrityError as error:
                raise Conflict(
                    "security_group.default_exists", "Default security group already exists: use another name."
                ) from error

    def named(self, project_id: str, name: str) -> list[str]:
        return self.ids(security_groups.c.project_id == project_id, security_groups.c.name == name)

    def is_used(self, group_id: str) -> bool:
        statement = select(port_groups.c.port_id).where(port_groups.c.security_group_id == group_id).limit(1)
        with self.db.read() as connection:
            return connection.execute(statement).first() is not None

    def names_of_devices(self, device_ids: Iterable[str]) -> dict[str, list[str]]:
        """By device: the names of the groups of its ports, sorted."""
        found: dict[str, list[str]] = {}
        with self.db.read() as connection:
            for device_id, name in _NAMES_OF_DEVICES.rows(connection, ids=list(device_ids)):
                found.setdefault(device_id, []).append(name)
        return found

    def _extra(self, noun: SecurityGroup) -> dict[str, Any]:
        return {"default_of": noun.project_id if noun.is_default else None}

    def _complete(self, connection: Connection, found: list[SecurityGroup]) -> list[SecurityGroup]:
        by_group: dict[str, list[SecurityGroupRule]] = {each.id: [] for each in found}
        for rule in self.rules.of_groups(by_group):
            by_group[rule.security_group_id].append(rule)
        joined = [replace(each, rules=tuple(by_group[each.id])) for each in found]
        return super()._complete(connection, joined)


class RuleRows(Rows[SecurityGroupRule]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, rules, SecurityGroupRule)
        self._of_groups = PreparedList(
            lambda ids: (
                select(*self._columns)
                .where(rules.c.security_group_id.in_(ids))
                .order_by(rules.c.created_at, rules.c.id)
            )
        )

    def seen_by(self, project_id: str) -> Scope:
        """Those of the groups that the project sees."""
        seen = rules.c.security_group_id.in_(granted(Shareable.SECURITY_GROUP, [project_id]))
        return or_(rules.c.project_id == project_id, seen)

    def add(self, noun: SecurityGroupRule) -> None:
        """Raises Conflict `security_group_rule.exists`."""
        with self.db.write() as connection:
            present = _SAME.scalar(connection, group_id=noun.security_group_id, rule_key=_key(noun))
            if present is not None:
                raise _exists(present)
            try:
                with self.db.attempt(connection):
                    super().add(noun)
            except IntegrityError as error:
                raise _exists("the same") from error

    def of_groups(self, group_ids: Iterable[str]) -> list[SecurityGroupRule]:
        found: list[SecurityGroupRule] = []
        with self.db.read() as connection:
            for some in chunked(group_ids):
                found += self._nouns(connection, self._of_groups.rows(connection, some))
        return found

    def groups_naming(self, group_id: str) -> list[str]:
        """The ids of the groups that have a rule about members of that group."""
        statement = select(rules.c.security_group_id).where(rules.c.remote_group_id == group_id).distinct()
        with self.db.read() as connection:
            return list(connection.execute(statement).scalars())

    def _extra(self, noun: SecurityGroupRule) -> dict[str, Any]:
        return {"rule_key": _key(noun)}

    def _condition(self, name: str, values: tuple[object, ...]) -> ColumnElement[bool] | None:
        if name != "is_of_default_group":
            return None
        default = select(security_groups.c.id).where(security_groups.c.is_default.in_(values))
        return rules.c.security_group_id.in_(default)

    def _complete(self, connection: Connection, found: list[SecurityGroupRule]) -> list[SecurityGroupRule]:
        default = _default_groups(connection, (each.security_group_id for each in found))
        if not default:
            return found
        return [replace(each, is_of_default_group=each.security_group_id in default) for each in found]


def _default_groups(connection: Connection, group_ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for some in chunked(group_ids):
        found |= {row[0] for row in _DEFAULT.rows(connection, some)}
    return found


_DEFAULT = PreparedList(
    lambda ids: select(security_groups.c.id).where(security_groups.c.id.in_(ids), security_groups.c.is_default)
)
_DEFAULT_OF = Prepared(select(security_groups.c.id).where(security_groups.c.default_of == bindparam("project_id")))
_SAME = Prepared(
    select(rules.c.id).where(
        rules.c.security_group_id == bindparam("group_id"), rules.c.rule_key == bindparam("rule_key")
    )
)


def _key(rule: SecurityGroupRule) -> str:
    said: tuple[object, ...] = (
        rule.direction,
        rule.ethertype,
        rule.protocol,
        rule.port_min,
        rule.port_max,
        rule.remote_group_id,
        rule.remote_range,
    )
    if rule.remote_address_group_id is not None:
        said += (rule.remote_address_group_id,)
    return "|".join("" if each is None else str(each) for each in said)


def _exists(rule_id: str) -> Conflict:
    return Conflict(
        "security_group_rule.exists", f"Security group rule already exists. Rule id is {rule_id}: nothing is to do."
    )
