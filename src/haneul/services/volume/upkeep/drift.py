"""Where places for volumes and what is written of them part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from haneul.kit.drift import Difference, Drift, Parting, Unseen
from haneul.kit.ids import is_uuid
from haneul.services.volume.driver import HostRooms
from haneul.services.volume.model import Status
from haneul.services.volume.parts import Parts
from haneul.services.volume.upkeep.leftovers import EVERY_S, find_orphans

SERVICE = "volume"
SWEEPER = "volume.leftovers"
_KEPT = frozenset({Status.AVAILABLE, Status.IN_USE})
_LOST = "Nothing makes it again: restore a backup, or put the file back."
_THEIRS = "It is left alone: adopt it (`openstack volume create --remote-source`), or move it away."


def find_drift(parts: Parts) -> Drift:
    """Everything that differs; places of hosts that do not answer are told as unseen."""
    before = _places(parts)
    hosts = parts.hosts.rooms()
    after = _places(parts)
    kept = {thing_id: place for thing_id, place in before.items() if after.get(thing_id) == place}
    unseen_ids = sorted({host_id for host_id, _ in kept.values()} - {host.host_id for host in hosts})
    unseen = [Unseen(SERVICE, host_id, "The host does not tell what it keeps.") for host_id in unseen_ids]
    return Drift((*_left_over(parts), *_missing(kept, hosts), *_foreign(hosts)), unseen)


def _places(parts: Parts) -> dict[str, tuple[str, str]]:
    """Where volumes lie that nobody is at work on, and their snapshots."""
    busy = {run.subject for run in parts.runs.unfinished()}
    volumes = {each.id: each for each in parts.store.volumes.list() if each.status in _KEPT and each.id not in busy}
    snapshots = {each.id: each.volume_id for each in parts.store.snapshots.list() if each.status is Status.AVAILABLE}
    places = parts.store.volumes.places()
    return {
        thing_id: place
        for thing_id, place in places.items()
        if thing_id in volumes or (snapshots.get(thing_id) in volumes and thing_id not in busy)
    }


def _missing(kept: dict[str, tuple[str, str]], hosts: Sequence[HostRooms]) -> Iterator[Difference]:
    names = {(host.host_id, room.backend): frozenset(room.names) for host in hosts for room in host.rooms}
    for thing_id, place in sorted(kept.items()):
        if place in names and thing_id not in names[place]:
            yield Difference(SERVICE, Parting.MISSING, "file", thing_id, place[0], place[1], remedy=_LOST)


def _left_over(parts: Parts) -> Iterator[Difference]:
    within_s = parts.tuning.leftover_grace_s + 2 * EVERY_S
    for orphan in find_orphans(parts):
        yield Difference(
            SERVICE,
            Parting.LEFT_OVER,
            "file",
            orphan.id,
            orphan.host_id,
            orphan.backend,
            loop=SWEEPER,
            within_s=within_s,
            remedy="It is removed.",
        )


def _foreign(hosts: Sequence[HostRooms]) -> Iterator[Difference]:
    for host in hosts:
        for room in host.rooms:
            for name in room.names:
                if not is_uuid(name):
                    place = host.host_id
                    yield Difference(SERVICE, Parting.FOREIGN, "file", name, place, room.backend, remedy=_THEIRS)
