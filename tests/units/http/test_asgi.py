"""Bodies that come slowly, or not at all."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from haneul.kit.errors import Invalid
from haneul.kit.http import asgi


def test_a_body_that_stalls_lets_its_thread_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "STALL_S", 0.05)

    async def read() -> list[bytes]:
        pieces = [{"type": "http.request", "body": b"first", "more_body": True}]

        async def receive() -> dict[str, Any]:
            if not pieces:
                await asyncio.Event().wait()
            return pieces.pop()

        async def send(_message: Any) -> None:
            """Nobody listens."""

        scope = {"method": "PUT", "path": "/file", "query_string": b"", "headers": []}
        transport = asgi.Transport(scope, receive, send, "")
        return await asyncio.get_running_loop().run_in_executor(None, list, transport.chunks())

    with pytest.raises(Invalid) as refusal:
        asyncio.run(read())
    assert refusal.value.code == "request.stalled"
