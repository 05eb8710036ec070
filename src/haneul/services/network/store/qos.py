"""Rows of QoS policies and their rules, and who has which policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, union
from sqlalchemy.exc import IntegrityError

from haneul.kit.db import Database, Prepared, PreparedList
from haneul.kit.errors import Conflict
from haneul.services.network.model.grants import Action, Shareable
from haneul.services.network.model.qos import QosPolicy, QosRule
from haneul.services.network.store.grants import SharedRows, granted
from haneul.services.network.store.rows import Rows, Scope, chunked
from haneul.services.network.store.tables import floating_ips, networks, ports, qos_policies, qos_rules

_USERS = (networks, ports, floating_ips)


class QosPolicyRows(SharedRows[QosPolicy]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, qos_policies, QosPolicy, Shareable.QOS_POLICY)
        self.rules = QosRuleRows(db)

    def users(self, noun_id: str, action: Action) -> set[str]:
        """The projects whose networks, ports or floating IPs have it."""
        chosen = (select(table.c.project_id).where(table.c.qos_policy_id == noun_id) for table in _USERS)
        with self.db.read() as connection:
            return set(connection.execute(union(*chosen)).scalars())

    def find_default(self, project_id: str) -> str | None:
        """The id of the project's default policy."""
        with self.db.read() as connection:
            found: str | None = _DEFAULT_OF.scalar(connection, project_id=project_id)
        return found

    def hold(self, policy_id: str) -> None:
        """Nobody else attaches or deletes the policy before this transaction has ended."""
        with self.db.write() as connection:
            connection.execute(select(qos_policies.c.id).where(qos_policies.c.id == policy_id).with_for_update())

    def add(self, noun: QosPolicy) -> None:
        """Raises Conflict `qos.default_exists`."""
        with self.db.write() as connection:
            try:
                with self.db.attempt(connection):
                    super().add(noun)
            except IntegrityError as error:
                raise _default_exists(noun) from error

    def save(self, noun: QosPolicy, now: Any) -> QosPolicy:
        """Raises Conflict `qos.default_exists`."""
        with self.db.write() as connection:
            try:
                with self.db.attempt(connection):
                    return super().save(noun, now)
            except IntegrityError as error:
                raise _default_exists(noun) from error

    def user_of(self, policy_id: str) -> tuple[str, str] | None:
        """What has the policy, and its id: of several, one."""
        with self.db.read() as connection:
            for kind, table in zip(("network", "port", "floating IP"), _USERS, strict=True):
                statement = select(table.c.id).where(table.c.qos_policy_id == policy_id).limit(1)
                found = connection.execute(statement).scalar()
                if found is not None:
                    return kind, str(found)
        return None

    def port_ids(self, policy_id: str) -> list[str]:
        """The ports that the policy is about: those that have it, and those on networks that have it."""
        on_network = ports.c.network_id.in_(select(networks.c.id).where(networks.c.qos_policy_id == policy_id))
        wanted = or_(ports.c.qos_policy_id == policy_id, and_(ports.c.qos_policy_id.is_(None), on_network))
        with self.db.read() as connection:
            return list(connection.execute(select(ports.c.id).where(wanted)).scalars())

    def floating_ip_ids(self, policy_id: str) -> list[str]:
        on_network = floating_ips.c.network_id.in_(select(networks.c.id).where(networks.c.qos_policy_id == policy_id))
        wanted = or_(
            floating_ips.c.qos_policy_id == policy_id, and_(floating_ips.c.qos_policy_id.is_(None), on_network)
        )
        with self.db.read() as connection:
            return list(connection.execute(select(floating_ips.c.id).where(wanted)).scalars())

    def _extra(self, noun: QosPolicy) -> dict[str, Any]:
        return {"default_of": noun.project_id if noun.is_default else None}

    def _complete(self, connection: Connection, found: list[QosPolicy]) -> list[QosPolicy]:
        by_policy: dict[str, list[QosRule]] = {each.id: [] for each in found}
        for some in chunked(by_policy):
            for rule in self.rules.where(qos_rules.c.policy_id.in_(some)):
                by_policy[rule.policy_id].append(rule)
        complete = super()._complete(connection, found)
        return [replace(each, rules=tuple(by_policy[each.id])) for each in complete]


class QosRuleRows(Rows[QosRule]):
    def __init__(self, db: Database) -> None:
        super().__init__(db, qos_rules, QosRule)

    def seen_by(self, project_id: str) -> Scope:
        shared = granted(Shareable.QOS_POLICY, [project_id])
        seen = or_(qos_policies.c.project_id == project_id, qos_policies.c.id.in_(shared))
        return qos_rules.c.policy_id.in_(select(qos_policies.c.id).where(seen))

    def add(self, noun: QosRule) -> None:
        """Raises Conflict `qos.rule_conflict`."""
        with self.db.write() as connection:
            try:
                with self.db.attempt(connection):
                    super().add(noun)
            except IntegrityError as error:
                raise _said_already(noun) from error

    def save(self, noun: QosRule, now: Any) -> QosRule:
        """Raises Conflict `qos.rule_conflict`."""
        with self.db.write() as connection:
            try:
                with self.db.attempt(connection):
                    return super().save(noun, now)
            except IntegrityError as error:
                raise _said_already(noun) from error


_DEFAULT_OF = Prepared(select(qos_policies.c.id).where(qos_policies.c.default_of == bindparam("project_id")))


def network_traits(connection: Connection, network_ids: Iterable[str]) -> dict[str, tuple[str | None, str]]:
    """The QoS policies and the DNS domains of the networks that have one or the other."""
    found: dict[str, tuple[str | None, str]] = {}
    for some in chunked(network_ids):
        found |= {row[0]: (row[1], row[2]) for row in _TRAITS.rows(connection, some)}
    return found


_TRAITS = PreparedList(
    lambda network_ids: select(networks.c.id, networks.c.qos_policy_id, networks.c.dns_domain).where(
        networks.c.id.in_(network_ids), or_(networks.c.qos_policy_id.is_not(None), networks.c.dns_domain != "")
    )
)


def _default_exists(policy: QosPolicy) -> Conflict:
    return Conflict(
        "qos.default_exists",
        f"A default QoS policy exists for project {policy.project_id}: make that one ordinary first.",
    )


def _said_already(rule: QosRule) -> Conflict:
    return Conflict(
        "qos.rule_conflict",
        f"Rule {rule.type} of QoS policy {rule.policy_id} conflicts with one that it has already"
        f"{f' for {rule.direction}' if rule.max_kbps else ''}: change that one.",
    )
