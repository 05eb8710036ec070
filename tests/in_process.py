"""An HTTP client of an application in the same process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import httpx2
from starlette.testclient import TestClient
from starlette.types import ASGIApp

log = logging.getLogger(__name__)

_Message = MutableMapping[str, Any]
_SOCKETS = ("ws", "wss")


class Client(TestClient):
    """Starlette's, but an exchange is one call into the application's event loop, where Starlette's makes a dozen.

    So it is while the client is open, and for HTTP; else Starlette's way is taken.
    """

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        super().__init__(app, base_url=base_url, raise_server_exceptions=False)
        self._transport = _Straight(self, self._transport)


class _Straight(httpx2.BaseTransport):
    def __init__(self, client: TestClient, roundabout: httpx2.BaseTransport) -> None:
        self._client = client
        self._roundabout = roundabout

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if self._client.portal is None or request.url.scheme in _SOCKETS:
            return self._roundabout.handle_request(request)
        exchange = _Exchange(request)
        self._client.portal.call(exchange.hold, self._client.app)
        return httpx2.Response(exchange.status, headers=exchange.headers, content=bytes(exchange.body), request=request)

    def close(self) -> None:
        self._roundabout.close()


@dataclass
class _Exchange:
    """A request and, once it is held, its answer; 500 where the application breaks off without one."""

    request: httpx2.Request
    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    _is_read: bool = False
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def hold(self, app: ASGIApp) -> None:
        try:
            await app(self._scope(), self._receive, self._send)
        except Exception:
            if self.status:
                raise
            log.exception("%s %s broke off", self.request.method, self.request.url.path)
            self.status = 500

    async def _receive(self) -> _Message:
        """The body at once; whoever asks on is told that the client left, once it has its answer."""
        if self._is_read:
            await self._answered.wait()
            return {"type": "http.disconnect"}
        self._is_read = True
        return {"type": "http.request", "body": self.request.read()}

    async def _send(self, message: _Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            if self.request.method != "HEAD":
                self.body += message.get("body", b"")
            if not message.get("more_body", False):
                self._answered.set()

    def _scope(self) -> _Message:
        url = self.request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.request.method,
            "path": unquote(url.path),
            "raw_path": url.raw_path.split(b"?", 1)[0],
            "root_path": "",
            "scheme": url.scheme,
            "query_string": url.query,
            "headers": [(name.lower(), value) for name, value in self.request.headers.raw],
            "client": ("testclient", 50000),
            "server": (url.host, url.port or 80),
            "extensions": {},
            "state": {},
        }
