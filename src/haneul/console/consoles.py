"""Consoles of servers in a browser: a page for the screen, one for the serial line, and the sockets behind them.

Whoever shows a console's one-time token gets its bytes, as websockify carries them: raw, in binary frames, over a
WebSocket that names the token in its address or in a cookie.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from haneul.kit.errors import CloudError
from haneul.services.compute import ConsoleGrant, ConsoleKind, ConsoleStream

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
_SUBPROTOCOL = "binary"
_REFUSED = 4403
_HEADERS = {
    "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' ws: wss:",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
"""The address of a page holds a token: it is told to nobody and kept nowhere."""


class Consoles(Protocol):
    """The verbs behind the pages."""

    def open(self, token: str, kind: ConsoleKind | None = None) -> ConsoleStream: ...


def routes(consoles: Consoles) -> list[BaseRoute]:
    return [
        Route("/consoles/vnc.html", _page("vnc.html")),
        Route("/consoles/serial", _page("serial.html")),
        WebSocketRoute("/consoles/websockify", _socket(consoles, None)),
        WebSocketRoute("/websockify", _socket(consoles, None)),
        WebSocketRoute("/consoles/serial", _socket(consoles, ConsoleKind.SERIAL)),
        Mount("/consoles/static", StaticFiles(directory=STATIC)),
    ]


def page_of(grant: ConsoleGrant) -> str:
    """Where a browser of this very cloud opens the console, once."""
    if grant.kind is ConsoleKind.SERIAL:
        return f"/consoles/serial?token={grant.token}"
    socket = quote(f"consoles/websockify?token={grant.token}", safe="")
    return f"/consoles/vnc.html?path={socket}"


def _page(name: str) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def show(_request: Request) -> Response:
        return FileResponse(STATIC / name, headers=_HEADERS)

    return show


def _socket(consoles: Consoles, kind: ConsoleKind | None) -> Callable[[WebSocket], Coroutine[Any, Any, None]]:
    async def connect(browser: WebSocket) -> None:
        token = browser.query_params.get("token") or browser.cookies.get("token") or ""
        if not is_own_page(browser):
            await browser.close(_REFUSED)
            return
        try:
            console = await run_in_threadpool(consoles.open, token, kind)
        except CloudError as error:
            log.info("a console was refused: %s", error)
            await browser.close(_REFUSED)
            return
        try:
            offered = browser.scope.get("subprotocols") or ()
            await browser.accept(_SUBPROTOCOL if _SUBPROTOCOL in offered else None)
            await carry(browser, console)
        finally:
            await console.close()

    return connect


def is_own_page(browser: WebSocket) -> bool:
    """False for a page of another site that uses the visitor's browser; programs name no origin."""
    origin, host = browser.headers.get("origin"), browser.headers.get("host", "")
    return origin is None or urlsplit(origin).netloc == host


async def carry(browser: WebSocket, console: ConsoleStream) -> None:
    """Bytes both ways until one side ends; then the other one is told."""
    ways = [asyncio.ensure_future(_to_guest(browser, console)), asyncio.ensure_future(_to_browser(console, browser))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.add_done_callback(_tell_why)
            way.cancel()
    if browser.client_state.name == "CONNECTED":
        await browser.close()


def _tell_why(way: asyncio.Future[None]) -> None:
    """Both ends may leave when they like; anything else is worth a line in the log."""
    error = None if way.cancelled() else way.exception()
    if error is not None and not isinstance(error, WebSocketDisconnect | CloudError):
        log.warning("a console broke off: %r", error)


async def _to_guest(browser: WebSocket, console: ConsoleStream) -> None:
    while True:
        message = await browser.receive()
        if message["type"] == "websocket.disconnect":
            return
        data = message.get("bytes") or (message.get("text") or "").encode()
        if data:
            await console.send(data)


async def _to_browser(console: ConsoleStream, browser: WebSocket) -> None:
    while data := await console.receive():
        await browser.send_bytes(data)
