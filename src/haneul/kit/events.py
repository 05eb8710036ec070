"""News that a service tells to whoever stands above it, inside the transaction in which it became true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E")


class Bus:
    """Who wants to hear of what.

    Handlers run in the publisher's thread and, where it has one open, in its database transaction: what they
    write appears together with the news or not at all. A handler that must reach the world submits a run.
    """

    def __init__(self) -> None:
        self._handlers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(self, kind: type[E], handler: Callable[[E], None]) -> None:
        self._handlers[kind].append(handler)

    def publish(self, event: object) -> None:
        for handler in self._handlers[type(event)]:
            handler(event)
