"""What answers of placement have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from haneul.kit.http import Reply, Request, Version

_DATED = Version(1, 15)


def path(req: Request, tail: str) -> str:
    """A link within this API, without the host, as placement's links are."""
    return "/" + req.api_url.partition("://")[2].partition("/")[2].strip("/") + tail


def reply(req: Request, body: Any, status: int = 200, at: datetime | None = None, **headers: str) -> Reply:
    """An answer that says, from 1.15 on, when what it shows was changed: now, unless `at` is known."""
    answer = Reply(status, body, dict(headers))
    if req.version >= _DATED:
        answer.headers["last-modified"] = format_datetime(at or datetime.now(UTC), usegmt=True)
        answer.headers["cache-control"] = "no-cache"
    return answer
