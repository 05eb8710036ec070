"""A line a step, with its time."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Tells the operator on standard error what is being done, as seconds since the command was given.

    The bootstrap script hands its own start over in HANEUL_BEGAN, so that its part is counted too.
    """

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._began = time.monotonic() - _seconds_before()
        self.changed = False
        """True once a step has changed something on this machine or in this cloud."""

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._began

    def note(self, text: str) -> None:
        """One line that stands for itself."""
        print(f"{self.elapsed_s:6.1f}s  {text}", file=self._out, flush=True)

    def change(self, text: str) -> None:
        """One line about something that was not so before this command."""
        self.changed = True
        self.note(text)

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Say what begins, and how long it took once it is over."""
        self.change(f"{doing} ...")
        before = time.monotonic()
        yield
        took_s = time.monotonic() - before
        if took_s >= 1:
            self.note(f"{doing.partition(':')[0]}: done in {took_s:.1f} s")


def _seconds_before() -> float:
    began = os.environ.get("HANEUL_BEGAN", "")
    if not began.isdigit():
        return 0.0
    return max(0.0, min(time.time() - int(began), 3600.0))
