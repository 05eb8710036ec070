"""QoS policies, their rules, and who has which."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Json, Timestamp

revision = "0011"
down_revision = "0010"

_USERS = ("networks", "ports", "floating_ips")


def upgrade() -> None:
    op.create_table(
        "qos_policies",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.Column("default_of", sa.String(255), unique=True),
    )
    op.create_index("ix_qos_policies_project", "qos_policies", ["project_id", "id"])
    op.create_index("ix_qos_policies_name", "qos_policies", ["name"])
    op.create_table(
        "qos_rules",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("policy_id", sa.String(36), sa.ForeignKey("qos_policies.id", ondelete="CASCADE"), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("max_kbps", sa.Integer, nullable=False),
        sa.Column("max_burst_kbps", sa.Integer, nullable=False),
        sa.Column("dscp_mark", sa.Integer, nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("policy_id", "type", "direction", name="uq_qos_rules_type"),
    )
    for table in _USERS:
        op.add_column(table, sa.Column("qos_policy_id", sa.String(36)))
        op.create_index(f"ix_{table}_qos", table, ["qos_policy_id"])


def downgrade() -> None:
    for table in _USERS:
        op.drop_index(f"ix_{table}_qos", table)
        op.drop_column(table, "qos_policy_id")
    op.drop_table("qos_rules")
    op.drop_table("qos_policies")
