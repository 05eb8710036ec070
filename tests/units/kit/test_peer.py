"""Two peers over a connection in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from haneul.kit.errors import Conflict, NotFound, Unavailable
from haneul.kit.peer import Command, Notice, Peer, PeerBug


class End:
    """One end of a pipe."""

    def __init__(self) -> None:
        self.other: End
        self._frames: asyncio.Queue[str | bytes | None] = asyncio.Queue()

    async def send(self, message: str | bytes) -> None:
        await self.other._frames.put(message)

    async def close(self) -> None:
        await self._frames.put(None)
        await self.other._frames.put(None)

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        while (frame := await self._frames.get()) is not None:
            yield frame


async def serve(command: Command) -> Any:
    if command.op == "add":
        return sum(command.args["numbers"])
    if command.op == "bytes":
        return b"\x00" * command.args["size"]
    if command.op == "refuse":
        raise Conflict("thing.in_use", "Put it down first")
    if command.op == "wait":
        await asyncio.sleep(60)
    raise KeyError(command.op)


def talk(conversation: Callable[[Peer, End, list[Notice]], Awaitable[None]]) -> None:
    """Let a conversation take place between two peers."""

    async def both() -> None:
        left, right = End(), End()
        left.other, right.other = right, left
        heard: list[Notice] = []
        asking, answering = Peer(left, serve, heard.append), Peer(right, serve, heard.append)
        running = asyncio.gather(asking.run(), answering.run())
        await conversation(asking, left, heard)
        await left.close()
        await running

    asyncio.run(asyncio.wait_for(both(), 10))


def test_a_question_is_answered() -> None:
    async def conversation(peer: Peer, end: End, heard: list[Notice]) -> None:
        assert await peer.ask("add", {"numbers": [1, 2]}) == 3
        answers = await asyncio.gather(*(peer.ask("add", {"numbers": [n, n]}) for n in range(50)))
        assert answers == [2 * n for n in range(50)]

    talk(conversation)


def test_bytes_travel_as_they_are() -> None:
    async def conversation(peer: Peer, end: End, heard: list[Notice]) -> None:
        assert await peer.ask("bytes", {"size": 100}) == b"\x00" * 100
        assert await peer.ask("bytes", {"size": 0}) == b""

    talk(conversation)


def test_a_refusal_is_raised_here_again() -> None:
    async def conversation(peer: Peer, end: End, heard: list[Notice]) -> None:
        with pytest.raises(Conflict) as refusal:
            await peer.ask("refuse", {})
        assert (refusal.value.code, refusal.value.message) == ("thing.in_use", "Put it down first")
        assert not isinstance(refusal.value, NotFound)

    talk(conversation)


def test_a_bug_over_there_is_a_bug_here() -> None:
    async def conversation(peer: Peer, end: End, heard: list[Notice]) -> None:
        with pytest.raises(PeerBug, match="KeyError"):
            await peer.ask("dance", {})

    talk(conversation)


def test_news_is_heard() -> None:
    async def conversation(peer: Peer, end: End, heard: list[Notice]) -> None:
        await peer.tell("guest_changed", "7")
        await peer.ask("add", {"numbers": []})
        assert heard == [Notice("guest_changed", "7")]

    talk(conversation)


def test_whoever_waits_is_told_when_the_connection_ends() -> None:
    async def conversation(peer: Peer, end: End, heard: list[Notice]) -> None:
        waiting = asyncio.create_task(peer.ask("wait", {}))
        await peer.ask("add", {"numbers": []})
        await end.close()
        with pytest.raises(Unavailable) as refusal:
            await waiting
        assert refusal.value.code == "peer.gone"
        with pytest.raises(Unavailable):
            await peer.ask("add", {"numbers": []})

    talk(conversation)
