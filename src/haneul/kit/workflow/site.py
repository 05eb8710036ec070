"""One claim's place of work: its journal, its fence, who looks on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from haneul.kit.clock import Clock
from haneul.kit.workflow import codec
from haneul.kit.workflow.journal import Attempt, Claim, Journal
from haneul.kit.workflow.leave import JournalFailed, LeaseLost
from haneul.kit.workflow.model import CANCELLED, Fault, Fence, Moment, Observer, Outcome, Point, StepRow
from haneul.kit.workflow.run import Run
from haneul.kit.workflow.statements import IS_MINE

log = logging.getLogger(__name__)

_fence: ContextVar[Fence | None] = ContextVar("fence", default=None)


def current_fence() -> Fence | None:
    """The run, and the claim of it, whose step the present thread is doing; None outside of steps."""
    return _fence.get()


def check_fence(c: Connection) -> None:
    """Raises LeaseLost for a write of a step whose run another worker has claimed meanwhile."""
    fence = _fence.get()
    if fence is not None and IS_MINE.first(c, b_run=fence.run, b_epoch=fence.epoch) is None:
        raise LeaseLost(fence.run)


@dataclass(frozen=True)
class Registration:
    """A workflow and what its steps lean on."""

    fn: Callable[..., None]
    parts: object


@dataclass(frozen=True)
class Surroundings:
    """What the engine lends to every execution."""

    journal: Journal
    clock: Clock
    observer: Observer
    is_stopping: Callable[[], bool]
    on_attempt: Callable[[Attempt], None]
    """Told of every step that begins: up to its limit its lease is renewed."""


class Site:
    """Where one claim is worked on, by one thread."""

    def __init__(self, around: Surroundings, registration: Registration, claim: Claim) -> None:
        self.claim = claim
        self.journal = around.journal
        self.parts = registration.parts
        self.rows = {row.name: row for row in around.journal.steps(claim.id)}
        self.unsaved: list[StepRow] = []
        """Lines that the next commit takes along."""
        self.step = ""
        """The step last begun."""
        self.undoing = claim.unwinding
        self.reason = claim.error or CANCELLED
        """Why it is unwound, once it is."""
        self.is_stopping = around.is_stopping
        self._interrupted = claim.interrupted
        self._around = around
        self._workflow = registration.fn

    @property
    def title(self) -> str:
        return f"{self.claim.kind} of {self.claim.subject}"

    def now(self) -> datetime:
        return self._around.clock.now()

    def call_workflow(self, run: Run) -> None:
        self._workflow(run, *codec.decode_arguments(self._workflow, self.claim.input))

    def count_interruption(self, row: StepRow) -> bool:
        """Whether the claim before this one was interrupted, which is then counted in the line it was at.

        True once, for the first line that asks: what came before it is finished.
        """
        is_one, self._interrupted = self._interrupted, False
        if is_one:
            row.interrupt()
            log.warning("%s of %s was interrupted, %s times by now", row.name, self.title, row.interruptions)
        return is_one

    def turn_round(self, reason: Fault) -> None:
        """From now on the run is unwound."""
        with self.committing():
            self.journal.unwind(self.claim, reason, self.unsaved)
        self.unsaved, self._interrupted = [], False
        self.undoing, self.reason = True, reason

    @contextmanager
    def doing(self, row: StepRow, limit_s: float) -> Iterator[None]:
        """The time in which a step's function is called."""
        self._around.on_attempt(Attempt(self.claim, replace(row), limit_s, self.undoing))
        token = _fence.set(self.claim.fence)
        try:
            self._observe(Point.BEFORE_STEP, row.name)
            yield
            self._observe(Point.AFTER_STEP, row.name)
        finally:
            _fence.reset(token)

    @contextmanager
    def committing(self, step: str | None = None) -> Iterator[None]:
        """The time in which the journal is written; raises JournalFailed for what the database raises."""
        step = self.step if step is None else step
        try:
            self._observe(Point.BEFORE_COMMIT, step)
            yield
            self._observe(Point.AFTER_COMMIT, step)
        except Exception as error:
            raise JournalFailed(f"the journal of {self.title} could not be written") from error

    def end(self, outcome: Outcome) -> None:
        """Write that the run is over; raises CancelSeen when it was cancelled before it was done."""
        with self.committing():
            self.journal.end(self.claim, self.now(), outcome, self.unsaved)

    def _observe(self, point: Point, step: str) -> None:
        self._around.observer(Moment(point, self.claim.id, self.claim.kind, step, self.undoing))
