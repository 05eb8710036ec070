"""Rows of the rules that new security groups begin with."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, String, Table, event, insert

from haneul.kit.db import Database, Timestamp
from haneul.services.network.model.rule_templates import PARENT, RuleTemplate
from haneul.services.network.store.locks import hold
from haneul.services.network.store.rows import Rows, Scope
from haneul.services.network.store.tables import METADATA

rule_templates = Table(
    "security_group_rule_templates",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("direction", String(8), nullable=False),
    Column("ethertype", String(8), nullable=False),
    Column("protocol", String(40)),
    Column("port_min", Integer),
    Column("port_max", Integer),
    Column("remote_group_id", String(36)),
    Column("remote_ip_prefix", String(64)),
    Column("remote_address_group_id", String(36)),
    Column("is_for_default", Boolean, nullable=False),
    Column("is_for_others", Boolean, nullable=False),
    Column("description", String(255), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("revision_number", BigInteger, nullable=False),
)


def first_rows() -> list[dict[str, Any]]:
    """What a cloud begins with: everything out, and into a default group what its members send."""
    moment = datetime.fromtimestamp(0, UTC)
    same = {"created_at": moment, "updated_at": moment, "revision_number": 0, "is_for_default": True}
    return [
        {
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"haneul rule template {direction} {ethertype}")),
            "direction": direction,
            "ethertype": ethertype,
            "remote_group_id": PARENT if direction == "ingress" else None,
            "is_for_others": direction == "egress",
            "description": f"Legacy default SG rule for {direction} traffic",
            **same,
        }
        for direction in ("egress", "ingress")
        for ethertype in ("IPv4", "IPv6")
    ]


@event.listens_for(rule_templates, "after_create")
def _fill(_table: Table, connection: Connection, **_: object) -> None:
    connection.execute(insert(rule_templates), first_rows())


class RuleTemplateRows(Rows[RuleTemplate]):
    """They belong to the cloud: everybody sees them."""

    def __init__(self, db: Database) -> None:
        super().__init__(db, rule_templates, RuleTemplate)

    def seen_by(self, project_id: str) -> Scope:
        return None

    def all(self) -> list[RuleTemplate]:
        return sorted(self.where(), key=lambda each: (each.created_at, each.direction, each.ethertype, each.id))

    def all_to_add(self) -> list[RuleTemplate]:
        """All of them; until this transaction ends nobody else reads them in order to add one."""
        hold(self.db, "rule-templates")
        return self.all()
