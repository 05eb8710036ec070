"""The tables of runs and of their journal."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ColumnElement, Index, Integer, MetaData, String, Table, Text, and_

from haneul.kit.db import Json, Timestamp

METADATA = MetaData()

runs = Table(
    "runs",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("input", Json, nullable=False),
    Column("request_id", String(64), nullable=False),
    # The run after whose end this one begins; null for one that may go on now.
    Column("follows", String(36)),
    Column("created_at", Timestamp, nullable=False),
    Column("run_at", Timestamp, nullable=False),
    Column("lease_until", Timestamp),
    Column("owner", String(64)),
    Column("epoch", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("waits", Boolean, nullable=False),
    Column("woken", Boolean, nullable=False),
    Column("cancel", Boolean, nullable=False),
    # Whoever worked on it last did not come back, and the step it was at has not been told.
    Column("interrupted", Boolean, nullable=False),
    Column("unwinding", Boolean, nullable=False),
    Column("step", String(128)),
    Column("error", Json),
    Column("done", Boolean, nullable=False),
    Column("outcome", String(16)),
    Column("finished_at", Timestamp),
)

active: ColumnElement[bool] = and_(~runs.c.done, runs.c.follows.is_(None))

Index("one_run_per_subject", runs.c.subject, unique=True, sqlite_where=active, postgresql_where=active)
Index("one_successor_per_run", runs.c.follows, unique=True)
Index("runs_due", runs.c.run_at, sqlite_where=active, postgresql_where=active)
Index("runs_by_subject", runs.c.subject, runs.c.created_at)
Index("runs_by_beginning", runs.c.created_at, runs.c.id)
Index("runs_by_end", runs.c.finished_at)

run_steps = Table(
    "run_steps",
    METADATA,
    Column("run_id", String(36), primary_key=True),
    Column("name", String(128), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("started_at", Timestamp, nullable=False),
    Column("finished_at", Timestamp),
    Column("deadline", Timestamp),
    Column("tries", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("interruptions", Integer, nullable=False),
    Column("interruptions_in_a_row", Integer, nullable=False),
    Column("result", Text),
    Column("error", Json),
    Column("undo_tries", Integer, nullable=False),
    Column("undone_at", Timestamp),
)
