"""Who is connected, and what they told last."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from haneul.hostapi import Event, HostInventory
from haneul.kit.errors import Unavailable
from haneul.kit.peer import Peer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HostLine:
    """One host's connection."""

    host_id: str
    peer: Peer
    hang_up: Callable[[], None]
    """May be called from any thread."""


class Hub:
    """The connected hosts. News go to the listeners one after the other, in a thread of the hub's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[str, HostLine] = {}
        self._inventories: dict[str, HostInventory] = {}
        self._teller = ThreadPoolExecutor(1, "hosts-news")
        self.on_event: list[Callable[[str, Event], None]] = []
        self.on_inventory: list[Callable[[HostInventory], None]] = []
        self.on_away: list[Callable[[str], None]] = []

    def connect(self, line: HostLine) -> None:
        """A host that calls again has given up its older connection, whether that has ended or not."""
        with self._lock:
            older = self._lines.get(line.host_id)
            self._lines[line.host_id] = line
        if older is not None:
            older.hang_up()

    def disconnect(self, line: HostLine) -> None:
        with self._lock:
            if self._lines.get(line.host_id) is not line:
                return
            del self._lines[line.host_id]
            was_known = self._inventories.pop(line.host_id, None) is not None
        if was_known:
            log.warning("host %s is away", line.host_id)
            self._tell(self.on_away, line.host_id)

    def take_inventory(self, line: HostLine, inventory: HostInventory) -> None:
        """Only from here on the host is seen as connected."""
        with self._lock:
            if self._lines.get(line.host_id) is not line:
                return
            is_new = line.host_id not in self._inventories
            self._inventories[line.host_id] = inventory
        if is_new:
            log.info("host %s (%s) is connected", inventory.hostname, line.host_id)
        self._tell(self.on_inventory, inventory)

    def take_event(self, line: HostLine, event: Event) -> None:
        self._tell(self.on_event, line.host_id, event)

    def peer(self, host_id: str) -> Peer:
        """Raises Unavailable("host.away")."""
        with self._lock:
            if host_id not in self._inventories:
                raise Unavailable("host.away", f"Host {host_id} is not connected: look whether its agent runs")
            return self._lines[host_id].peer

    def inventories(self) -> tuple[HostInventory, ...]:
        with self._lock:
            return tuple(self._inventories.values())

    def hostname(self, host_id: str) -> str:
        """The name by which a connected host reported; empty while it has not."""
        with self._lock:
            found = self._inventories.get(host_id)
        return found.hostname if found is not None else ""

    def hang_up(self, host_id: str) -> None:
        with self._lock:
            line = self._lines.get(host_id)
        if line is not None:
            line.hang_up()

    def tell_later(self, listener: Callable[[HostInventory], None]) -> None:
        """Tell one listener of every host that is connected."""
        for inventory in self.inventories():
            self._tell([listener], inventory)

    def close(self) -> None:
        self._teller.shutdown(wait=False, cancel_futures=True)

    def _tell(self, listeners: list[Callable[..., None]], *news: object) -> None:
        for listener in list(listeners):
            self._teller.submit(partial(_call, listener, news))


def _call(listener: Callable[..., None], news: tuple[object, ...]) -> None:
    try:
        listener(*news)
    except Exception:
        log.exception("a listener failed on the news %s", news)
