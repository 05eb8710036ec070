"""A run in words: what it does, what it waits for, and what comes next."""

from __future__ import annotations

from datetime import datetime

from haneul.kit.workflow.model import RunView, StepView


def explained(run: RunView, now: datetime) -> str:
    """For an operator who wonders about a run; `run` has its steps."""
    return " ".join(_sentences(run, now))


def _sentences(run: RunView, now: datetime) -> list[str]:
    what = f"{run.kind} of {run.subject}"
    if run.outcome is not None and run.finished_at is not None:
        took_s = (run.finished_at - run.created_at).total_seconds()
        ended = [f"{what} ended as {run.outcome} after {took_s:.1f} s."]
        return ended + ([f"{run.error.message} ({run.error.code})."] if run.error else [])
    if run.follows is not None:
        return [f"{what} has not begun: it waits for the run {run.follows}, which is being taken back."]
    told = [f"{what} is {'being taken back' if run.unwinding else 'at work'}, {_at(run)}."]
    told += _trouble(run)
    return [*told, _next(run, now)]


def _at(run: RunView) -> str:
    undone = sum(1 for step in run.steps if step.undone_at is not None)
    if run.unwinding:
        return f"{undone} of {len(run.steps)} steps so far"
    return f"at {run.step}" if run.step else "before its first step"


def _trouble(run: RunView) -> list[str]:
    told = [f"It failed because: {run.error.message} ({run.error.code})."] if run.error else []
    for step in run.steps:
        told += _trouble_back(step) if run.unwinding else _trouble_of(step)
    return told


def _trouble_of(step: StepView) -> list[str]:
    if step.finished_at is not None:
        return []
    told = []
    if step.failures and step.error is not None:
        times = _times(step.failures)
        told.append(f"The step {step.name} failed {times}, last because: {step.error.message} ({step.error.code}).")
    return told + _interruptions(step)


def _trouble_back(step: StepView) -> list[str]:
    if step.undone_at is not None or not step.undo_tries:
        return []
    return [f"Taking back {step.name} failed {_times(step.undo_tries)}: the log says why."]


def _interruptions(step: StepView) -> list[str]:
    if not step.interruptions:
        return []
    times = _times(step.interruptions)
    return [
        f"The step {step.name} was interrupted {times}, which is no failure: whoever did it was gone before its end."
    ]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _next(run: RunView, now: datetime) -> str:
    if run.is_worked_on:
        return "Somebody works on it now."
    soon = f"in {max(0.0, (run.next_at - now).total_seconds()):.0f} s"
    waiting = _open_wait(run)
    if run.is_waiting and waiting is not None and waiting.deadline is not None:
        left_s = max(0.0, (waiting.deadline - now).total_seconds())
        return f"It waits until {waiting.name} holds, for {left_s:.0f} s more; then it is taken back."
    return f"It is tried again {soon}; `haneul runs retry {run.id}` has it tried now."


def _open_wait(run: RunView) -> StepView | None:
    return next((step for step in run.steps if step.finished_at is None and step.deadline is not None), None)
