"""Just enough of HTTP/1.1 to answer guests, who are not to be trusted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

import httptools

MAX_HEADER_BYTES = 16 * 1024
MAX_BODY_BYTES = 16 * 1024
IDLE_S = 30.0
MAX_CONNECTIONS = 64
"""Of all guests of one network together: so that no tenant uses up the agent's file descriptors."""


@dataclass(frozen=True)
class MetadataRequest:
    source: str
    """The address of the guest that asks."""
    method: str
    path: str
    body: bytes = b""


@dataclass(frozen=True)
class MetadataReply:
    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


Answer = Callable[[MetadataRequest], Awaitable[MetadataReply]]


class MetadataProtocol(asyncio.Protocol):
    """One connection: one request after the other, each answered before the next is read.

    `open_ones` are the connections of the same network.
    """

    def __init__(self, answer: Answer, open_ones: set[MetadataProtocol]) -> None:
        self._answer = answer
        self._open_ones = open_ones
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._source = ""
        self._reset()

    def _reset(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._body = b""
        self._size = 0

    # asyncio's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its behaviour only
        if len(self._open_ones) >= MAX_CONNECTIONS:
            self._transport.abort()
            return
        self._open_ones.add(self)
        peer = transport.get_extra_info("peername")
        self._source = str(peer[0]) if peer else ""
        self._wait()

    def data_received(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > MAX_HEADER_BYTES + MAX_BODY_BYTES or self._task is not None:
            self._write(MetadataReply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE), keep=False)
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._write(MetadataReply(HTTPStatus.BAD_REQUEST), keep=False)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open_ones.discard(self)
        self._stop_waiting()
        if self._task is not None:
            self._task.cancel()

    # the parser's callbacks

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self._stop_waiting()
        method = self._parser.get_method().decode("ascii", "replace")
        keep = self._parser.should_keep_alive() and method == "GET"
        path = httptools.parse_url(self._url).path or b"/"
        request = MetadataRequest(self._source, method, path.decode("utf-8", "replace"), self._body)
        self._task = asyncio.get_running_loop().create_task(self._respond(request, keep))

    async def _respond(self, request: MetadataRequest, keep: bool) -> None:
        reply = await self._answer(request)
        self._task = None
        self._write(reply, keep, with_body=request.method != "HEAD")
        self._reset()
        self._wait()

    def _write(self, reply: MetadataReply, keep: bool, with_body: bool = True) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        head = (
            f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n"
            f"Content-Type: {reply.content_type}\r\n"
            f"Content-Length: {len(reply.body)}\r\n"
            f"Connection: {'keep-alive' if keep else 'close'}\r\n\r\n"
        )
        self._transport.write(head.encode() + (reply.body if with_body else b""))
        if not keep:
            self._transport.close()

    def _wait(self) -> None:
        self._stop_waiting()
        if self._transport is not None:
            self._timer = asyncio.get_running_loop().call_later(IDLE_S, self._transport.close)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
