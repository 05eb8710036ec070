"""Server groups and who is in them."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Timestamp

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "server_groups",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("policy", sa.String(32), nullable=False),
        sa.Column("most_per_host", sa.Integer(), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
    )
    op.create_index("server_groups_by_project", "server_groups", ["project_id", "created_at"])
    op.create_table(
        "server_group_members",
        sa.Column("server_id", sa.String(36), sa.ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("group_id", sa.String(36), sa.ForeignKey("server_groups.id", ondelete="CASCADE"), nullable=False),
    )
    op.create_index("server_group_members_by_group", "server_group_members", ["group_id"])


def downgrade() -> None:
    op.drop_table("server_group_members")
    op.drop_table("server_groups")
