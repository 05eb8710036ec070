"""Consoles that agents carry here, each over a connection that the agent dialled for it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from haneul.kit.errors import Unavailable

T = TypeVar("T")
_NAME_BYTES = 24
_WAIT_S = 10.0


class AgentConsole:
    """`services.compute.driver.ConsoleStream` over an agent's connection, which lives on the listener's loop."""

    def __init__(self, connection: ServerConnection, loop: asyncio.AbstractEventLoop) -> None:
        self._connection = connection
        self._loop = loop

    async def receive(self) -> bytes:
        return await self._there(self._receive())

    async def send(self, data: bytes) -> None:
        await self._there(self._send(data))

    async def close(self) -> None:
        await self._there(self._connection.close())

    def abandon(self) -> None:
        """Close it by and by; from any thread."""
        asyncio.run_coroutine_threadsafe(self._connection.close(), self._loop)

    async def _receive(self) -> bytes:
        try:
            data = await self._connection.recv()
        except ConnectionClosed:
            return b""
        return data if isinstance(data, bytes) else data.encode()

    async def _send(self, data: bytes) -> None:
        try:
            await self._connection.send(data)
        except ConnectionClosed as error:
            raise Unavailable("console.ended", "The console ended: ask for another") from error

    async def _there(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))


@dataclass
class _Expected:
    host_id: str
    console: AgentConsole | None = None
    came: threading.Event = field(default_factory=threading.Event)


class Streams:
    """The consoles that were asked of hosts and not taken yet, by names that nobody can guess."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._expected: dict[str, _Expected] = {}

    def expect(self, host_id: str) -> str:
        """The name of a console that this host may bring."""
        name = secrets.token_urlsafe(_NAME_BYTES)
        with self._lock:
            self._expected[name] = _Expected(host_id)
        return name

    def offer(self, name: str, host_id: str, console: AgentConsole) -> bool:
        """A host brings a console; False when nobody asked it for this one."""
        with self._lock:
            expected = self._expected.get(name)
            if expected is None or expected.host_id != host_id or expected.console is not None:
                return False
            expected.console = console
            expected.came.set()
            return True

    def take(self, name: str) -> AgentConsole:
        """What the host brought, or is about to. Raises Unavailable("host.no_console")."""
        with self._lock:
            expected = self._expected.get(name)
        if expected is None or not expected.came.wait(_WAIT_S) or expected.console is None:
            raise Unavailable("host.no_console", "The host did not bring the console: ask again")
        with self._lock:
            self._expected.pop(name, None)
        return expected.console

    def forget(self, name: str) -> None:
        """Whatever comes under this name is late. Fine if it was taken."""
        with self._lock:
            late = self._expected.pop(name, None)
        if late is not None and late.console is not None:
            with contextlib.suppress(RuntimeError):  # the listener has ended, and the connection with it
                late.console.abandon()
