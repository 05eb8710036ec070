"""Somebody at a guest's console: types, reads, waits for words."""

from __future__ import annotations

import asyncio

from haneul.services.compute.driver import ConsoleStream


class Typist:
    """One console, and what was read of it so far."""

    def __init__(self, console: ConsoleStream) -> None:
        self.console = console
        self.seen = b""

    async def read_until(self, words: bytes, within_s: float = 120) -> bytes:
        """What came until then, with the words."""

        async def read() -> None:
            while words not in self.seen:
                piece = await self.console.receive()
                assert piece, f"the console ended after {self.seen[-500:]!r}"
                self.seen += piece

        try:
            await asyncio.wait_for(read(), within_s)
        except TimeoutError:
            raise AssertionError(f"{words!r} did not come: {self.seen[-500:]!r}") from None
        found, _, self.seen = self.seen.partition(words)
        return found + words

    async def type(self, line: str) -> None:
        await self.console.send(line.encode() + b"\r")

    async def log_in(self, user: str = "cirros", password: str = "gocubsgo") -> None:
        """From whatever prompt it is at to the shell's."""
        await self.type("")
        await self.read_until(b"login: ")
        await self.type(user)
        await self.read_until(b"assword: ")
        await self.type(password)
        await self.read_until(b"$ ")


async def shake_hands(console: ConsoleStream) -> tuple[int, int]:
    """RFB 3.8 (RFC 6143), section 7.1 to 7.3, without a password: the screen's width and height."""
    typist = Typist(console)
    await typist.read_until(b"RFB 003.008\n")
    await console.send(b"RFB 003.008\n")
    await typist.read_until(b"\x01\x01")
    await console.send(b"\x01")
    await typist.read_until(bytes(4))
    await console.send(b"\x01")
    while len(typist.seen) < 24:
        piece = await console.receive()
        assert piece, "the screen ended"
        typist.seen += piece
    return int.from_bytes(typist.seen[:2], "big"), int.from_bytes(typist.seen[2:4], "big")
