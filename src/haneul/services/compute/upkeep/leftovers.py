"""What belongs to nobody: found on hosts and in placement, removed after a grace."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from haneul.hostapi import Leftovers, Power, owner_of
from haneul.kit.errors import CloudError, Unavailable
from haneul.kit.policy import INTERNAL
from haneul.services.compute.model import ServerId, is_local
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.guests import rescue_disk_id
from haneul.services.compute.workflows.moving import KEPT
from haneul.services.compute.workflows.nics import SERVER_OWNER
from haneul.services.network import Filter, Listing, PortId
from haneul.services.placement import ConsumerId

log = logging.getLogger(__name__)

EVERY_S = 20.0
"""With the grace less than two minutes, also where the look before came just too early."""


@dataclass(frozen=True)
class Orphan:
    """A thing without the server that should have it."""

    kind: str
    """guest, disk, snapshot, tap, claim or ports."""
    id: str
    """The server's, which is its root disk's too; a move's that holds a claim; a port's that no server has."""
    host_id: str = ""
    name: str = ""
    """Of a disk or snapshot, where that is not the server's id; of a tap its port's id."""

    def __str__(self) -> str:
        place = f" on host {self.host_id}" if self.host_id else ""
        return f"{self.kind} {self.name or self.id}{place}"


def find_orphans(parts: Parts) -> list[Orphan]:
    """Everything that belongs to no server which should have it.

    The things are looked at before the servers: what is made meanwhile has its row first. Raises Unavailable
    rather than judge by half a view of a host that is connected; hosts that are away are left out.
    """
    hosts = [(each.host_id, parts.hosts.list_leftovers(each.host_id)) for each in parts.hosts.connected()]
    claims = [claim.consumer_id for claim in parts.placement.claims.list()]
    owned = Listing(Filter({"device_owner": (SERVER_OWNER,)}))
    owner_by_port = {port.id: port.device_id for port in parts.network.ports.list(INTERNAL, owned)}
    owners = set(owner_by_port.values())
    owner_by_port |= _other_owners(
        parts, {PortId(name) for _, seen in hosts for name in seen.ports} - owner_by_port.keys()
    )
    homes = Homes(parts)
    things = (thing for host_id, found in hosts for thing in things_on(host_id, found, owner_by_port))
    orphans = [orphan for orphan in things if not homes.wants(orphan)]
    orphans += [Orphan("claim", consumer_id) for consumer_id in claims if not homes.may_hold(consumer_id)]
    orphans += [Orphan("ports", server_id) for server_id in sorted(owners) if not homes.knows(server_id)]
    return orphans


def _other_owners(parts: Parts, port_ids: Collection[PortId]) -> dict[PortId, str]:
    """Of ports that somebody has called another's since they were plugged: they have a device all the same."""
    if not port_ids:
        return {}
    named = Listing(Filter({"id": tuple(port_ids)}))
    return {port.id: port.device_id for port in parts.network.ports.list(INTERNAL, named)}


class Homes:
    """Where servers are and what they should have there, looked up once."""

    def __init__(self, parts: Parts) -> None:
        self._host_by_server = parts.store.servers.list_ids()
        self._moves = {move.server_id: move for move in parts.store.moves.list_open()}
        self._move_ids = {move.id for move in self._moves.values()}
        self._rescued = frozenset(parts.store.servers.list_rescued())
        self._busy = {run.subject for run in parts.runs.unfinished()}

    def wants(self, thing: Orphan) -> bool:
        """Whether the thing on a host belongs to its server, on that host."""
        move = self._moves.get(ServerId(thing.id))
        homes = {self._host_by_server.get(thing.id), *((move.source_id, move.target_id) if move else ())}
        if thing.host_id not in homes:
            return False
        if thing.kind == "tap":
            return True
        if thing.kind == "snapshot":
            return thing.id in self._busy
        if not thing.name:
            return True
        if thing.name == rescue_disk_id(thing.id):
            return thing.id in self._rescued or thing.id in self._busy
        return move is not None if thing.name.endswith(KEPT) else is_local(thing.name.removeprefix(f"{thing.id}."))

    def may_hold(self, consumer_id: str) -> bool:
        return bool(self._host_by_server.get(consumer_id)) or consumer_id in self._move_ids

    def knows(self, server_id: str) -> bool:
        return server_id in self._host_by_server


def things_on(host_id: str, found: Leftovers, owner_by_port: Mapping[PortId, str]) -> Iterator[Orphan]:
    """All that is some server's, wanted or not."""
    yield from (Orphan("guest", name, host_id) for name in found.guests)
    yield from (_named("disk", name, host_id) for name in found.disks)
    yield from (_named("snapshot", name, host_id) for name in found.snapshots)
    yield from (Orphan("tap", owner_by_port.get(PortId(name), name), host_id, name) for name in found.ports)


def _named(kind: str, name: str, host_id: str) -> Orphan:
    server_id = owner_of(name)
    return Orphan(kind, server_id, host_id, "" if name == server_id else name)


class Sweeper:
    """Removes orphans that were seen for longer than the grace, none of whose owners is at work."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._first_seen: dict[Orphan, datetime] = {}
        self._remove: dict[str, Callable[[Orphan], None]] = {
            "guest": self._remove_guest,
            "disk": self._remove_disk,
            "snapshot": self._remove_snapshot,
            "tap": self._remove_tap,
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
        self._parts.hosts.remove_disk(orphan.host_id, orphan.name or orphan.id)

    def _remove_snapshot(self, orphan: Orphan) -> None:
        self._parts.hosts.remove_snapshot(orphan.host_id, orphan.name)

    def _remove_tap(self, orphan: Orphan) -> None:
        self._parts.hosts.remove_port(orphan.host_id, orphan.name)

    def _remove_ports(self, orphan: Orphan) -> None:
        with self._parts.db.write():
            if self._parts.store.servers.find(orphan.id) is None:
                self._parts.network.ports.remove_for_server(orphan.id)

    def _release(self, orphan: Orphan) -> None:
        with self._parts.db.write():
            if not Homes(self._parts).may_hold(orphan.id):
                self._parts.placement.claims.release(ConsumerId(orphan.id))
