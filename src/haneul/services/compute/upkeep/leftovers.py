"""What belongs to nobody: found on hosts and in placement, removed after a grace."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from haneul.hostapi import Leftovers, Power
from haneul.kit.errors import CloudError, Unavailable
from haneul.kit.policy import INTERNAL
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.nics import SERVER_OWNER
from haneul.services.network import Filter, Listing
from haneul.services.placement import ConsumerId

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Orphan:
    """A thing without the server that should have it."""

    kind: str
    """guest, disk, claim or ports."""
    id: str
    """The server's, which is its root disk's too."""
    host_id: str = ""

    def __str__(self) -> str:
        place = f" on host {self.host_id}" if self.host_id else ""
        return f"{self.kind} {self.id}{place}"


def find_orphans(parts: Parts) -> list[Orphan]:
    """Everything that belongs to no server which should have it.

    The things are looked at before the servers: what is made meanwhile has its row first. Raises Unavailable
    rather than judge by half a view of a host that is connected; hosts that are away are left out.
    """
    things = list(_on_hosts(parts))
    claims = [claim.consumer_id for claim in parts.placement.claims.list()]
    owned = Listing(Filter({"device_owner": (SERVER_OWNER,)}))
    owners = {port.device_id for port in parts.network.ports.list(INTERNAL, owned)}
    host_by_server = parts.store.servers.list_ids()
    orphans = [orphan for orphan in things if host_by_server.get(orphan.id) != orphan.host_id]
    orphans += [Orphan("claim", server_id) for server_id in claims if not host_by_server.get(server_id)]
    orphans += [Orphan("ports", server_id) for server_id in sorted(owners) if server_id not in host_by_server]
    return orphans


def _on_hosts(parts: Parts) -> Iterator[Orphan]:
    for inventory in parts.hosts.connected():
        found: Leftovers = parts.hosts.list_leftovers(inventory.host_id)
        yield from (Orphan("guest", name, inventory.host_id) for name in found.guests)
        yield from (Orphan("disk", name, inventory.host_id) for name in found.disks)


class Sweeper:
    """Removes orphans that were seen for longer than the grace, none of whose owners is at work."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._first_seen: dict[Orphan, datetime] = {}
        self._remove: dict[str, Callable[[Orphan], None]] = {
            "guest": self._remove_guest,
            "disk": self._remove_disk,
            "ports": self._remove_ports,
            "claim": self._release,
        }

    def look(self) -> None:
        """One round. What fails is tried again in the next."""
        try:
            orphans = find_orphans(self._parts)
        except Unavailable as error:
            log.warning("leftovers were not looked for: %s", error.message)
            return
        now = self._parts.clock.now()
        grace = timedelta(seconds=self._parts.tuning.leftover_grace_s)
        self._first_seen = {orphan: self._first_seen.get(orphan, now) for orphan in orphans}
        for orphan, seen_at in self._first_seen.items():
            if now - seen_at >= grace and self._parts.runs.current(orphan.id) is None:
                self._try(orphan)

    def clear_tombstones(self) -> None:
        """Servers that are gone for long are forgotten."""
        oldest = self._parts.clock.now() - timedelta(days=self._parts.tuning.tombstone_days)
        self._parts.store.servers.forget_buried(oldest)

    def _try(self, orphan: Orphan) -> None:
        log.warning("removing a leftover: %s", orphan)
        try:
            self._remove[orphan.kind](orphan)
        except CloudError as error:
            log.warning("the leftover %s stays for now: %s", orphan, error.message)

    def _remove_guest(self, orphan: Orphan) -> None:
        report = self._parts.hosts.remove_guest(orphan.host_id, orphan.id)
        if report.power is not Power.ABSENT:
            log.info("the leftover %s is on its way out: %s", orphan, report.detail)

    def _remove_disk(self, orphan: Orphan) -> None:
        self._parts.hosts.remove_disk(orphan.host_id, orphan.id)

    def _remove_ports(self, orphan: Orphan) -> None:
        with self._parts.db.write():
            if self._parts.store.servers.find(orphan.id) is None:
                self._parts.network.ports.remove_for_server(orphan.id)

    def _release(self, orphan: Orphan) -> None:
        with self._parts.db.write():
            if not self._parts.store.servers.list_ids().get(orphan.id):
                self._parts.placement.claims.release(ConsumerId(orphan.id))
