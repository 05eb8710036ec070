"""Rows of runs as those see them who want work done and those who look on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, delete, func, literal, or_, select, update

from haneul.kit.db import Database, Prepared, Timestamp, among
from haneul.kit.errors import NotFound
from haneul.kit.paging import after
from haneul.kit.workflow import statements as sql
from haneul.kit.workflow.model import (
    INTERRUPTED_AFTER,
    TROUBLED_AFTER,
    Fault,
    Interruption,
    Outcome,
    RunCount,
    RunId,
    RunState,
    RunView,
    StepRow,
    StepView,
    Trouble,
)
from haneul.kit.workflow.tables import active, run_steps, runs

_CURRENT = Prepared(select(runs).where(active, among(runs.c.subject, "subjects")))
_UNTOLD = or_(run_steps.c.name.not_like(StepRow.handler_name("%")), run_steps.c.finished_at.is_(None))
_CANNOT_BE_TAKEN_BACK = and_(
    ~runs.c.done, runs.c.unwinding, run_steps.c.undone_at.is_(None), _UNTOLD, run_steps.c.undo_tries >= TROUBLED_AFTER
)
_INTERRUPTED = and_(~runs.c.done, run_steps.c.interruptions_in_a_row >= INTERRUPTED_AFTER)


class RunStore:
    """What is submitted, cancelled, woken, looked at and in the end forgotten."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._add = sql.add_run(db.is_sqlite)

    def add(self, values: dict[str, Any]) -> bool:
        """Add a run; False when the subject has an unfinished one."""
        with self.db.write() as c:
            return self._add.first(c, **values) is not None

    def chain(self, subject: str) -> list[tuple[RunView, bool]]:
        """The subject's unfinished run and those that follow it, in order, each with whether it is cancelled.

        Inside a write, and locked there until its end.
        """
        with self.db.write() as c:
            by_predecessor = {row.follows: row for row in sql.CHAIN.rows(c, b_subject=subject)}
        ordered = []
        row = by_predecessor.get(None)
        while row is not None:
            ordered.append((view(row), bool(row.cancel)))
            row = by_predecessor.get(row.id)
        return ordered

    def cancel(self, run_id: RunId, now: datetime) -> None:
        """Have it unwind, at once if nobody is at work on it."""
        at_once = case((runs.c.lease_until.is_(None), literal(now, Timestamp)), else_=runs.c.run_at)
        statement = update(runs).where(runs.c.id == run_id, ~runs.c.done)
        with self.db.write() as c:
            c.execute(statement.values(cancel=True, run_at=at_once))

    def wake(self, subject: str, now: datetime) -> bool:
        """Have the subject's parked wait looked at now; False when it has no unfinished run."""
        with self.db.read() as c:
            if sql.IS_AT_WORK.first(c, b_subject=subject) is None:
                return False
        with self.db.write() as c:
            sql.WAKE.run(c, b_subject=subject, b_now=now)
        return True

    def current(self, subjects: Sequence[str]) -> list[RunView]:
        """The unfinished runs of these subjects that are at work."""
        if len(subjects) == 1:
            with self.db.read() as c:
                return [view(row) for row in sql.CURRENT.rows(c, b_subject=subjects[0])]
        with self.db.read() as c:
            return [view(row) for row in _CURRENT.rows(c, subjects=subjects)]

    def unfinished(self) -> list[RunView]:
        """Every run that has not ended, oldest first."""
        with self.db.read() as c:
            return [view(row) for row in c.execute(select(runs).where(~runs.c.done).order_by(runs.c.created_at))]

    def counts(self) -> list[RunCount]:
        """How many have not ended, by workflow and by whether they are being taken back."""
        columns = (runs.c.kind, runs.c.unwinding)
        statement = select(*columns, func.count()).where(~runs.c.done).group_by(*columns)
        with self.db.read() as c:
            return [RunCount(kind, bool(unwinding), count) for kind, unwinding, count in c.execute(statement)]

    def troubled(self) -> list[Trouble]:
        """What fails to be taken back again and again, the oldest run first."""
        statement = select(runs, run_steps.c.name, run_steps.c.undo_tries)
        statement = statement.join(run_steps, runs.c.id == run_steps.c.run_id).where(_CANNOT_BE_TAKEN_BACK)
        with self.db.read() as c:
            found = c.execute(statement.order_by(runs.c.created_at))
            return [Trouble(view(row), row.name, row.undo_tries) for row in found]

    def interrupted(self) -> list[Interruption]:
        """What never comes to its end because whoever is at it is gone before, the oldest run first."""
        statement = select(runs, run_steps.c.name, run_steps.c.interruptions_in_a_row)
        statement = statement.join(run_steps, runs.c.id == run_steps.c.run_id).where(_INTERRUPTED)
        with self.db.read() as c:
            found = c.execute(statement.order_by(runs.c.created_at))
            return [Interruption(view(row), row.name, row.interruptions_in_a_row) for row in found]

    def history(self, which: ColumnElement[bool]) -> list[RunView]:
        """The runs `which` is true of with their steps, oldest first."""
        steps = select(run_steps).join(runs, runs.c.id == run_steps.c.run_id).where(which)
        with self.db.read() as c:
            rows = c.execute(select(runs).where(which).order_by(runs.c.created_at, runs.c.id)).all()
            lines = c.execute(steps.order_by(run_steps.c.position)).all()
        by_run: dict[str, list[StepView]] = {row.id: [] for row in rows}
        for line in lines:
            by_run[line.run_id].append(_step_view(line))
        return [view(row, tuple(by_run[row.id])) for row in rows]

    def page(self, which: ColumnElement[bool], limit: int, marker: RunId | None) -> list[RunView]:
        """At most so many of the runs `which` is true of, the newest first, after the one named by the marker."""
        order = [(runs.c.created_at, True), (runs.c.id, True)]
        with self.db.read() as c:
            last = c.execute(select(*(column for column, _ in order)).where(runs.c.id == marker)).first()
            if marker and last is None:
                raise NotFound("listing.no_marker", f"There is no run {marker} to go on after: begin anew")
            statement = after(select(runs).where(which), order, last).limit(limit)
            return [view(row) for row in c.execute(statement)]

    def hurry(self, run_id: RunId, now: datetime) -> bool:
        """Make it due now if nobody works on it; False when there is nothing to hurry."""
        idle = and_(runs.c.id == run_id, active, runs.c.lease_until.is_(None))
        with self.db.write() as c:
            return c.execute(update(runs).where(idle).values(run_at=now).returning(runs.c.id)).first() is not None

    def forget(self, ended_before: datetime, at_most: int) -> int:
        """Delete the oldest runs that ended before, with their steps; how many."""
        old = runs.c.done & (runs.c.finished_at < ended_before)
        statement = select(runs.c.id).where(old).order_by(runs.c.finished_at).limit(at_most)
        with self.db.write() as c:
            ids = c.execute(statement).scalars().all()
            c.execute(delete(run_steps).where(run_steps.c.run_id.in_(ids)))
            c.execute(delete(runs).where(runs.c.id.in_(ids)))
        return len(ids)


def in_state(state: RunState) -> ColumnElement[bool]:
    """True of the runs that are in it."""
    if state is RunState.UNFINISHED:
        return ~runs.c.done
    if state is RunState.WAITING:
        return and_(~runs.c.done, runs.c.waits)
    if state is RunState.FAILED:
        return and_(runs.c.done, runs.c.outcome == Outcome.FAILED.value)
    if state is RunState.ENDED:
        return runs.c.done.is_(True)
    of_run = select(run_steps.c.run_id).where(run_steps.c.run_id == runs.c.id)
    return and_(~runs.c.done, of_run.where(or_(_CANNOT_BE_TAKEN_BACK, _INTERRUPTED)).correlate(runs).exists())


def view(row: Any, steps: tuple[StepView, ...] = ()) -> RunView:
    return RunView(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        input=tuple(row.input),
        request_id=row.request_id,
        created_at=row.created_at,
        step=row.step,
        unwinding=row.unwinding,
        outcome=Outcome(row.outcome) if row.outcome else None,
        finished_at=row.finished_at,
        error=fault(row.error),
        next_at=row.lease_until or row.run_at,
        is_waiting=bool(row.waits),
        is_worked_on=row.lease_until is not None and not row.done,
        follows=RunId(row.follows) if row.follows else None,
        steps=steps,
    )


def fault(stored: dict[str, str] | None) -> Fault | None:
    return Fault(stored["code"], stored["message"]) if stored else None


def _step_view(row: Row[Any]) -> StepView:
    return StepView(
        name=row.name,
        started_at=row.started_at,
        finished_at=row.finished_at,
        tries=row.tries,
        error=fault(row.error),
        undone_at=row.undone_at,
        deadline=row.deadline,
        undo_tries=row.undo_tries,
        failures=row.failures,
        interruptions=row.interruptions,
    )
