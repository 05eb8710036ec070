"""A request and how it ended, for those who count requests or keep a record of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from haneul.kit.policy import Caller


@dataclass(frozen=True)
class Exchange:
    """Told once the answer is known, before it is sent."""

    api: str
    operation: str
    """The name of the handler; empty when the path or method led to none."""
    method: str
    path: str
    """In full, with the API's prefix, without the query."""
    status: int
    took_s: float
    request_id: str
    address: str
    """Of the client, as the connection says; empty when there is none."""
    caller: Caller
    """Of a sign-in that succeeded, whoever signed in."""
    claims: str = ""
    """Whom somebody who signs in says to be."""


Watcher = Callable[[Exchange], None]
