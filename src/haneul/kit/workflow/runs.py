"""What services ask of long work: begin it, hurry it, stop it, look at it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, and_, true

from haneul.kit import ids, log
from haneul.kit.clock import Clock
from haneul.kit.db import Database, Notices
from haneul.kit.errors import Conflict
from haneul.kit.workflow import codec
from haneul.kit.workflow.model import Interruption, RunCount, RunId, RunState, RunView, Trouble
from haneul.kit.workflow.run import Run
from haneul.kit.workflow.site import check_fence
from haneul.kit.workflow.store import RunStore, in_state
from haneul.kit.workflow.tables import runs

Ts = TypeVarTuple("Ts")

_BATCH = 500
_TOPIC = "runs"


class Runs:
    """The runs of this cloud.

    Everything here joins the caller's transaction where there is one: a row and the run that looks after it
    appear together or not at all. Workers hear of it after the commit.
    """

    def __init__(self, db: Database, clock: Clock, notices: Notices | None = None) -> None:
        """By `notices` workers in other processes hear of it too."""
        self.db = db
        self.clock = clock
        self._notices = notices or Notices(db)
        self._store = RunStore(db)
        self._one_at_a_time = threading.Lock()
        self._last_created = clock.now()
        db.guard(check_fence)

    def submit(self, workflow: Callable[[Run, *Ts], None], subject: str, *args: *Ts) -> RunId:
        """Begin `workflow(run, *args)` for the subject.

        Raises Conflict `run.busy` when it has an unfinished run.
        """
        run_id = self._add(workflow, subject, args, follows=None)
        if run_id is None:
            current = self.current(subject)
            doing = f": {current.kind} is at {current.step or 'its beginning'}" if current else ""
            raise Conflict("run.busy", f"{subject} is being worked on{doing}. Wait until that has ended")
        return run_id

    def supersede(self, workflow: Callable[[Run, *Ts], None], subject: str, *args: *Ts) -> RunId:
        """Cancel whatever the subject's unfinished run does and begin this one once that is unwound.

        Asked again for the same thing, it answers with the run that is there already.
        """
        with self.db.write():
            chain = self._store.chain(subject)
            if not chain:
                return self.submit(workflow, subject, *args)
            last, is_cancelled = chain[-1]
            same = last.kind == workflow.__name__ and codec.encode(last.input) == codec.encode(args)
            if same and not is_cancelled and not last.unwinding:
                return last.id
            for run, _ in chain:
                self._store.cancel(run.id, self.clock.now())
            run_id = self._add(workflow, subject, args, follows=last.id)
            if run_id is None:
                raise Conflict("run.busy", f"Somebody else has just taken {subject} in hand. Ask again")
            return run_id

    def cancel(self, subject: str) -> bool:
        """Have the subject's unfinished run unwind; False when there is none."""
        with self.db.write():
            chain = self._store.chain(subject)
            for run, _ in chain:
                self._store.cancel(run.id, self.clock.now())
            self._tell()
        return bool(chain)

    def wake(self, subject: str) -> None:
        """Something happened to the subject: a run that waits for it shall look now."""
        if self._store.wake(subject, self.clock.now()):
            self._tell()

    def current(self, subject: str) -> RunView | None:
        """The subject's unfinished run, without its steps."""
        return self.current_by_subject([subject]).get(subject)

    def current_by_subject(self, subjects: Iterable[str]) -> dict[str, RunView]:
        """The unfinished runs of these subjects, in one query."""
        return {run.subject: run for run in self._store.current(list(subjects))}

    def unfinished(self) -> list[RunView]:
        """Every run that has not ended, oldest first."""
        return self._store.unfinished()

    def counts(self) -> list[RunCount]:
        """How many have not ended, by workflow and by whether they are being taken back."""
        return self._store.counts()

    def troubled(self) -> list[Trouble]:
        """What fails to be taken back again and again, the oldest run first."""
        return self._store.troubled()

    def interrupted(self) -> list[Interruption]:
        """What is interrupted again and again and comes to no end, the oldest run first."""
        return self._store.interrupted()

    def history(self, *subjects: str) -> list[RunView]:
        """The runs of these subjects with their steps, oldest first, as far back as they are kept."""
        return self._store.history(runs.c.subject.in_(subjects))

    def find(self, run_id: RunId) -> RunView | None:
        """One run with its steps."""
        return next(iter(self._store.history(runs.c.id == run_id)), None)

    def page(
        self,
        *,
        subject: str | None = None,
        state: RunState | None = None,
        limit: int = 100,
        marker: RunId | None = None,
    ) -> list[RunView]:
        """The newest runs first, without their steps; raises NotFound `listing.no_marker`."""
        which: list[ColumnElement[bool]] = [true()]
        if subject is not None:
            which.append(runs.c.subject == subject)
        if state is not None:
            which.append(in_state(state))
        return self._store.page(and_(*which), limit, marker)

    def newest_of(self, subjects: Collection[str], limit: int) -> list[RunView]:
        """The newest runs of these subjects, ended or not, without their steps."""
        return self._store.page(runs.c.subject.in_(subjects), limit, None)

    def retry(self, run_id: RunId) -> bool:
        """Have a run that backs off or waits looked at now; False when it has ended or is being worked on."""
        with self.db.write():
            is_hurried = self._store.hurry(run_id, self.clock.now())
            self._tell()
        return is_hurried

    def forget(self, older_than: timedelta) -> int:
        """Delete runs that ended longer ago; how many. Those that have not ended stay."""
        before, total = self.clock.now() - older_than, 0
        while (count := self._store.forget(before, _BATCH)) == _BATCH:
            total += count
        return total + count

    def listen(self, listener: Callable[[], None]) -> None:
        """Call it whenever a run may have become due."""
        self._notices.on(_TOPIC, listener)

    def _add(
        self, workflow: Callable[..., None], subject: str, args: tuple[object, ...], follows: RunId | None
    ) -> RunId | None:
        run_id, now = RunId(ids.new_uuid()), self.clock.now()
        values: dict[str, Any] = {
            "id": run_id,
            "kind": workflow.__name__,
            "subject": subject,
            "input": codec.plain(args),
            "request_id": log.request_id.get(),
            "follows": follows,
            "created_at": self._next_moment(now),
            "run_at": now,
            "epoch": 0,
            "attempts": 0,
        }
        values |= dict.fromkeys(("waits", "woken", "cancel", "interrupted", "unwinding", "done"), False)
        with self.db.write():
            if not self._store.add(values):
                return None
            self._tell()
        return run_id

    def _next_moment(self, now: datetime) -> datetime:
        """Later than any before, so that runs of the same instant keep their order."""
        with self._one_at_a_time:
            self._last_created = max(now, self._last_created + timedelta(microseconds=1))
            return self._last_created

    def _tell(self) -> None:
        self._notices.post(_TOPIC)
