"""Rows of runs as the engine works on them: claimed by a lease, written only by the claim's own epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from haneul.kit.db import Database, Prepared
from haneul.kit.workflow import statements as sql
from haneul.kit.workflow.leave import CancelSeen, LeaseLost
from haneul.kit.workflow.model import Fault, Fence, Outcome, Park, RunId, StepRow
from haneul.kit.workflow.store import fault


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
    interrupted: bool
    """Whoever had it before did not give it back, and the journal does not tell so yet."""
    unwinding: bool
    error: Fault | None

    @property
    def fence(self) -> Fence:
        return Fence(self.id, self.epoch)


@dataclass(frozen=True)
class Attempt:
    """What a worker is at: a step, or the taking back of one."""

    claim: Claim
    row: StepRow
    """As it was when the attempt began."""
    limit_s: float
    """Longer than so it may not take."""
    undoing: bool


class Journal:
    """Claims, the steps' results, parking and the end, each in one transaction."""

    def __init__(self, db: Database, owner: str, lease: timedelta) -> None:
        self._db = db
        self._owner = owner
        self._lease = lease
        self._put_steps = sql.put_steps(db.is_sqlite)

    def claim(self, now: datetime) -> Claim | None:
        """Take the run that has been due longest. Its epoch rises: whoever had it before is fenced off."""
        values = {"b_now": now, "b_lease_until": now + self._lease, "b_owner": self._owner}
        with self._db.write(is_lasting=False) as c:
            row = sql.CLAIM.first(c, **values)
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
            interrupted=row.interrupted,
            unwinding=row.unwinding,
            error=fault(row.error),
        )

    def next_due(self, now: datetime) -> datetime | None:
        """When the next run may be claimed: now or earlier when one is due; None without unfinished ones."""
        with self._db.read() as c:
            found: datetime | None = sql.NEXT_DUE.scalar(c, b_now=now)
        return found

    def steps(self, run_id: RunId) -> list[StepRow]:
        with self._db.read() as c:
            rows = sql.STEPS.rows(c, b_run=run_id)
        return [_step(row) for row in rows]

    def write(self, claim: Claim, now: datetime, steps: Sequence[StepRow], step: str | None) -> bool:
        """Write these lines, show `step` as the current one and prolong the lease; True when cancelled.

        Raises LeaseLost when the claim is not the newest any more; then nothing is written.
        """
        with self._db.write() as c:
            cancelled = self._own(c, claim, sql.WRITE, b_step=step, b_lease_until=now + self._lease)
            self._put(c, claim.id, steps)
        return bool(cancelled)

    def unwind(self, claim: Claim, reason: Fault, steps: Sequence[StepRow]) -> None:
        """From now on the run goes backwards."""
        with self._db.write() as c:
            self._own(c, claim, sql.UNWIND, b_error=asdict(reason))
            self._put(c, claim.id, steps)

    def park(self, claim: Claim, now: datetime, park: Park, steps: Sequence[StepRow]) -> datetime:
        """Give the run back until then, or until it is woken if it waits, or cancelled; when it is due."""
        values = {"b_now": now, "b_until": park.until, "b_waits": park.is_wait, "b_attempts": park.attempts}
        with self._db.write() as c:
            due: datetime = self._own(c, claim, sql.PARK, **values)
            self._put(c, claim.id, steps)
        return due

    def end(self, claim: Claim, now: datetime, outcome: Outcome, steps: Sequence[StepRow]) -> bool:
        """The run is over; True when another one followed it and may begin now.

        Raises CancelSeen, with nothing written, when it was cancelled before it was done.
        """
        with self._db.write() as c:
            cancelled = self._own(c, claim, sql.END, b_outcome=outcome.value, b_now=now)
            if cancelled and outcome is Outcome.DONE:
                raise CancelSeen
            self._put(c, claim.id, steps)
            successor = sql.BEGIN_SUCCESSOR.first(c, b_run=claim.id, b_now=now)
        return successor is not None

    def hung(self, attempt: Attempt, now: datetime) -> None:
        """Write that the attempt has failed by taking too long, and have another worker try at once.

        The hung one's claim is void from then on. Raises LeaseLost, with nothing written, when it has moved on.
        """
        row = replace(attempt.row)
        if attempt.undoing:
            row.fail_to_undo()
        else:
            row.fail(Fault("run.hung", f"{row.name} took longer than its limit of {attempt.limit_s:g} s"))
        with self._db.write() as c:
            self._own(c, attempt.claim, sql.TAKE_FROM_HUNG, b_now=now)
            known = {line.name: line for line in sql.STEPS.rows(c, b_run=attempt.claim.id)}.get(row.name)
            if known is not None and (known.finished_at, known.undone_at) != (row.finished_at, row.undone_at):
                raise LeaseLost(attempt.claim.id)
            self._put(c, attempt.claim.id, [row])

    def renew(self, claims: Sequence[Claim], now: datetime) -> None:
        """Prolong the leases of claims that are still the newest."""
        if not claims:
            return
        until = now + self._lease
        values = [{"b_run": claim.id, "b_epoch": claim.epoch, "b_lease_until": until} for claim in claims]
        with self._db.write(is_lasting=False) as c:
            sql.RENEW.run_each(c, values)

    def mind_the_clock(self, now: datetime, beyond: timedelta) -> int:
        """After the clock was put back: what was to be looked at later than `beyond` from now is due; how many.

        A lease that long is nobody's: who lives renews it, and from the dead it is taken when it ends.
        """
        with self._db.write() as c:
            brought = len(sql.BRING_NEAR.rows(c, b_now=now, b_beyond=now + beyond))
            ends_at, far = now + self._lease, now + max(beyond, 2 * self._lease)
            return brought + len(sql.SHORTEN_LEASES.rows(c, b_lease_until=ends_at, b_beyond=far))

    def take_over(self) -> int:
        """Void the leases of this owner's former life: what a dead process held is due at once; how many.

        On SQLite there is one process, so every lease is of a former life.
        """
        with self._db.write() as c:
            if self._db.is_sqlite:
                return len(sql.TAKE_OVER_ALL.rows(c))
            return len(sql.TAKE_OVER_OWN.rows(c, b_owner=self._owner))

    def _own(self, c: Connection, claim: Claim, statement: Prepared, **values: Any) -> Any:
        """Execute it for the claim's run, and return the one value it returns."""
        row = statement.first(c, b_run=claim.id, b_epoch=claim.epoch, **values)
        if row is None:
            raise LeaseLost(claim.id)
        return row[0]

    def _put(self, c: Connection, run_id: RunId, steps: Sequence[StepRow]) -> None:
        if steps:
            self._put_steps.run_each(c, [{"run_id": run_id, **_values(step)} for step in steps])


def _values(step: StepRow) -> dict[str, Any]:
    error = None if step.error is None else {"code": step.error.code, "message": step.error.message}
    return {**vars(step), "error": error}


def _step(row: Any) -> StepRow:
    return StepRow(
        name=row.name,
        position=row.position,
        started_at=row.started_at,
        finished_at=row.finished_at,
        deadline=row.deadline,
        tries=row.tries,
        failures=row.failures,
        interruptions=row.interruptions,
        interruptions_in_a_row=row.interruptions_in_a_row,
        result=row.result,
        error=fault(row.error),
        undo_tries=row.undo_tries,
        undone_at=row.undone_at,
    )
