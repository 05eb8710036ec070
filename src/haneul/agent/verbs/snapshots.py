"""Copies of disks: made in the background, read piece by piece, removed."""

from __future__ import annotations

from functools import partial

from haneul.agent.parts import Parts
from haneul.hostapi import CHUNK_BYTES, DiskReport, Event, Power, SnapshotReport, SnapshotSpec, owner_of
from haneul.kit.errors import NotFound

_LIVE = (Power.RUNNING, Power.PAUSED)


def ensure_snapshot(parts: Parts, spec: SnapshotSpec) -> SnapshotReport:
    """Not ready while it is made, which goes on after this returns. Raises what ended the last attempt, once."""
    found = parts.disks.find_snapshot(spec.snapshot_id)
    if found is not None:
        return SnapshotReport(spec.snapshot_id, True, found.size_bytes, found.sha512, found.is_quiet)
    news = partial(parts.tell, Event("snapshot_ready", spec.server_id))
    parts.jobs.want(_job(spec.snapshot_id), partial(_make, parts, spec), news)
    return SnapshotReport(spec.snapshot_id, False)


def read_snapshot(parts: Parts, snapshot_id: str, offset: int, length: int) -> bytes:
    found = parts.disks.find_snapshot(snapshot_id)
    if found is None:
        raise NotFound("snapshot.absent", f"Make the snapshot {snapshot_id} first: the host has none of that name")
    with found.path.open("rb") as file:
        file.seek(offset)
        return file.read(min(length, CHUNK_BYTES))


def remove_snapshot(parts: Parts, snapshot_id: str) -> None:
    """One that is being made is removed as soon as it is finished."""
    parts.jobs.forget(_job(snapshot_id))
    if parts.jobs.is_under_way(_job(snapshot_id)):
        parts.jobs.want(f"remove {snapshot_id}", partial(_remove_later, parts, snapshot_id), lambda: None)
    else:
        parts.disks.remove_snapshot(snapshot_id)


def copy_disk(parts: Parts, disk_id: str, copy_id: str) -> DiskReport:
    """Not ready while it is copied, which goes on after this returns. Raises what ended the last attempt, once."""
    if parts.disks.find(copy_id) is not None:
        return DiskReport(copy_id, True)
    if parts.disks.find(disk_id) is None:
        raise NotFound("disk.absent", f"Make disk {disk_id} on this host first: it is not there")
    news = partial(parts.tell, Event("disk_ready", owner_of(disk_id)))
    parts.jobs.want(f"copy {copy_id}", partial(parts.disks.copy, disk_id, copy_id), news)
    return DiskReport(copy_id, False)


def restore_disk(parts: Parts, disk_id: str, copy_id: str) -> None:
    """The copy takes the disk's place; fine if there is none."""
    with parts.locks.of(disk_id):
        parts.disks.restore(disk_id, copy_id)


def _make(parts: Parts, spec: SnapshotSpec) -> None:
    is_live = parts.hypervisor.find(spec.server_id) in _LIVE
    fill = partial(parts.hypervisor.copy_disk, spec.server_id) if is_live else None
    with parts.locks.of(_job(spec.snapshot_id)):
        parts.disks.make_snapshot(spec.snapshot_id, spec.disk_id, fill)


def _remove_later(parts: Parts, snapshot_id: str) -> None:
    with parts.locks.of(_job(snapshot_id)):
        parts.disks.remove_snapshot(snapshot_id)


def _job(snapshot_id: str) -> str:
    return f"snapshot {snapshot_id}"
