"""What the worker threads are at, and when to look next."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

from haneul.kit.workflow.journal import Attempt, Claim


@dataclass(frozen=True)
class _AtWork:
    attempt: Attempt
    hangs_at: float
    """Monotonic: from then on the step is older than its limit and its lease is not renewed."""
    given_up: bool = False


class Watch:
    """Kept by the workers, read by the keeper. Its times measure threads, not runs."""

    def __init__(self, lease_s: float) -> None:
        self._renew_every_s = lease_s / 3
        self._renewed_at = time.monotonic()
        self._lock = threading.Condition()
        self._at_work: dict[int, _AtWork] = {}
        self._replaced: set[int] = set()
        self._look_at = float("inf")
        self._hurry = False

    def began(self, attempt: Attempt) -> None:
        """This thread has begun a step."""
        with self._lock:
            self._at_work[threading.get_ident()] = _AtWork(attempt, time.monotonic() + attempt.limit_s)

    def left(self) -> None:
        """This thread has put its run down."""
        with self._lock:
            gone = self._at_work.pop(threading.get_ident(), None)
            if gone is not None and gone.given_up:
                self._replaced.add(threading.get_ident())

    def is_replaced(self) -> bool:
        """Whether this thread hung so long that another took its place; says so once."""
        with self._lock:
            mine = threading.get_ident() in self._replaced
            self._replaced.discard(threading.get_ident())
        return mine

    def to_renew(self) -> list[Claim]:
        """The claims whose leases are to be prolonged now: of steps within their limits, if it is time."""
        now = time.monotonic()
        with self._lock:
            if now < self._renewed_at + self._renew_every_s:
                return []
            self._renewed_at = now
            return [work.attempt.claim for work in self._at_work.values() if now < work.hangs_at]

    def hung(self) -> list[Attempt]:
        """What has outlived its limit, each told once."""
        now = time.monotonic()
        with self._lock:
            late = {
                thread: work for thread, work in self._at_work.items() if now >= work.hangs_at and not work.given_up
            }
            for thread, work in late.items():
                self._at_work[thread] = replace(work, given_up=True)
        return [work.attempt for work in late.values()]

    def look_at(self, in_s: float) -> None:
        """Something falls due in so many seconds."""
        with self._lock:
            at = time.monotonic() + in_s
            if at < self._look_at:
                self._look_at = at
                self._lock.notify()

    def hurry(self) -> None:
        """End the keeper's sleep."""
        with self._lock:
            self._hurry = True
            self._lock.notify()

    def sleep(self, longest_s: float) -> None:
        """Until something falls due, at most so long."""
        end = time.monotonic() + longest_s
        with self._lock:
            while not self._hurry and (rest := min(end, self._look_at) - time.monotonic()) > 0:
                self._lock.wait(rest)
            self._look_at, self._hurry = float("inf"), False
