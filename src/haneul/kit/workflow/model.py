"""The nouns of long work: runs, their steps, and what is said about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

RunId = NewType("RunId", str)


@dataclass(frozen=True)
class Fault:
    """Why a run failed: the code and message of the CloudError that ended it.

    Besides the codes of the services: `internal` (a bug), `run.cancelled`, `run.deadline` (a wait that did
    not come true in time), `run.hung` (a step that took longer than it may), `run.abandoned` (a step that was
    interrupted again and again and never came back).
    """

    code: str
    message: str


CANCELLED = Fault("run.cancelled", "Another request took the place of this one")


@dataclass(frozen=True)
class Fence:
    """On behalf of which run, and which claim of it, the present thread works.

    Whatever is told to the world carries it: of one run, the higher epoch is right and the lower one is late.
    """

    run: RunId
    epoch: int


class Outcome(StrEnum):
    """How a run ended; a run that has not ended has none."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RunState(StrEnum):
    """What runs may be asked for by."""

    UNFINISHED = "unfinished"
    WAITING = "waiting"
    """For something to happen in the world; unfinished."""
    STUCK = "stuck"
    """Unfinished, and a step of it is interrupted, or fails to be taken back, again and again."""
    FAILED = "failed"
    """Ended."""
    ENDED = "ended"


@dataclass(frozen=True)
class StepView:
    """One line of the journal."""

    name: str
    """The step function's name; `plug_port#2` when it is the run's second of that name."""
    started_at: datetime
    finished_at: datetime | None
    tries: int
    """How often it was begun: `failures` and `interruptions` say how the tries before the last one ended."""
    error: Fault | None
    """Of the last failure; None when it went well."""
    undone_at: datetime | None
    deadline: datetime | None = None
    """Of a wait; a step has none."""
    undo_tries: int = 0
    """How often taking it back has failed."""
    failures: int = 0
    """How often it raised or hung; as many as the step has tries, and the run is taken back."""
    interruptions: int = 0
    """How often whoever did it, or took it back, was gone before the end: that is no failure of the step."""


@dataclass(frozen=True)
class RunView:
    """A run as others see it."""

    id: RunId
    kind: str
    """The workflow's name."""
    subject: str
    input: tuple[Any, ...]
    """The arguments as plain JSON values."""
    request_id: str
    created_at: datetime
    step: str | None
    """The step it is at, without its count; None before the first and after the last."""
    unwinding: bool
    outcome: Outcome | None
    finished_at: datetime | None
    error: Fault | None
    next_at: datetime
    """When it is looked at next at the latest."""
    is_waiting: bool
    """For something to happen in the world."""
    is_worked_on: bool
    follows: RunId | None
    """The run after whose end it begins."""
    steps: tuple[StepView, ...] = ()
    """In the order they were begun; filled by `history` and `find` only."""


@dataclass
class StepRow:
    """One line of the journal in the engine's hands."""

    name: str
    position: int
    started_at: datetime
    finished_at: datetime | None = None
    deadline: datetime | None = None
    """Of a wait; a step has none."""
    tries: int = 0
    failures: int = 0
    interruptions: int = 0
    interruptions_in_a_row: int = 0
    """Since a try of it, or of taking it back, came to an end of its own."""
    result: str | None = None
    """JSON."""
    error: Fault | None = None
    undo_tries: int = 0
    undone_at: datetime | None = None

    def fail(self, fault: Fault) -> None:
        """A try has ended without success."""
        self.failures, self.error, self.interruptions_in_a_row = self.failures + 1, fault, 0

    def fail_to_undo(self) -> None:
        """Taking it back has failed; `error` stays what the step itself said."""
        self.undo_tries, self.interruptions_in_a_row = self.undo_tries + 1, 0

    def interrupt(self) -> None:
        """Whoever was at it did not come back."""
        self.interruptions, self.interruptions_in_a_row = self.interruptions + 1, self.interruptions_in_a_row + 1

    @staticmethod
    def handler_name(name: str) -> str:
        """The line of an `on_failure`: no step can have that name."""
        return f"on_failure.{name}"

    @property
    def is_handler(self) -> bool:
        return "." in self.name

    @property
    def function(self) -> str:
        """The name of the function that it calls."""
        return self.name.partition("#")[0].rpartition(".")[2]


@dataclass(frozen=True)
class Park:
    """For how long a run lies still, and why."""

    until: datetime
    is_wait: bool = False
    """True when an event may end it sooner; False while a failed step backs off."""
    attempts: int = 0
    """How often the code between the steps has failed."""


@dataclass(frozen=True)
class Trouble:
    """Something that cannot be taken back for quite a while; it is still tried."""

    run: RunView
    step: str
    """Whose undo fails, or the `on_failure` that does."""
    tries: int


@dataclass(frozen=True)
class Interruption:
    """A step that whoever is at it never comes back from; it is still tried."""

    run: RunView
    step: str
    in_a_row: int


@dataclass(frozen=True)
class RunCount:
    """So many runs of one workflow that have not ended."""

    kind: str
    unwinding: bool
    count: int


TROUBLED_AFTER = 5
"""So many failures make it trouble: from then on they are logged as errors."""
INTERRUPTED_AFTER = 3
"""So many interruptions of a step in a row are no accident any more."""


class Point(StrEnum):
    """Where an observer is called."""

    BEFORE_STEP = "before_step"
    AFTER_STEP = "after_step"
    BEFORE_COMMIT = "before_commit"
    AFTER_COMMIT = "after_commit"


@dataclass(frozen=True)
class Moment:
    """What is about to happen, or has just happened, in a run."""

    point: Point
    run: RunId
    kind: str
    step: str
    undoing: bool


Observer = Callable[[Moment], None]
"""Told of every moment of every run: for tracing, metrics and drills.

What it raises counts: an Exception at BEFORE_STEP or AFTER_STEP is the step's own, and a BaseException is the
end of this process as far as the run is concerned.
"""


def silent(_moment: Moment) -> None:
    """The observer of those who do not look."""
