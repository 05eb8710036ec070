"""Who works on runs: on threads of its own, or on the caller's."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from haneul.kit import ids
from haneul.kit.log import request_id
from haneul.kit.workflow.execute import execute
from haneul.kit.workflow.journal import Attempt, Claim, Journal
from haneul.kit.workflow.leave import JournalFailed, LeaseLost
from haneul.kit.workflow.model import Observer, Park, silent
from haneul.kit.workflow.runs import Runs
from haneul.kit.workflow.site import Registration, Surroundings
from haneul.kit.workflow.watch import Watch

log = logging.getLogger(__name__)

_POLL_S = 1.0
"""The safety net: so late is a run begun of which nobody told."""
_PAUSE_AFTER_TROUBLE_S = 1.0
_UNKNOWN_PAUSE = timedelta(seconds=30)
_PUT_BACK_S = 5.0
"""By less than this a clock may be put back without anybody taking note."""
_FARTHEST = timedelta(minutes=2)
"""No pause is longer: what is to be looked at later was written by a clock that was wrong."""


class Engine:
    """Claims runs that are due and works on them."""

    def __init__(
        self,
        runs: Runs,
        *,
        threads: int = 4,
        observer: Observer = silent,
        owner: str | None = None,
        lease_s: float = 30.0,
        poll_s: float = _POLL_S,
    ) -> None:
        """`owner` names this process among its replicas and stays the same when it is started again.

        Every `poll_s` it looks whether a run is due of which nobody told.
        """
        self._clock = runs.clock
        self._offset_s = self._wall_s()
        self._thread_count = threads
        self._registered: dict[str, Registration] = {}
        self._journal = Journal(runs.db, owner or ids.new_uuid(), timedelta(seconds=lease_s))
        self._watch = Watch(lease_s)
        self._look_every_s = min(poll_s, lease_s / 3)
        self._wanted = threading.Condition()
        self._tickets = 0
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._around = Surroundings(self._journal, self._clock, observer, self._stop.is_set, self._watch.began)
        runs.listen(self._want)

    def register(self, workflow: Callable[..., None], parts: object) -> None:
        """From now on work on runs of this workflow, handing `parts` to its steps."""
        kind = workflow.__name__
        if not getattr(workflow, "is_workflow", False):
            raise TypeError(f"{kind} is no workflow: decorate it with @workflow")
        known = self._registered.get(kind)
        if known is not None and known.fn is not workflow:
            raise ValueError(f"there are two workflows named {kind}: runs are found by that name")
        self._registered[kind] = Registration(workflow, parts)

    @property
    def registrations(self) -> tuple[Registration, ...]:
        """All workflows that it knows, each with its parts."""
        return tuple(self._registered.values())

    def recover(self) -> int:
        """Make due at once what a former life of this process held when it died; how many runs."""
        self._journal.mind_the_clock(self._clock.now(), _FARTHEST)
        return self._journal.take_over()

    def mind_the_clock(self) -> None:
        """Whenever the clock was put back, look at everything now: it would wait for as long as that was."""
        before, self._offset_s = self._offset_s, self._wall_s()
        if self._offset_s < before - _PUT_BACK_S:
            brought = self._journal.mind_the_clock(self._clock.now(), timedelta())
            log.warning("The clock was put back by %.0f s: %s runs are looked at now", before - self._offset_s, brought)
            self._want(self._thread_count)

    def _wall_s(self) -> float:
        """How far the time of day is ahead of what never runs backwards."""
        return self._clock.now().timestamp() - self._clock.monotonic()

    def start(self) -> None:
        """Take over what the former life left behind and begin to work on threads."""
        self._stop.clear()
        recovered = self.recover()
        if recovered:
            log.info("Going on with %s runs that were interrupted", recovered)
        self._spawn(self._keep, "runs-keeper")
        for number in range(self._thread_count):
            self._spawn(self._work, f"runs-{number}")
        self._want(self._thread_count)

    def stop(self, grace_s: float = 10.0) -> bool:
        """Finish the steps being done and give the runs back; True when all threads ended in time."""
        self._stop.set()
        with self._wanted:
            self._wanted.notify_all()
        self._watch.hurry()
        end = time.monotonic() + grace_s
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        return not self._threads

    def is_stopping(self) -> bool:
        return self._stop.is_set()

    def is_at_work(self) -> bool:
        """True from `start` to `stop`."""
        return bool(self._threads) and not self._stop.is_set()

    def run_due(self) -> int:
        """Work on this thread until nothing is due; how many times a run was taken up."""
        count = 0
        while self._one():
            count += 1
        return count

    def next_due(self) -> datetime | None:
        """When there is something to do next; None when no run is unfinished."""
        return self._journal.next_due(self._clock.now())

    def _one(self) -> bool:
        """Work on the run that is due longest; False when none is due."""
        claim = self._journal.claim(self._clock.now())
        if claim is None:
            return False
        token = request_id.set(claim.request_id)
        try:
            due = self._execute(claim)
        except LeaseLost:
            log.warning("%s of %s was taken over by another worker", claim.kind, claim.subject)
            return True
        except JournalFailed as failure:
            log.error("%s; it is tried again when its lease ends", failure, exc_info=failure.__cause__)
            return True
        finally:
            self._watch.left()
            request_id.reset(token)
        if due is None or due <= self._clock.now():
            self._want()
        else:
            self._watch.look_at((due - self._clock.now()).total_seconds())
        return True

    def _execute(self, claim: Claim) -> datetime | None:
        registration = self._registered.get(claim.kind)
        if registration is not None:
            return execute(self._around, registration, claim)
        log.error("Nobody here knows the workflow %s, of %s: is this an older release?", claim.kind, claim.subject)
        now = self._clock.now()
        return self._journal.park(claim, now, Park(now + _UNKNOWN_PAUSE), [])

    def _want(self, workers: int = 1) -> None:
        """Have so many idle workers look for due runs."""
        with self._wanted:
            self._tickets = min(self._tickets + workers, self._thread_count)
            self._wanted.notify(workers)

    def _work(self) -> None:
        """The life of a worker thread."""
        while not self._stop.is_set():
            with self._wanted:
                self._wanted.wait_for(lambda: self._tickets > 0 or self._stop.is_set())
                self._tickets = max(0, self._tickets - 1)
            try:
                while not self._stop.is_set() and self._one():
                    if self._watch.is_replaced():
                        return
            except Exception:
                log.exception("A worker could not go on; it tries again")
                self._stop.wait(_PAUSE_AFTER_TROUBLE_S)
                self._want()

    def _keep(self) -> None:
        """The life of the keeper: renews leases, replaces hung workers, wakes workers in time."""
        while not self._stop.is_set():
            self._watch.sleep(self._look_every_s)
            try:
                self.mind_the_clock()
                self._journal.renew(self._watch.to_renew(), self._clock.now())
                for attempt in self._watch.hung():
                    self._replace(attempt)
                due = self.next_due()
            except Exception:
                log.exception("The keeper of runs could not go on; it tries again")
                continue
            if due is not None:
                self._fall_due(due)

    def _replace(self, hung: Attempt) -> None:
        """Count it as failed, and have another worker in the place of the one that hangs."""
        step, claim = hung.row.name, hung.claim
        log.error("%s of %s of %s hangs; another worker tries it", step, claim.kind, claim.subject)
        self._spawn(self._work, "runs-spare")
        try:
            self._journal.hung(hung, self._clock.now())
        except LeaseLost:
            log.info("%s of %s of %s has come to its end after all", step, claim.kind, claim.subject)
        except Exception:
            log.exception("The journal could not be told; %s is tried again when its lease ends", step)
        self._want()

    def _fall_due(self, due: datetime) -> None:
        wait_s = (due - self._clock.now()).total_seconds()
        if wait_s <= 0:
            self._want(self._thread_count)
        elif wait_s < _POLL_S:
            self._watch.look_at(wait_s)

    def _spawn(self, life: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=life, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()
