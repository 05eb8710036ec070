"""Wires between agents and control planes that can be cut, or fall silent."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio import StreamReader, StreamWriter

_PIECE_BYTES = 1 << 16


class Wire:
    """Listens on a port of its own and passes on what it hears; everything here happens on one event loop."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._ends: set[StreamWriter] = set()
        self._passes = asyncio.Event()
        self._passes.set()
        self._is_cut = False
        self.port = 0

    async def open(self) -> None:
        server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Every connection ends now, and none is made until `mend`."""
        self._is_cut = True
        for end in tuple(self._ends):
            end.transport.abort()

    def silence(self) -> None:
        """Nothing is passed on until `mend`, and nobody is told."""
        self._passes.clear()

    def mend(self) -> None:
        self._is_cut = False
        self._passes.set()

    async def _join(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            if self._is_cut:
                raise ConnectionRefusedError
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._ends |= both
        try:
            await asyncio.gather(self._pass_on(reader, far_writer), self._pass_on(far_reader, writer))
        finally:
            self._ends -= both
            for end in both:
                end.transport.abort()

    async def _pass_on(self, reader: StreamReader, writer: StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(_PIECE_BYTES):
                await self._passes.wait()
                writer.write(piece)
                await writer.drain()
        for end in (writer,):
            end.transport.abort()
