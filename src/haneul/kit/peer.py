"""Two programs at the two ends of one connection that ask each other things.

Every message is one JSON text, `Message`, with exactly one of its fields set; large results travel as one
binary frame instead: the answer's id in 8 bytes (big-endian), then the bytes.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from websockets.exceptions import ConnectionClosed

from haneul.kit.errors import KINDS, CloudError, Unavailable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Command:
    """One operation asked of the other side."""

    id: int
    op: str
    args: dict[str, Any]
    run: str = ""
    """The run it belongs to; the other side refuses an epoch below the highest it has seen of that run."""
    epoch: int = 0


@dataclass(frozen=True)
class Failure:
    """A refusal: `kind` and `code` as in kit/errors; the kind "bug" for anything else that was raised."""

    kind: str
    code: str
    message: str


@dataclass(frozen=True)
class Answer:
    id: int
    result: Any = None
    error: Failure | None = None


@dataclass(frozen=True)
class Notice:
    """News that nobody answers."""

    name: str
    subject: str


@dataclass(frozen=True)
class Message:
    command: Command | None = None
    answer: Answer | None = None
    notice: Notice | None = None


class Connection(Protocol):
    """A WebSocket, or what behaves like one."""

    async def send(self, message: str | bytes) -> None: ...

    def __aiter__(self) -> AsyncIterator[str | bytes]: ...


Serve = Callable[[Command], Awaitable[Any]]
Hear = Callable[[Notice], None]

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Message)


class Peer:
    """This side of the connection; everything here happens on one event loop.

    `serve` carries out a command of the other side: what it returns is the answer (bytes travel as they are,
    anything else as JSON), a CloudError it raises is raised over there again.
    """

    def __init__(self, connection: Connection, serve: Serve, hear: Hear) -> None:
        self._connection = connection
        self._serve = serve
        self._hear = hear
        self._ids = itertools.count(1)
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._work: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def run(self) -> None:
        """Read and serve until the connection ends; then everything that still waits raises Unavailable."""
        try:
            async for frame in self._connection:
                self._take(frame)
        finally:
            self._is_closed = True
            for future in self._pending.values():
                if not future.done():
                    future.set_exception(Unavailable("peer.gone", "The connection ended: ask again"))
            for task in self._work:
                task.cancel()

    async def ask(self, op: str, args: dict[str, Any], run: str = "", epoch: int = 0) -> Any:
        """The answer to one command. Raises what the other side raised, or Unavailable("peer.gone")."""
        if self._is_closed:
            raise Unavailable("peer.gone", "The connection ended: ask again")
        number = next(self._ids)
        future = asyncio.get_running_loop().create_future()
        self._pending[number] = future
        try:
            await self._send(Message(command=Command(number, op, args, run, epoch)))
            return await future
        finally:
            del self._pending[number]

    async def tell(self, name: str, subject: str) -> None:
        """Send news. Raises Unavailable("peer.gone")."""
        await self._send(Message(notice=Notice(name, subject)))

    async def _send(self, message: Message) -> None:
        try:
            await self._connection.send(_encode(message))
        except ConnectionClosed as error:
            raise Unavailable("peer.gone", "The connection ended: ask again") from error

    def _take(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            self._resolve(int.from_bytes(frame[:8], "big"), frame[8:])
            return
        message = _decoder.decode(frame)
        if message.answer is not None:
            self._settle(message.answer)
        elif message.notice is not None:
            self._hear(message.notice)
        elif message.command is not None:
            task = asyncio.create_task(self._obey(message.command))
            self._work.add(task)
            task.add_done_callback(self._work.discard)

    def _settle(self, answer: Answer) -> None:
        if answer.error is None:
            self._resolve(answer.id, answer.result)
            return
        future = self._pending.get(answer.id)
        if future is not None and not future.done():
            future.set_exception(_exception(answer.error))

    def _resolve(self, number: int, result: Any) -> None:
        future = self._pending.get(number)
        if future is not None and not future.done():
            future.set_result(result)

    async def _obey(self, command: Command) -> None:
        frame = await self._carry_out(command)
        try:
            await self._connection.send(frame)
        except ConnectionClosed:
            log.info("the answer to %s is lost with the connection", command.op)

    async def _carry_out(self, command: Command) -> str | bytes:
        """The frame with the command's answer, whatever comes of it."""
        try:
            result = await self._serve(command)
        except CloudError as error:
            answer = Answer(command.id, None, Failure(error.kind, error.code, error.message))
        except Exception as error:
            log.exception("the operation %s failed", command.op)
            failure = Failure("bug", "peer.bug", f"{command.op}: {type(error).__name__}: {error}")
            answer = Answer(command.id, None, failure)
        else:
            if isinstance(result, bytes):
                return command.id.to_bytes(8, "big") + result
            answer = Answer(command.id, msgspec.to_builtins(result))
        return _encode(Message(answer=answer))


class PeerBug(Exception):
    """The other side failed in a way that it did not foresee; its log has the traceback."""


def _encode(message: Message) -> str:
    return _encoder.encode(message).decode()


def _exception(failure: Failure) -> Exception:
    kind = KINDS.get(failure.kind)
    return PeerBug(failure.message) if kind is None else kind(failure.code, failure.message)
