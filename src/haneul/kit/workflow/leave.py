"""The ways in which the engine leaves a workflow function before its end."""

from __future__ import annotations

from haneul.kit.workflow.model import Fault, Park


class Left(BaseException):
    """The function is left here. A BaseException, so that no `except Exception` can hold it up."""


class Parked(Left):
    """The run lies still for a while."""

    def __init__(self, park: Park) -> None:
        super().__init__(park)
        self.park = park


class Failed(Left):
    """The run cannot go on and is to be unwound."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class CancelSeen(Left):
    """The run was cancelled before its end could be written."""


class EndOfJournal(Left):
    """While unwinding: this step was not finished, and nothing after it was begun."""


class LeaseLost(Left):
    """Another worker has claimed the run meanwhile: leave it alone."""


class JournalFailed(Left):
    """The journal could not be written: the run stays as it is until its lease ends."""
