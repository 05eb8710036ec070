"""The volumes of a server as its guest's disks."""

from __future__ import annotations

from dataclasses import replace

from haneul.hostapi import VolumeDisk
from haneul.services.compute.model import DiskSource, Server, ServerBirth
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
    """Where the volumes lie that the server has, or begins with: one bound for each host."""
    attached = [row.volume_id for row in parts.store.volumes.of([server.id])]
    planned = [] if attached else [disk for disk in birth.disks if disk.source is DiskSource.VOLUME]
    volume_ids = [*attached, *(disk.volume_id for disk in planned)]
    snapshot_ids = [disk.source_id for disk in birth.disks if disk.source is DiskSource.SNAPSHOT]
    hosts = parts.volume.attachments.hosts_of(volume_ids, () if attached else snapshot_ids)
    bounds = [_at(frozenset({host_id})) for host_id in sorted(hosts)]
    if any(disk.source in (DiskSource.IMAGE, DiskSource.BLANK) for disk in birth.disks) and not attached:
        bounds.append(_with_place(parts))
    return bounds


def _at(host_ids: frozenset[str]) -> Bound:
    told = "away from the volumes of the server"
    return Bound(host_ids, told, "migrate its volumes, or choose volumes that lie on one host", told=told)


def _with_place(parts: Parts) -> Bound:
    told = "without a place for the volumes of the server"
    return Bound(parts.volume.attachments.hosts_with_places(), told, "give one of them a place for volumes", told=told)
