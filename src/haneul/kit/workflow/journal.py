"""Rows of runs as the engine works on them: claimed by a lease, written only by the claim's own epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, literal, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from haneul.kit.db import Database, Timestamp
from haneul.kit.workflow.leave import CancelSeen, LeaseLost
from haneul.kit.workflow.model import Fault, Fence, Outcome, Park, RunId, StepRow
from haneul.kit.workflow.store import fault
from haneul.kit.workflow.tables import active, run_steps, runs


@dataclass(frozen=True)
class Claim:
    """A run that is one worker's own until its lease ends."""

    id: RunId
    kind: str
    subject: str
    input: tuple[Any, ...]
    request_id: str
    epoch: int
    attempts: int
    cancel: bool
    unwinding: bool
    error: Fault | None

    @property
    def fence(self) -> Fence:
        return Fence(self.id, self.epoch)


class Journal:
    """Claims, the steps' results, parking and the end, each in one transaction."""

    def __init__(self, db: Database, owner: str, lease: timedelta) -> None:
        self._db = db
        self._owner = owner
        self._lease = lease

    def claim(self, now: datetime) -> Claim | None:
        """Take the run that has been due longest. Its epoch rises: whoever had it before is fenced off."""
        free = or_(runs.c.lease_until.is_(None), runs.c.lease_until < now)
        due = select(runs.c.id).where(active, runs.c.run_at <= now, free).order_by(runs.c.run_at).limit(1)
        due = due.with_for_update(skip_locked=True)
        statement = (
            update(runs)
            .where(runs.c.id == due.scalar_subquery())
            .values(
                epoch=runs.c.epoch + 1,
                owner=self._owner,
                lease_until=now + self._lease,
                waits=False,
                woken=False,
            )
            .returning(runs)
        )
        with self._db.write() as c:
            row = c.execute(statement).first()
        if row is None:
            return None
        return Claim(
            id=row.id,
            kind=row.kind,
            subject=row.subject,
            input=tuple(row.input),
            request_id=row.request_id,
            epoch=row.epoch,
            attempts=row.attempts,
            cancel=row.cancel,
            unwinding=row.unwinding,
            error=fault(row.error),
        )

    def next_due(self, now: datetime) -> datetime | None:
        """When the next run may be claimed: now or earlier when one is due; None without unfinished ones."""
        at = case((runs.c.lease_until > now, runs.c.lease_until), else_=runs.c.run_at)
        with self._db.read() as c:
            found: datetime | None = c.execute(
                select(func.min(at, type_=runs.c.run_at.type)).where(active)
            ).scalar()
        return found

    def steps(self, run_id: RunId) -> list[StepRow]:
        statement = select(run_steps).where(run_steps.c.run_id == run_id).order_by(run_steps.c.position)
        with self._db.read() as c:
            rows = c.execute(statement).mappings().all()
        return [
            StepRow(
                **{key: row[key] for key in row if key not in ("run_id", "error")}, error=fault(row["error"])
            )
            for row in rows
        ]

    def write(self, claim: Claim, now: datetime, steps: Sequence[StepRow], step: str | None) -> bool:
        """Write these lines, show `step` as the current one and prolong the lease; True when cancelled.

        Raises LeaseLost when the claim is not the newest any more; then nothing is written.
        """
        with self._db.write() as c:
            values = {"step": step, "lease_until": now + self._lease}
            row = self._own(c, claim, values, runs.c.cancel)
            self._put(c, claim.id, steps)
        return bool(row[0])

    def unwind(self, claim: Claim, reason: Fault, steps: Sequence[StepRow]) -> None:
        """From now on the run goes backwards."""
        with self._db.write() as c:
            self._own(c, claim, {"unwinding": True, "error": asdict(reason)}, runs.c.id)
            self._put(c, claim.id, steps)

    def park(self, claim: Claim, now: datetime, park: Park, steps: Sequence[StepRow]) -> datetime:
        """Give the run back until then, or until it is woken if it waits, or cancelled; when it is due.

        A wake or a cancel that came since the claim makes it due at once.
        """
        hurry: ColumnElement[bool] = runs.c.cancel & ~runs.c.unwinding
        if park.is_wait:
            hurry = or_(hurry, runs.c.woken)
        values = {
            "run_at": case((hurry, literal(now, Timestamp)), else_=literal(park.until, Timestamp)),
            "lease_until": null(),
            "waits": park.is_wait,
            "attempts": park.attempts,
        }
        with self._db.write() as c:
            row = self._own(c, claim, values, runs.c.run_at)
            self._put(c, claim.id, steps)
        due: datetime = row[0]
        return due

    def end(self, claim: Claim, now: datetime, outcome: Outcome, steps: Sequence[StepRow]) -> bool:
        """The run is over; True when another one followed it and may begin now.

        Raises CancelSeen, with nothing written, when it was cancelled before it was done.
        """
        values = {
            "done": True,
            "outcome": outcome.value,
            "finished_at": now,
            "lease_until": null(),
            "step": null(),
        }
        with self._db.write() as c:
            row = self._own(c, claim, values, runs.c.cancel)
            if row[0] and outcome is Outcome.DONE:
                raise CancelSeen
            self._put(c, claim.id, steps)
            successor = update(runs).where(runs.c.follows == claim.id).values(follows=null(), run_at=now)
            return c.execute(successor.returning(runs.c.id)).first() is not None

    def renew(self, claims: Sequence[Claim], now: datetime) -> None:
        """Prolong the leases of claims that are still the newest."""
        with self._db.write() as c:
            for claim in claims:
                mine = (runs.c.id == claim.id) & (runs.c.epoch == claim.epoch) & ~runs.c.done
                c.execute(update(runs).where(mine).values(lease_until=now + self._lease))

    def take_over(self) -> int:
        """Void the leases of this owner's former life: what a dead process held is due at once."""
        held = active & runs.c.lease_until.is_not(None)
        if not self._db.is_sqlite:
            held = held & (runs.c.owner == self._owner)
        with self._db.write() as c:
            return len(
                c.execute(update(runs).where(held).values(lease_until=null()).returning(runs.c.id)).all()
            )

    def _own(self, c: Connection, claim: Claim, values: dict[str, Any], returning: Any) -> Any:
        mine = (runs.c.id == claim.id) & (runs.c.epoch == claim.epoch) & ~runs.c.done
        row = c.execute(update(runs).where(mine).values(values).returning(returning)).first()
        if row is None:
            raise LeaseLost(claim.id)
        return row

    def _put(self, c: Connection, run_id: RunId, steps: Sequence[StepRow]) -> None:
        if not steps:
            return
        insert = sqlite.insert if self._db.is_sqlite else postgresql.insert
        statement: Any = insert(run_steps)
        fixed = ("run_id", "name", "position", "started_at")
        fresh = {col.name: statement.excluded[col.name] for col in run_steps.c if col.name not in fixed}
        statement = statement.on_conflict_do_update(index_elements=["run_id", "name"], set_=fresh)
        c.execute(statement, [{"run_id": run_id, **asdict(step)} for step in steps])
