"""Small loops that mend what drifts, each on a thread of its own so that none can hold up another."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from haneul.kit.clock import Clock, SystemClock

log = logging.getLogger(__name__)

_LONGEST_PAUSE_S = 600.0
_JITTER = 0.1


@dataclass(frozen=True)
class Loop:
    """Something that is done again and again and takes no input: it looks for itself what there is to do."""

    name: str
    every_s: float
    fn: Callable[[], object]
    is_local: bool = False
    """It looks at what only this process knows; any other loop runs in the process that leads, and there only."""


@dataclass(frozen=True)
class LoopReport:
    """How a loop is doing."""

    name: str
    last_run_at: datetime | None
    last_took_s: float | None
    failures: int
    """In a row, up to now; 0 when it is well."""
    error: str
    """What the last run raised; empty when it went well."""


class Scheduler:
    """Runs loops for as long as the process lives."""

    def __init__(
        self, loops: Iterable[Loop] = (), clock: Clock | None = None, leads: Callable[[], bool] = lambda: True
    ) -> None:
        """`leads` tells whether this process is the one that runs loops of which one is enough."""
        self._clock = clock or SystemClock()
        self._leads = leads
        self._turns: dict[str, _Turns] = {}
        self._threads: list[threading.Thread] = []
        self._stop = threading.Event()
        for loop in loops:
            self.add(loop)

    def add(self, loop: Loop) -> None:
        """Take in one more loop; before `start`."""
        if loop.name in self._turns:
            raise ValueError(f"there are two loops named {loop.name}")
        self._turns[loop.name] = _Turns(loop, self._clock, self._stop, self._leads)

    def start(self) -> None:
        """Run every loop on a thread of its own, the first time within its first interval."""
        for name, turns in self._turns.items():
            thread = threading.Thread(target=turns.live, name=f"upkeep-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self, grace_s: float = 10.0) -> bool:
        """Let what is running end and begin nothing more; True when all ended in time."""
        self._stop.set()
        for turns in self._turns.values():
            turns.hurry()
        end = time.monotonic() + grace_s
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def hurry(self, name: str) -> None:
        """Have a loop run now rather than at its next time; returns at once."""
        self._turns[name].hurry()

    def run_once(self, name: str) -> None:
        """Run one loop on this thread, after the run that is under way if there is one; what it raises is raised."""
        self._turns[name].run()

    def names(self) -> tuple[str, ...]:
        return tuple(self._turns)

    def reports(self) -> list[LoopReport]:
        """How every loop is doing."""
        return [turns.report for turns in self._turns.values()]


class _Turns:
    """One loop and its times."""

    def __init__(self, loop: Loop, clock: Clock, stop: threading.Event, leads: Callable[[], bool]) -> None:
        self._loop = loop
        self._leads = leads
        self._clock = clock
        self._stop = stop
        self._hurry = threading.Event()
        self._one_at_a_time = threading.Lock()
        self.report = LoopReport(loop.name, None, None, 0, "")

    def hurry(self) -> None:
        self._hurry.set()

    def live(self) -> None:
        """The life of the loop's thread."""
        self._hurry.wait(self._loop.every_s * random.random())
        while not self._stop.is_set():
            self._hurry.clear()
            try:
                if self._loop.is_local or self._leads():
                    self.run()
            except Exception:
                log.exception("The upkeep loop %s failed; it is tried again", self._loop.name)
            self._hurry.wait(self._pause_s())

    def run(self) -> None:
        with self._one_at_a_time:
            began_at, began = self._clock.now(), time.monotonic()
            failures, error = self.report.failures + 1, "it did not end"
            try:
                self._loop.fn()
                failures, error = 0, ""
            except Exception as problem:
                error = repr(problem)
                raise
            finally:
                took_s = time.monotonic() - began
                self.report = LoopReport(self._loop.name, began_at, took_s, failures, error)

    def _pause_s(self) -> float:
        """The interval, doubled for every failure in a row, a little earlier or later each time."""
        every_s = self._loop.every_s
        backed_off = every_s * 2.0 ** min(self.report.failures, 16)
        pause_s: float = min(backed_off, max(every_s, _LONGEST_PAUSE_S))
        return pause_s * random.uniform(1 - _JITTER, 1 + _JITTER)
