"""Permissions to open consoles."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Timestamp

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "console_grants",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column(
            "server_id", sa.String(36), sa.ForeignKey("servers.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("expires_at", Timestamp(), nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("console_grants")
