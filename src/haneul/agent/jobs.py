"""Work that takes long: begun by one command, asked for by the next ones."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from haneul.kit.errors import CloudError, Unavailable

log = logging.getLogger(__name__)

_AT_ONCE = 3


class Jobs:
    """Each by a name; what is done is seen in the world, so only work under way and refusals are kept here."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: set[str] = set()
        self._errors: dict[str, CloudError] = {}
        self._threads = ThreadPoolExecutor(_AT_ONCE, "job")

    def want(self, name: str, work: Callable[[], object], done: Callable[[], object]) -> None:
        """See to it that `work` is done, and call `done` when it has ended, well or not.

        Raises, once, what ended the last attempt: asking again begins a new one.
        """
        with self._lock:
            error = self._errors.pop(name, None)
            if error is not None:
                raise error
            if name not in self._under_way:
                self._under_way.add(name)
                self._threads.submit(self._run, name, work, done)

    def is_under_way(self, name: str) -> bool:
        with self._lock:
            return name in self._under_way

    def forget(self, name: str) -> None:
        """Nobody asks for it any more: keep no refusal."""
        with self._lock:
            self._errors.pop(name, None)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, name: str, work: Callable[[], object], done: Callable[[], object]) -> None:
        error = _attempt(name, work)
        with self._lock:
            self._under_way.discard(name)
            if error is not None:
                self._errors[name] = error
        done()


def _attempt(name: str, work: Callable[[], object]) -> CloudError | None:
    try:
        work()
    except CloudError as refusal:
        return refusal
    except Exception as bug:
        log.exception("%s failed", name)
        return Unavailable("host.job_failed", f"Look into the log of the host's agent: {name} failed ({bug})")
    return None
