"""Trunks and their subports."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Json, Timestamp

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "trunks",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("updated_at", Timestamp, nullable=False),
        sa.Column("revision_number", sa.BigInteger, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("port_id", sa.String(36), sa.ForeignKey("ports.id"), nullable=False, unique=True),
        sa.Column("is_admin_up", sa.Boolean, nullable=False),
    )
    op.create_index("ix_trunks_project", "trunks", ["project_id", "id"])
    op.create_table(
        "trunk_subports",
        sa.Column("port_id", sa.String(36), sa.ForeignKey("ports.id"), primary_key=True),
        sa.Column("trunk_id", sa.String(36), sa.ForeignKey("trunks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("tag", sa.Integer, nullable=False),
        sa.UniqueConstraint("trunk_id", "tag", name="uq_trunk_subports_tag"),
    )


def downgrade() -> None:
    op.drop_table("trunk_subports")
    op.drop_table("trunks")
