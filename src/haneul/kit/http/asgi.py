"""Between ASGI and plain functions: reading a request, running its work on a thread, sending the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from haneul.kit.errors import Invalid
from haneul.kit.http.message import Many, Query, Reply
from haneul.kit.http.workers import Workers
from haneul.kit.ids import new_uuid
from haneul.kit.log import request_id as current_request_id

T = TypeVar("T")
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PIECE_BYTES = 1 << 20
STALL_S = 300.0
"""How long a body may take for the next piece: whoever stalls must not hold a thread for ever."""
_BODILESS = frozenset({204, 304})


class Transport:
    """One HTTP exchange. The request's id goes into every log line that its work writes."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, prefix: str) -> None:
        self.method: str = scope["method"]
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        self.path = raw_path.decode("latin-1").partition("?")[0].removeprefix(prefix) or "/"
        self.query = Query(scope["query_string"].decode("latin-1"))
        self.headers = _joined(scope["headers"])
        client = scope.get("client")
        self.address: str = client[0] if client else ""
        self.request_id = "req-" + new_uuid()
        current_request_id.set(self.request_id)
        self._receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._is_at_end = False

    async def read_body(self, limit_bytes: int) -> bytes:
        """The whole body; Invalid when it is larger than the limit."""
        pieces, size = [], 0
        while not self._is_at_end:
            piece = await self._next()
            size += len(piece)
            if size > limit_bytes:
                raise Invalid("request.too_large", f"The request body is larger than {limit_bytes} bytes: send less.")
            pieces.append(piece)
        return b"".join(pieces)

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise Invalid(
                "request.interrupted", "The connection was closed before the body was complete: send it again."
            )
        self._is_at_end = not message.get("more_body", False)
        body: bytes = message.get("body", b"")
        return body

    async def _gather(self) -> bytes:
        pieces, size = [], 0
        while not self._is_at_end and size < PIECE_BYTES:
            piece = await self._next()
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)

    def chunks(self) -> Iterator[bytes]:
        """The body in pieces of about 1 MiB, for a function on a worker thread; Invalid if it is cut off or stalls.

        While a piece is worked on, the next is gathered.
        """
        coming = None if self._is_at_end else self._more()
        try:
            while coming is not None:
                piece = _arrived(coming)
                coming = None if self._is_at_end else self._more()
                if piece:
                    yield piece
        finally:
            if coming is not None:
                coming.cancel()

    def _more(self) -> Future[bytes]:
        return asyncio.run_coroutine_threadsafe(self._gather(), self._loop)

    async def answer_in(
        self, workers: Workers | None, work: Callable[[], Reply], head: Callable[[], dict[str, str]]
    ) -> None:
        """Run `work` on a thread and send what it answers with the headers of `head`.

        None for the workers: on a thread that asyncio keeps for everybody.
        """
        reply = await self._on_a_thread(workers, work)
        await self.send_reply(reply, head(), workers)

    def _on_a_thread(self, workers: Workers | None, work: Callable[[], T]) -> Awaitable[T]:
        return workers.do(work) if workers else asyncio.to_thread(work)

    async def send_reply(self, reply: Reply, head: dict[str, str], workers: Workers | None = None) -> None:
        headers = head | {key.lower(): value for key, value in reply.headers.items()}
        body = reply.body
        if isinstance(body, Many):
            body = body.written(lambda as_it_is: as_it_is)
        if isinstance(body, dict | list):
            body = msgspec.json.encode(body)
            headers.setdefault("content-type", "application/json")
        if body is None:
            body = b""
        if isinstance(body, bytes):
            if reply.status not in _BODILESS:
                headers.setdefault("content-length", str(len(body)))
            await self._start(reply.status, headers)
            empty = self.method == "HEAD" or reply.status in _BODILESS
            await self._send({"type": "http.response.body", "body": b"" if empty else body})
            return
        if isinstance(body, Path):
            headers.setdefault("content-length", str(body.stat().st_size))
            body = _pieces(body)
        headers.setdefault("content-type", "application/octet-stream")
        await self._start(reply.status, headers)
        if self.method != "HEAD":
            await self._stream(body, workers)
        await self._send({"type": "http.response.body", "body": b""})

    async def _start(self, status: int, headers: dict[str, str]) -> None:
        raw = [(key.encode("latin-1"), value.encode("utf-8")) for key, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def _stream(self, pieces: Iterator[bytes], workers: Workers | None) -> None:
        """While a piece is sent, the next is read."""
        read = partial(next, pieces, None)
        coming = asyncio.ensure_future(self._on_a_thread(workers, read))
        while (piece := await coming) is not None:
            coming = asyncio.ensure_future(self._on_a_thread(workers, read))
            try:
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            except BaseException:
                await asyncio.wait([coming])
                raise


def _joined(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by their names; what is sent in several lines is one list (RFC 9110, 5.3)."""
    headers: dict[str, str] = {}
    for key, value in raw:
        name, text = key.decode("latin-1"), value.decode("latin-1")
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return headers


def _arrived(coming: Future[bytes]) -> bytes:
    try:
        return coming.result(STALL_S)
    except TimeoutError:
        raise Invalid(
            "request.stalled", f"The body brought less than a mebibyte in {STALL_S:.0f} s: send it again, faster."
        ) from None


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while piece := file.read(PIECE_BYTES):
            yield piece
