"""Work that an event loop has done on threads."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar
from functools import partial

import pytest

from haneul.kit.http import Workers

_ASKER: ContextVar[str] = ContextVar("asker", default="nobody")


def test_work_is_done_on_a_thread_in_the_context_of_who_asks() -> None:
    async def ask(workers: Workers) -> tuple[str, str]:
        _ASKER.set("somebody")
        return await workers.do(lambda: (threading.current_thread().name, _ASKER.get()))

    with Workers(1, "bench") as workers:
        assert asyncio.run(ask(workers)) == ("bench_0", "somebody")


def test_what_work_raises_is_raised_to_who_asks_and_the_thread_goes_on() -> None:
    async def ask(workers: Workers) -> float:
        with pytest.raises(ZeroDivisionError):
            await workers.do(lambda: 1 / 0)
        return await workers.do(lambda: 2 / 1)

    with Workers(1, "bench") as workers:
        assert asyncio.run(ask(workers)) == 2


def test_as_many_are_served_at_once_as_there_are_threads() -> None:
    meeting = threading.Barrier(3, timeout=10)

    async def ask(workers: Workers) -> list[int]:
        return sorted(await asyncio.gather(*(workers.do(meeting.wait) for _ in range(3))))

    with Workers(3, "bench") as workers:
        assert asyncio.run(ask(workers)) == [0, 1, 2]


def test_who_has_gone_is_told_nothing() -> None:
    begun, end = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        end.wait(10)

    async def ask(workers: Workers) -> str:
        gone = workers.do(work)
        await asyncio.to_thread(begun.wait, 10)
        gone.cancel()
        end.set()
        return await workers.do(lambda: "still here")

    with Workers(1, "bench") as workers:
        assert asyncio.run(ask(workers), debug=True) == "still here"


def test_what_was_asked_is_done_before_the_threads_end() -> None:
    done: list[int] = []

    async def ask() -> None:
        with Workers(1, "bench") as workers:
            for number in range(3):
                workers.do(partial(done.append, number))

    asyncio.run(ask())
    assert done == [0, 1, 2]
