"""Failures of steps and interruptions counted apart.

How the tries so far ended was not written. A step that is under way keeps them sensibly: with an error they count as
failures, without one as interruptions; the one that a lease still stands for is counted when its run is taken up.
The columns have defaults, so that a control plane of the release before can go on writing beside this one.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

_COUNTS = ("failures", "interruptions", "interruptions_in_a_row")

_runs = sa.table("runs", sa.column("id"), sa.column("lease_until"))
_steps: Any = sa.table(
    "run_steps",
    *(sa.column(name) for name in ("run_id", "finished_at", "deadline", "error")),
    *(sa.column(name, sa.Integer) for name in ("tries", *_COUNTS)),
)
_is_open = sa.and_(_steps.c.finished_at.is_(None), _steps.c.deadline.is_(None))


def upgrade() -> None:
    for name in _COUNTS:
        op.add_column("run_steps", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("interrupted", sa.Boolean, nullable=False, server_default=sa.false()))
    is_held = sa.exists().where(_runs.c.id == _steps.c.run_id, _runs.c.lease_until.is_not(None))
    ended = sa.case((sa.and_(is_held, _steps.c.tries > 0), _steps.c.tries - 1), else_=_steps.c.tries)
    failed = _steps.c.error.is_not(None)
    op.execute(_steps.update().where(_is_open, failed).values(failures=ended))
    op.execute(_steps.update().where(_is_open, ~failed).values(interruptions=ended, interruptions_in_a_row=ended))


def downgrade() -> None:
    """The release before gives up what was begun too often: only failures may count there."""
    op.execute(_steps.update().where(_is_open).values(tries=_steps.c.failures))
    op.drop_column("runs", "interrupted")
    for name in reversed(_COUNTS):
        op.drop_column("run_steps", name)
