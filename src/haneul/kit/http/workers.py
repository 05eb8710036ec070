"""Threads that do what an event loop cannot wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")


class _Job(NamedTuple):
    context: Context
    work: Callable[[], Any]
    coming: asyncio.Future[Any]


class Workers:
    """So many threads, at work within a `with`; whatever is asked meanwhile waits its turn.

    asyncio's way to the threads of an Executor makes a second future, with a lock of its own, for every call: that
    costs a small request a tenth of its CPU time.
    """

    def __init__(self, count: int, name: str) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads = [Thread(target=self._work, name=f"{name}_{number}", daemon=True) for number in range(count)]

    def __enter__(self) -> Workers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """What was asked before is done before."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def do(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """What the work returns or raises, for a coroutine to await; it is done in the coroutine's context."""
        coming: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(copy_context(), work, coming))
        return coming

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            _do(job)
            del job  # Whatever it holds need not live until the next one comes.


def _do(job: _Job) -> None:
    tell = job.coming.get_loop().call_soon_threadsafe
    try:
        outcome = job.context.run(job.work)
    except BaseException as error:  # noqa: BLE001 - carried to who asked
        tell(_settle, job.coming, job.coming.set_exception, error)
    else:
        tell(_settle, job.coming, job.coming.set_result, outcome)


def _settle(coming: asyncio.Future[Any], settle: Callable[[Any], None], outcome: Any) -> None:
    """Unless whoever asked has gone."""
    if not coming.cancelled():
        settle(outcome)
