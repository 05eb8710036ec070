"""Runs and their journal."""

import sqlalchemy as sa
from alembic import op

from haneul.kit.db import Json, Timestamp

revision = "0001"
down_revision = None

_ON_SQLITE = sa.text("done = 0 AND follows IS NULL")
_ON_POSTGRESQL = sa.text("NOT done AND follows IS NULL")


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("input", Json, nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("follows", sa.String(36)),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("run_at", Timestamp, nullable=False),
        sa.Column("lease_until", Timestamp),
        sa.Column("owner", sa.String(64)),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("waits", sa.Boolean, nullable=False),
        sa.Column("woken", sa.Boolean, nullable=False),
        sa.Column("cancel", sa.Boolean, nullable=False),
        sa.Column("unwinding", sa.Boolean, nullable=False),
        sa.Column("step", sa.String(128)),
        sa.Column("error", Json),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("finished_at", Timestamp),
    )
    op.create_index(
        "one_run_per_subject",
        "runs",
        ["subject"],
        unique=True,
        sqlite_where=_ON_SQLITE,
        postgresql_where=_ON_POSTGRESQL,
    )
    op.create_index("one_successor_per_run", "runs", ["follows"], unique=True)
    op.create_index("runs_due", "runs", ["run_at"], sqlite_where=_ON_SQLITE, postgresql_where=_ON_POSTGRESQL)
    op.create_index("runs_by_subject", "runs", ["subject", "created_at"])
    op.create_index("runs_by_end", "runs", ["finished_at"])
    op.create_table(
        "run_steps",
        sa.Column("run_id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("started_at", Timestamp, nullable=False),
        sa.Column("finished_at", Timestamp),
        sa.Column("deadline", Timestamp),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("result", sa.Text),
        sa.Column("error", Json),
        sa.Column("undo_tries", sa.Integer, nullable=False),
        sa.Column("undone_at", Timestamp),
    )


def downgrade() -> None:
    op.drop_table("run_steps")
    op.drop_table("runs")
