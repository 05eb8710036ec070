"""The audit log."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Timestamp

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "audit_records",
        sa.Column("replica", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", Timestamp(), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("user_name", sa.String(255), nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("token_id", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("api", sa.String(32), nullable=False),
        sa.Column("operation", sa.String(64), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
    )
    op.create_index("audit_by_time", "audit_records", ["at", "replica", "number"])
    op.create_index("audit_by_user", "audit_records", ["user_id", "at"])
    op.create_index("audit_by_project", "audit_records", ["project_id", "at"])
    op.create_index("audit_by_request", "audit_records", ["request_id"])
    op.create_table(
        "audit_anchors",
        sa.Column("replica", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.Column("proof", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("audit_anchors")
    op.drop_table("audit_records")
