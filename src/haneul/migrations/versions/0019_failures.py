"""Failed sign-ins of nobody, so that an attempt at an unknown user writes what one at a known user does."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Timestamp

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "nobodys_failures",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("failed_at", Timestamp(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("nobodys_failures")
