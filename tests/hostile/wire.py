"""Requests as bytes, straight into the application: what an HTTP client's library would tidy up arrives as it is."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from starlette.testclient import TestClient

_Message = MutableMapping[str, Any]


@dataclass(frozen=True)
class Sent:
    """One request."""

    method: str
    target: str
    """Path and query as they stand in the request line."""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_cut: bool = False
    """The connection ends before the body does."""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def but(self, **changes: Any) -> Sent:
        return replace(self, **changes)

    def with_header(self, name: str, value: str) -> Sent:
        return replace(self, headers=self.headers | {name: value})

    def with_json(self, value: Any) -> Sent:
        return replace(self, body=json.dumps(value).encode())

    def __str__(self) -> str:
        body = self.body if len(self.body) < 400 else self.body[:400] + b"..."
        headers = {name: value for name, value in self.headers.items() if name != "x-auth-token"}
        return f"{self.method} {self.target[:300]!r} {headers} {body!r}{' cut off' if self.is_cut else ''}"


@dataclass
class Got:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def send(client: TestClient, sent: Sent) -> Got:
    """Ask the application of the client, which must be open."""
    assert client.portal is not None, "the cloud is not open"
    return client.portal.call(_exchange, client.app, sent)


async def _exchange(app: Any, sent: Sent) -> Got:
    got = Got()
    messages = _body(sent)

    async def receive() -> _Message:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def answer(message: _Message) -> None:
        if message["type"] == "http.response.start":
            got.status = message["status"]
            got.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            got.body += message.get("body", b"")

    await app(_scope(sent), receive, answer)
    return got


def _body(sent: Sent) -> list[_Message]:
    """The body in two pieces, so that no handler may count on one."""
    half = len(sent.body) // 2
    pieces: list[_Message] = [{"type": "http.request", "body": sent.body[:half], "more_body": True}]
    if not sent.is_cut:
        pieces.append({"type": "http.request", "body": sent.body[half:], "more_body": False})
    return pieces


def _scope(sent: Sent) -> _Message:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": sent.method,
        "path": unquote(sent.path),
        "raw_path": sent.path.encode("latin-1"),
        "query_string": sent.query.encode("latin-1"),
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in sent.headers.items()],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 80),
        "root_path": "",
    }
