"""Servers that are set aside, rescued or on their way elsewhere."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Json, Timestamp

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("servers", sa.Column("rescue", Json()))
    op.add_column("servers", sa.Column("shelved_image_id", sa.String(36)))
    op.add_column("servers", sa.Column("set_aside_at", Timestamp()))
    aside = sa.text("set_aside_at IS NOT NULL")
    op.create_index("servers_set_aside", "servers", ["set_aside_at"], sqlite_where=aside, postgresql_where=aside)
    op.create_table(
        "server_moves",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("server_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("source_id", sa.String(36), nullable=False),
        sa.Column("target_id", sa.String(36)),
        sa.Column("old_flavor", Json(), nullable=False),
        sa.Column("new_flavor", Json(), nullable=False),
        sa.Column("was_stopped", sa.Boolean(), nullable=False),
        sa.Column("created_at", Timestamp(), nullable=False),
        sa.Column("updated_at", Timestamp(), nullable=False),
    )
    unfinished = sa.text("is_open")
    op.create_index(
        "one_open_move_per_server",
        "server_moves",
        ["server_id"],
        unique=True,
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )
    op.create_index("server_moves_by_server", "server_moves", ["server_id", "number"])
    op.create_index("server_moves_by_update", "server_moves", ["updated_at"])


def downgrade() -> None:
    op.drop_table("server_moves")
    op.drop_index("servers_set_aside", "servers")
    for column in ("set_aside_at", "shelved_image_id", "rescue"):
        op.drop_column("servers", column)
