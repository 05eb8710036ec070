"""How often somebody may fail."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict

from haneul.kit.clock import Clock

_MOST_KEYS = 10_000


class Throttle:
    """Counts failures by key, e.g. by a client's address; in this process, and for a minute at most.

    A key may fail `per_minute` times at once, and as often again within each minute that follows.
    """

    def __init__(self, per_minute: int, clock: Clock) -> None:
        """`per_minute` 0: as often as they like."""
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Key -> how many failures count at what second; the one heard of last at the end."""

    def wait_s(self, key: str) -> int:
        """After how many seconds the key may try again; 0: now."""
        with self._lock:
            count = self._count(key, self._now())
        over = count + 1 - self._per_minute
        return math.ceil(over * 60 / self._per_minute) if self._per_minute and over > 0 else 0

    def failed(self, key: str) -> None:
        """The key has failed once more."""
        if not self._per_minute:
            return
        with self._lock:
            now = self._now()
            self._failures[key] = (self._count(key, now) + 1, now)
            self._failures.move_to_end(key)
            if len(self._failures) > _MOST_KEYS:
                self._failures.popitem(last=False)

    def _count(self, key: str, now: float) -> float:
        count, at = self._failures.get(key, (0.0, now))
        return max(0.0, count - (now - at) * self._per_minute / 60)

    def _now(self) -> float:
        return self._clock.now().timestamp()
