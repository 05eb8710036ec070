"""Address groups, the rules that new security groups begin with, and port forwardings."""

import uuid
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Json, Timestamp

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "address_groups",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("addresses", Json, nullable=False),
    )
    op.create_index("ix_address_groups_project", "address_groups", ["project_id", "id"])
    op.add_column("security_group_rules", sa.Column("remote_address_group_id", sa.String(36)))
    op.create_index("ix_security_group_rules_addresses", "security_group_rules", ["remote_address_group_id"])
    _create_templates()
    _create_forwardings()


def _create_templates() -> None:
    templates = op.create_table(
        "security_group_rule_templates",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("ethertype", sa.String(8), nullable=False),
        sa.Column("protocol", sa.String(40)),
        sa.Column("port_min", sa.Integer),
        sa.Column("port_max", sa.Integer),
        sa.Column("remote_group_id", sa.String(36)),
        sa.Column("remote_ip_prefix", sa.String(64)),
        sa.Column("remote_address_group_id", sa.String(36)),
        sa.Column("is_for_default", sa.Boolean, nullable=False),
        sa.Column("is_for_others", sa.Boolean, nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
    )
    both = [(direction, ethertype) for direction in ("egress", "ingress") for ethertype in ("IPv4", "IPv6")]
    op.bulk_insert(templates, [_template(*each) for each in both])


def _template(direction: str, ethertype: str) -> dict[str, Any]:
    """Everything out, and into a default group what its members send."""
    moment = datetime.fromtimestamp(0, UTC)
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"haneul rule template {direction} {ethertype}")),
        "direction": direction,
        "ethertype": ethertype,
        "remote_group_id": "PARENT" if direction == "ingress" else None,
        "is_for_default": True,
        "is_for_others": direction == "egress",
        "description": f"Legacy default SG rule for {direction} traffic",
        "created_at": moment,
        "updated_at": moment,
        "revision_number": 0,
    }


def _create_forwardings() -> None:
    op.create_table(
        "port_forwardings",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.Column(
            "floating_ip_id", sa.String(36), sa.ForeignKey("floating_ips.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("port_id", sa.String(36), sa.ForeignKey("ports.id", ondelete="CASCADE"), nullable=False),
        sa.Column("fixed_ip", sa.String(64), nullable=False),
        sa.Column("protocol", sa.String(8), nullable=False),
        sa.Column("outer_first", sa.Integer, nullable=False),
        sa.Column("outer_last", sa.Integer, nullable=False),
        sa.Column("inner_first", sa.Integer, nullable=False),
        sa.Column("inner_last", sa.Integer, nullable=False),
    )
    op.create_index("ix_port_forwardings_floating_ip", "port_forwardings", ["floating_ip_id"])
    op.create_index("ix_port_forwardings_port", "port_forwardings", ["port_id"])


def downgrade() -> None:
    op.drop_table("port_forwardings")
    op.drop_table("security_group_rule_templates")
    op.drop_index("ix_security_group_rules_addresses", "security_group_rules")
    op.drop_column("security_group_rules", "remote_address_group_id")
    op.drop_table("address_groups")
