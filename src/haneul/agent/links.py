"""A link to each process of the control plane: each may command this host, and all are told what happens on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from websockets.asyncio.client import ClientConnection

from haneul.agent.link import Link
from haneul.hostapi import Event
from haneul.kit.errors import Unavailable
from haneul.kit.peer import Command

Serve = Callable[[Command], Awaitable[Any]]

_commanded_over: ContextVar[Link | None] = ContextVar("commanded_over", default=None)


class Links:
    """`make` makes the link to one address, which has its commands carried out by what it is given."""

    def __init__(self, addresses: Sequence[str], serve: Serve, make: Callable[[str, Serve], Link]) -> None:
        self.all = [self._made(address, serve, make) for address in addresses]

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for link in self.all:
                tasks.create_task(link.run())

    def tell(self, event: Event) -> None:
        """From any thread, to all that are connected."""
        for link in self.all:
            link.tell(event)

    def ask_from_thread(self, op: str, args: dict[str, Any]) -> Any:
        """Ask any that is connected. Raises Unavailable("control.away") while none is."""
        for link in self.all[:-1]:
            try:
                return link.ask_from_thread(op, args)
            except Unavailable:
                continue
        return self.all[-1].ask_from_thread(op, args)

    @asynccontextmanager
    async def dial(self, path: str) -> AsyncIterator[ClientConnection]:
        """Another connection to the process whose command is being carried out."""
        link = _commanded_over.get() or self.all[0]
        async with link.dial(path) as connection:
            yield connection

    def _made(self, address: str, serve: Serve, make: Callable[[str, Serve], Link]) -> Link:
        async def carry_out(command: Command) -> Any:
            _commanded_over.set(link)
            return await serve(command)

        link = make(address, carry_out)
        return link
