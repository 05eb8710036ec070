"""Aggregates, what is said about them, and the hosts in them."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Timestamp

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "aggregates",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("name", sa.String(255), nullable=False, unique=True),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("updated_at", Timestamp()),
    )
    op.create_table(
        "aggregate_metadata",
        sa.Column("aggregate", sa.Integer(), sa.ForeignKey("aggregates.number", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("value", sa.String(255), nullable=False),
    )
    op.create_table(
        "aggregate_hosts",
        sa.Column("aggregate", sa.Integer(), sa.ForeignKey("aggregates.number", ondelete="CASCADE"), primary_key=True),
        sa.Column("host_id", sa.String(36), sa.ForeignKey("hosts.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("added_at", Timestamp(), nullable=False),
    )
    op.create_index("aggregate_hosts_by_host", "aggregate_hosts", ["host_id"])


def downgrade() -> None:
    op.drop_table("aggregate_hosts")
    op.drop_table("aggregate_metadata")
    op.drop_table("aggregates")
