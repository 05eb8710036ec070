"""The volumes of a server as its guest's disks."""

from __future__ import annotations

from dataclasses import replace

from haneul.hostapi import VolumeDisk
from haneul.services.compute.model import DiskSource, Server, ServerBirth, ServerState
from haneul.services.compute.parts import Parts
from haneul.services.placement import Bound


def volume_disks(parts: Parts, server: Server) -> tuple[VolumeDisk, ...]:
    """The server's volumes as its guest should have them: those that are connected and not on their way out."""
    rows = [row for row in parts.store.volumes.of([server.id]) if not row.is_leaving]
    if not rows:
        return ()
    disks = parts.volume.attachments.disks([row.attachment_id for row in rows])
    return tuple(
        replace(disks[row.attachment_id], device=row.device.removeprefix("/dev/"), is_boot=row.boot_index == 0)
        for row in rows
        if row.attachment_id in disks
    )


def volume_bounds(parts: Parts, server: Server, birth: ServerBirth) -> list[Bound]:
    """Where the volumes lie that the server has, and what those begin as that are to be made: one for each host."""
    volume_ids = [row.volume_id for row in parts.store.volumes.of([server.id])]
    made = [disk for disk in birth.disks if disk.is_ours] if server.state is ServerState.BUILDING else []
    if not volume_ids and not made:
        return []
    snapshot_ids = [disk.source_id for disk in made if disk.source is DiskSource.SNAPSHOT]
    hosts = parts.volume.attachments.hosts_of(volume_ids, snapshot_ids)
    bounds = [_at(frozenset({host_id})) for host_id in sorted(hosts)]
    return [*bounds, _with_place(parts)] if made else bounds


def _at(host_ids: frozenset[str]) -> Bound:
    told = "away from the volumes of the server"
    return Bound(host_ids, told, "migrate its volumes, or choose volumes that lie on one host", told=told)


def _with_place(parts: Parts) -> Bound:
    told = "without a place for the volumes of the server"
    return Bound(parts.volume.attachments.hosts_with_places(), told, "give one of them a place for volumes", told=told)
