"""Consoles of fake guests: a small screen that speaks RFB 3.8 (RFC 6143), and a serial line with a login prompt."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Generator

from haneul.kit.errors import Unavailable

WIDTH, HEIGHT = 64, 48
_FORMAT = struct.pack(">BBBBHHHBBBxxx", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
_LENGTHS = {0: 19, 3: 9, 4: 7, 5: 5}
"""Of the messages of a client that are always as long, without the byte that tells them apart."""

Dialogue = Generator[tuple[bytes, int], bytes, None]
"""Yields what is said and how many bytes are wanted next (0: whatever comes); is sent those."""


class FakeConsole:
    """`services.compute.driver.ConsoleStream` over a dialogue; `ended` is called once, when it ends."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._said: asyncio.Queue[bytes] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._heard = b""
        self._is_over = False
        said, self._wanted = next(dialogue)
        self._said.put_nowait(said)

    async def receive(self) -> bytes:
        self._loop = asyncio.get_running_loop()
        if self._is_over and self._said.empty():
            return b""
        return await self._said.get()

    async def send(self, data: bytes) -> None:
        if self._is_over:
            raise Unavailable("console.ended", "The console ended: ask for another")
        self._heard += data
        while self._heard and len(self._heard) >= self._wanted:
            length = self._wanted or len(self._heard)
            piece, self._heard = self._heard[:length], self._heard[length:]
            said, self._wanted = self._dialogue.send(piece)
            if said:
                self._said.put_nowait(said)

    async def close(self) -> None:
        self.end()

    def end(self) -> None:
        """The guest is off; from any thread."""
        self._is_over = True
        if self._loop is None:
            self._said.put_nowait(b"")
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._said.put_nowait, b"")


def screen(name: str) -> Dialogue:
    """A black screen that asks for no password."""
    yield b"RFB 003.008\n", 12
    yield b"\x01\x01", 1
    yield bytes(4), 1
    title = f"Fake ({name})".encode()
    said, depth = struct.pack(">HH", WIDTH, HEIGHT) + _FORMAT + struct.pack(">I", len(title)) + title, 32
    while True:
        kind = (yield said, 1)[0]
        said = b""
        if kind in _LENGTHS:
            body = yield b"", _LENGTHS[kind]
            if kind == 0:
                depth = body[3]
            elif kind == 3 and not body[0]:
                said = _black(depth)
        else:
            yield from _skip(kind)


def _skip(kind: int) -> Generator[tuple[bytes, int], bytes, None]:
    """A list of encodings or a text: as long as it says."""
    head = yield b"", 3 if kind == 2 else 7
    count = int.from_bytes(head[1:3], "big") * 4 if kind == 2 else int.from_bytes(head[3:7], "big")
    if count:
        yield b"", count


def _black(depth: int) -> bytes:
    """An update of the whole screen in the encoding that every client knows."""
    return struct.pack(">BxHHHHHi", 0, 1, 0, 0, WIDTH, HEIGHT, 0) + bytes(WIDTH * HEIGHT * depth // 8)


def prompt(name: str) -> Dialogue:
    """A line that says again what it hears, and asks for a name after each line."""
    said = f"\r\n{name} login: ".encode()
    while True:
        heard = yield said, 0
        said = heard.replace(b"\r", f"\r\n{name} login: ".encode())


DIALOGUES: dict[str, Callable[[str], Dialogue]] = {"vnc": screen, "serial": prompt}
