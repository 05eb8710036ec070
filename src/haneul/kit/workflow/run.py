"""What a workflow holds in its hands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, TypeVarTuple

from haneul.kit.workflow.model import Fault

R = TypeVar("R")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True)
class Call:
    """A step as the workflow asks for it."""

    name: str
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    undo: Callable[..., Any] | None
    tries: int
    limit_s: float
    deadline_s: float | None = None
    """Set for a wait."""


@dataclass(frozen=True)
class Handler:
    """What is to be told after the unwinding."""

    name: str
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    limit_s: float = 120.0


class Performer(Protocol):
    """Who performs steps: looks them up in the journal or does them."""

    def perform(self, call: Call) -> Any: ...


class Run:
    """The journal as a workflow function sees it: results of what is done, and the doing of the rest.

    The function is called again and again, after a wait as after a crash: steps that the journal knows return
    at once what they returned the first time. So between steps there may be only arguments and results.
    """

    def __init__(self, performer: Performer) -> None:
        self._performer = performer
        self._counts: Counter[str] = Counter()
        self.calls: list[Call] = []
        """The steps met so far, in order."""
        self.handlers: list[Handler] = []

    def step(
        self,
        fn: Callable[[Any, *Ts], R],
        *args: *Ts,
        undo: Callable[[Any, *Ts], object] | None = None,
        tries: int = 5,
        limit_s: float = 120.0,
    ) -> R:
        """Do `fn(parts, *args)` once and remember what it returned.

        It may be begun twice when power fails, which is no failure of it. `Unavailable` and bugs are tried up to
        `tries` times with growing pauses, any other CloudError unwinds the run at once. Older than `limit_s` it
        has failed too, by hanging, and another worker tries it again. `undo(parts, *args)` takes it back when the
        run unwinds, also when it was only begun.
        """
        result: R = self._meet(Call(self._name(fn), fn, args, undo, tries, limit_s))
        return result

    def wait(
        self,
        fn: Callable[[Any, *Ts], R | None],
        *args: *Ts,
        deadline_s: float = 300.0,
        undo: Callable[[Any, *Ts], object] | None = None,
        limit_s: float = 120.0,
    ) -> R:
        """Look with `fn(parts, *args)` until it says something true, and return that.

        No thread is held between two looks: the next comes when the run's subject is woken, or after 0.1 s
        growing to 2 s. `Unavailable` and bugs count as not yet; after `deadline_s`, reckoned from the first
        look and across restarts, the run unwinds with the last error or the code `run.deadline`.
        """
        result: R = self._meet(Call(self._name(fn), fn, args, undo, 5, limit_s, deadline_s))
        return result

    def on_failure(self, fn: Callable[[Any, *Ts, Fault], object], *args: *Ts) -> None:
        """After everything is unwound call `fn(parts, *args, fault)`; of several, the last one first.

        A run that is cancelled says so by the code `run.cancelled`.
        """
        self.handlers.append(Handler(self._name(fn), fn, args))

    def _meet(self, call: Call) -> Any:
        self.calls.append(call)
        return self._performer.perform(call)

    def _name(self, fn: Callable[..., Any]) -> str:
        """The function's name, and from the second time on its count: stable from release to release."""
        name = fn.__name__
        if not name.isidentifier():
            raise TypeError(f"a step needs a named function, not {name}: the journal finds it by its name")
        self._counts[name] += 1
        return name if self._counts[name] == 1 else f"{name}#{self._counts[name]}"
