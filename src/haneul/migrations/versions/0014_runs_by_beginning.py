"""Runs in the order in which they were begun."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_index("runs_by_beginning", "runs", ["created_at", "id"])


def downgrade() -> None:
    op.drop_index("runs_by_beginning", "runs")
