"""Pages that stay true while they are looked at: what changed on them, by server-sent events.

A stream knows the pieces of its page and the facts that each shows. Whenever long work gets on, and every few seconds
in any case, it looks again and sends the pieces whose facts have changed.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from haneul.kit.errors import CloudError
from haneul.kit.http.asgi import Receive, Send

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 3.0
_GAP_S = 0.3
"""What happens within it is looked at once."""
_SIGN_OF_LIFE_S = 15.0
_MOST_STREAMS = 1000
_HEAD = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
_ENDED = b"event: ended\ndata: ended\n\n"
_STILL_HERE = b": still here\n\n"


@dataclass(frozen=True)
class Piece:
    """An element of a page, by its id: what it shows, and how that is written."""

    id: str
    facts: Any
    """Compared: as long as they are equal, the piece stays as it is."""
    template: str
    words: Mapping[str, Any] = field(default_factory=dict, compare=False)


Look = Callable[[], Sequence[Piece]]
Write = Callable[[Piece], str]


def seen_of(pieces: Sequence[Piece]) -> str:
    """What a page tells its stream, so that it is not sent again what it shows already."""
    return hashlib.sha256(repr([(piece.id, piece.facts) for piece in pieces]).encode()).hexdigest()[:16]


class Pulse:
    """Tells every stream of this process that something may have changed; from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal may come while the same thread joins
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self.is_over = False

    def beat(self) -> None:
        with self._lock:
            for event, loop in self._waiting.items():
                loop.call_soon_threadsafe(event.set)

    def end(self) -> None:
        """The process ends: no stream holds it up."""
        self.is_over = True
        self.beat()

    def join(self, event: asyncio.Event) -> bool:
        """Set `event`, on the running loop, at every beat; False if there are too many streams."""
        with self._lock:
            if len(self._waiting) >= _MOST_STREAMS or self.is_over:
                return False
            self._waiting[event] = asyncio.get_running_loop()
        return True

    def leave(self, event: asyncio.Event) -> None:
        with self._lock:
            self._waiting.pop(event, None)


class Stream:
    """One tab's: from the first look until the tab, the session or the process ends."""

    def __init__(self, pulse: Pulse, look: Look, write: Write, seen: str) -> None:
        self._pulse = pulse
        self._look = look
        self._write = write
        self._seen = seen
        self._told: dict[str, Any] | None = None

    async def run(self, receive: Receive, send: Send) -> None:
        beat = asyncio.Event()
        if not self._pulse.join(beat):
            await send({"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"10")]})
            await send({"type": "http.response.body", "body": b""})
            return
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEAD})
            await self._tell(beat, gone, send)
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._pulse.leave(beat)
            gone.cancel()

    async def _tell(self, beat: asyncio.Event, gone: asyncio.Future[None], send: Send) -> None:
        loop, silent_since = asyncio.get_running_loop(), -math.inf
        while not gone.done() and not self._pulse.is_over:
            beat.clear()
            try:
                news = await loop.run_in_executor(None, self._news)
            except CloudError as error:
                log.info("a page is not followed any more: %s", error)
                news = _ENDED
            if news or loop.time() - silent_since > _SIGN_OF_LIFE_S:
                silent_since = loop.time()
                await send({"type": "http.response.body", "body": news or _STILL_HERE, "more_body": True})
            if news is _ENDED:
                return
            await self._rest(beat, gone)

    async def _rest(self, beat: asyncio.Event, gone: asyncio.Future[None]) -> None:
        waiting = asyncio.ensure_future(_heard(beat))
        try:
            await asyncio.wait({waiting, gone}, timeout=_LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if not gone.done() and not self._pulse.is_over:
            await asyncio.wait({gone}, timeout=_GAP_S)

    def _news(self) -> bytes:
        """The pieces that have changed since they were last told, as one event; empty if none has."""
        pieces = self._look()
        told = self._told
        self._told = {piece.id: piece.facts for piece in pieces}
        if told is None:
            changed = [] if seen_of(pieces) == self._seen else list(pieces)
        else:
            changed = [piece for piece in pieces if piece.id not in told or told[piece.id] != piece.facts]
        return _event("".join(self._partial(piece) for piece in changed))

    def _partial(self, piece: Piece) -> str:
        return f'<hx-partial hx-target="#{piece.id}" hx-swap="innerHTML">{self._write(piece)}</hx-partial>'


def _event(text: str) -> bytes:
    return "".join(f"data: {line}\n" for line in text.splitlines()).encode() + b"\n" if text else b""


async def _heard(beat: asyncio.Event) -> None:
    await beat.wait()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
