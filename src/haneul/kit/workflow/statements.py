"""The engine's SQL, put together once: building a statement costs more than running it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, case, func, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from haneul.kit.db import Prepared, Timestamp
from haneul.kit.workflow.tables import active, run_steps, runs

_now = bindparam("b_now", type_=Timestamp)
_lease_until = bindparam("b_lease_until", type_=Timestamp)
_mine = and_(runs.c.id == bindparam("b_run"), runs.c.epoch == bindparam("b_epoch"), ~runs.c.done)

_is_free = or_(runs.c.lease_until.is_(None), runs.c.lease_until < _now)
_due = select(runs.c.id).where(active, runs.c.run_at <= _now, _is_free).order_by(runs.c.run_at).limit(1)

CLAIM = Prepared(
    update(runs)
    .where(runs.c.id == _due.with_for_update(skip_locked=True).scalar_subquery())
    .values(
        epoch=runs.c.epoch + 1,
        owner=bindparam("b_owner"),
        lease_until=_lease_until,
        waits=False,
        woken=False,
        interrupted=or_(runs.c.interrupted, runs.c.lease_until.is_not(None)),
    )
    .returning(runs)
)
"""Takes the run that has been due longest. Whose lease has run out was not given back."""

STEPS = Prepared(
    select(run_steps).where(run_steps.c.run_id == bindparam("b_run")).order_by(run_steps.c.position, run_steps.c.name)
)

WRITE = Prepared(
    update(runs)
    .where(_mine)
    .values(step=bindparam("b_step"), lease_until=_lease_until, interrupted=False)
    .returning(runs.c.cancel)
)

IS_MINE = Prepared(select(runs.c.id).where(_mine).with_for_update(read=True))
"""Whether the claim is the newest still; it stays so until the end of the transaction."""

UNWIND = Prepared(
    update(runs).where(_mine).values(unwinding=True, error=bindparam("b_error"), interrupted=False).returning(runs.c.id)
)

_hurry = or_(and_(runs.c.cancel, ~runs.c.unwinding), and_(bindparam("b_waits"), runs.c.woken))

PARK = Prepared(
    update(runs)
    .where(_mine)
    .values(
        run_at=case((_hurry, _now), else_=bindparam("b_until", type_=Timestamp)),
        lease_until=null(),
        waits=bindparam("b_waits"),
        attempts=bindparam("b_attempts"),
        interrupted=False,
    )
    .returning(runs.c.run_at)
)
"""A wake or a cancel that came since the claim makes the run due at once."""

TAKE_FROM_HUNG = Prepared(
    update(runs)
    .where(_mine, runs.c.lease_until.is_not(None))
    .values(epoch=runs.c.epoch + 1, lease_until=null(), run_at=_now, interrupted=False)
    .returning(runs.c.id)
)
"""Fences off the worker whose claim it is, and makes the run due at once."""

END = Prepared(
    update(runs)
    .where(_mine)
    .values(done=True, outcome=bindparam("b_outcome"), finished_at=_now, lease_until=null(), step=null())
    .returning(runs.c.cancel)
)

BEGIN_SUCCESSOR = Prepared(
    update(runs).where(runs.c.follows == bindparam("b_run")).values(follows=null(), run_at=_now).returning(runs.c.id)
)

RENEW = Prepared(update(runs).where(_mine).values(lease_until=_lease_until))

_next_at = case((runs.c.lease_until > _now, runs.c.lease_until), else_=runs.c.run_at)
NEXT_DUE = Prepared(select(func.min(_next_at, type_=Timestamp())).where(active))

_held = and_(active, runs.c.lease_until.is_not(None))
_take_over = update(runs).where(_held).values(lease_until=null(), interrupted=True).returning(runs.c.id)
TAKE_OVER_ALL = Prepared(_take_over)
TAKE_OVER_OWN = Prepared(_take_over.where(runs.c.owner == bindparam("b_owner")))


_beyond = bindparam("b_beyond", type_=Timestamp)
BRING_NEAR = Prepared(
    update(runs)
    .where(active, runs.c.lease_until.is_(None), runs.c.run_at > _beyond)
    .values(run_at=_now)
    .returning(runs.c.id)
)
"""What is not due until then is due now."""
SHORTEN_LEASES = Prepared(
    update(runs).where(active, runs.c.lease_until > _beyond).values(lease_until=_lease_until).returning(runs.c.id)
)


def put_steps(is_sqlite: bool) -> Prepared:
    """Adds lines of the journal or brings them up to date."""
    insert: Any = sqlite.insert(run_steps) if is_sqlite else postgresql.insert(run_steps)
    fixed = ("run_id", "name", "position", "started_at")
    fresh = {column.name: insert.excluded[column.name] for column in run_steps.c if column.name not in fixed}
    insert = insert.values({column.name: bindparam(column.name, type_=column.type) for column in run_steps.c})
    return Prepared(insert.on_conflict_do_update(index_elements=["run_id", "name"], set_=fresh))


def add_run(is_sqlite: bool) -> Prepared:
    """Adds a run and returns its id; nothing when its subject has an unfinished one."""
    insert: Any = sqlite.insert(runs) if is_sqlite else postgresql.insert(runs)
    insert = insert.values({column.name: bindparam(column.name, None, type_=column.type) for column in runs.c})
    return Prepared(insert.on_conflict_do_nothing().returning(runs.c.id))


IS_AT_WORK = Prepared(select(runs.c.id).where(runs.c.subject == bindparam("b_subject"), active))
"""Whether the subject has an unfinished run."""

WAKE = Prepared(
    update(runs)
    .where(runs.c.subject == bindparam("b_subject"), active)
    .values(woken=True, run_at=case((runs.c.waits, _now), else_=runs.c.run_at))
)

CHAIN = Prepared(select(runs).where(runs.c.subject == bindparam("b_subject"), ~runs.c.done).with_for_update())
"""The subject's unfinished run and those that follow it."""

CURRENT = Prepared(select(runs).where(runs.c.subject == bindparam("b_subject"), active))
"""The subject's unfinished run that is at work."""
