"""Consoles: the bytes of a guest's screen or serial line, carried over a connection that this host dials for them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from websockets.exceptions import ConnectionClosed, WebSocketException

from haneul.kit.errors import Conflict, Unavailable

log = logging.getLogger(__name__)

PIECE_BYTES = 64 * 1024
_OPEN_S = 20.0

Dial = Callable[[str], AbstractAsyncContextManager[Any]]
"""Opens a connection to the control plane at this path."""


class Line(Protocol):
    """A guest's end of a console."""

    async def read(self) -> bytes:
        """What it says next; nothing at its end."""
        ...

    async def write(self, data: bytes) -> None:
        """Raises OSError at its end."""
        ...

    def close(self) -> None: ...


class Consoles:
    """One task for each console that is open. A terminal has one reader: who comes later takes it over."""

    def __init__(self, dial: Dial) -> None:
        self._dial = dial
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._readers: dict[str, asyncio.Task[None]] = {}

    def open(self, address: str, stream: str) -> None:
        """Connect the console at `address` with the control plane's `stream`; from any thread but the loop's.

        Raises Conflict("guest.no_console") and Unavailable("control.away").
        """
        begun = asyncio.run_coroutine_threadsafe(self._open(address, stream), self._loop)
        try:
            begun.result(_OPEN_S)
        except TimeoutError as error:
            begun.cancel()
            raise Unavailable("control.away", "The control plane takes no console now: ask again") from error

    async def _open(self, address: str, stream: str) -> None:
        try:
            line = await open_line(address)
        except OSError as error:
            raise Conflict(
                "guest.no_console", f"Ask again: the console at {address} does not answer ({error})"
            ) from error
        ready: asyncio.Future[None] = self._loop.create_future()
        task = self._loop.create_task(self._carry(line, stream, ready))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if address.startswith("/dev/") and (older := self._readers.get(address)) is not None:
            older.cancel()
        self._readers[address] = task
        task.add_done_callback(lambda done: self._forget(address, done))
        await ready

    def _forget(self, address: str, task: asyncio.Task[None]) -> None:
        if self._readers.get(address) is task:
            del self._readers[address]

    async def _carry(self, line: Line, stream: str, ready: asyncio.Future[None]) -> None:
        """Until one of the two ends."""
        try:
            async with self._dial(f"/console/{stream}") as connection:
                ready.set_result(None)
                await first_of(_upwards(line, connection), _downwards(connection, line))
        except (OSError, WebSocketException, TimeoutError) as error:
            log.info("console %s ended: %s", stream, error)
            if not ready.done():
                ready.set_exception(Unavailable("control.away", f"The control plane takes no console now: {error}"))
        finally:
            line.close()
            if not ready.done():
                ready.cancel()


async def first_of(*ways: Coroutine[Any, Any, None]) -> None:
    """Run them until one ends, then end the others."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _upwards(line: Line, connection: Any) -> None:
    with contextlib.suppress(ConnectionClosed, OSError):
        while data := await line.read():
            await connection.send(data)


async def _downwards(connection: Any, line: Line) -> None:
    with contextlib.suppress(ConnectionClosed, OSError):
        async for data in connection:
            await line.write(data if isinstance(data, bytes) else data.encode())


async def open_line(address: str) -> Line:
    """The console at `unix:PATH`, HOST:PORT or a terminal's device. Raises OSError."""
    if address.startswith("/dev/"):
        return _Terminal(address)
    if address.startswith("unix:"):
        with _short(Path(address.removeprefix("unix:"))) as path:
            return _Socket(*await asyncio.open_unix_connection(path))
    host, _, port = address.rpartition(":")
    return _Socket(*await asyncio.open_connection(host, int(port)))


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """The same socket by a path of less than the 108 bytes that the kernel takes."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


class _Socket:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self) -> bytes:
        return await self._reader.read(PIECE_BYTES)

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def close(self) -> None:
        self._writer.close()


def _turn(turned: asyncio.Future[None]) -> None:
    if not turned.done():
        turned.set_result(None)


class _Terminal:
    """The slave's side of a pseudoterminal, which the hypervisor has made raw."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._loop = asyncio.get_running_loop()

    async def read(self) -> bytes:
        while True:
            try:
                return os.read(self._file, PIECE_BYTES)
            except BlockingIOError:
                await self._until(self._loop.add_reader, self._loop.remove_reader)

    async def write(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self._file, data) :]
            except BlockingIOError:
                await self._until(self._loop.add_writer, self._loop.remove_writer)

    async def _until(self, watch: Callable[..., Any], unwatch: Callable[..., Any]) -> None:
        """Until the terminal is ready for what it was not ready for."""
        turned: asyncio.Future[None] = self._loop.create_future()
        watch(self._file, _turn, turned)
        try:
            await turned
        finally:
            unwatch(self._file)

    def close(self) -> None:
        os.close(self._file)
