"""Guests that changed by themselves: their servers follow."""

from __future__ import annotations

import logging
import threading

from haneul.hostapi import Event, Power, owner_of
from haneul.kit.errors import Unavailable
from haneul.services.compute.model import Server, ServerState
from haneul.services.compute.parts import Parts

log = logging.getLogger(__name__)

_STATE_BY_POWER = {
    Power.RUNNING: ServerState.ACTIVE,
    Power.STOPPED: ServerState.STOPPED,
    Power.CRASHED: ServerState.STOPPED,
    Power.PAUSED: ServerState.PAUSED,
    Power.SUSPENDED: ServerState.SUSPENDED,
}
_WATCHED = frozenset({ServerState.ACTIVE, ServerState.STOPPED, ServerState.PAUSED, ServerState.SUSPENDED})


class GuestWatch:
    """Compares guests with their servers: at once those of which a host told, the rest by and by."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        self._told: set[str] = set()
        parts.hosts.on_event(self.told)

    def told(self, _host_id: str, event: Event) -> None:
        """A host says that something changed: whoever waits for it looks now, else the next round does."""
        if event.name == "guest_changed":
            with self._lock:
                self._told.add(event.subject)
        if event.name in ("guest_changed", "disk_ready", "snapshot_ready", "volume_ready"):
            self._parts.runs.wake(owner_of(event.subject))

    def look_at_told(self) -> None:
        """Once a second: only those of which a host told."""
        with self._lock:
            told, self._told = self._told, set()
        for server_id in told:
            server = self._parts.store.servers.find(server_id)
            if server is not None:
                self._compare(server)

    def look_at_all(self) -> None:
        """Once in a while: every guest of every host that is connected."""
        for inventory in self._parts.hosts.connected():
            for server in self._parts.store.servers.list_on(inventory.host_id):
                self._compare(server)

    def _compare(self, server: Server) -> None:
        if server.state not in _WATCHED or server.host_id is None or self._parts.runs.current(server.id):
            return
        try:
            report = self._parts.hosts.get_guest(server.host_id, server.id)
        except Unavailable:
            return  # The host is away or slow: it is looked at in another round.
        state = _STATE_BY_POWER.get(report.power)
        if state is None or not report.is_settled or state is server.state:
            return
        with self._parts.db.write():
            now = self._parts.store.servers.find(server.id)
            if now is None or now.state is not server.state or self._parts.runs.current(server.id):
                return
            log.info("server %s is %s by itself", server.id, report.power)
            self._parts.store.servers.move(server.id, state, self._parts.clock.now())
