"""A volume is made: a place is chosen, its data come, it is available."""

from __future__ import annotations

from dataclasses import replace

from haneul.hostapi import StreamSource, VolumeSpec
from haneul.kit.errors import CloudError
from haneul.kit.policy import INTERNAL
from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.volume.model import FAILED, Status, Volume
from haneul.services.volume.parts import Parts
from haneul.services.volume.workflows.asked import AskedBy
from haneul.services.volume.workflows.delete_volume import removed_from
from haneul.services.volume.workflows.failures import volume_failed
from haneul.services.volume.workflows.places import Request, choose, host_of, place_of, place_of_snapshot
from haneul.services.volume.workflows.streams import backup_stream

DATA_DEADLINE_S = 3600.0
_OURS = FAILED | {Status.CREATING, Status.RESTORING, Status.DELETING}


@workflow
def create_volume(run: Run, volume_id: str, near: str, asked_by: AskedBy) -> None:
    """`near` names the only host that will do; empty: any."""
    run.on_failure(mark_failed, volume_id, asked_by)
    run.step(claim_place, volume_id, near, undo=release_place)
    run.wait(data_ready, volume_id, deadline_s=DATA_DEADLINE_S, undo=remove_data)
    run.step(mark_available, volume_id)


def claim_place(parts: Parts, volume_id: str, near: str) -> None:
    """Room in a place, promised. Raises NoCapacity("volume.no_pool")."""
    with parts.db.write():
        volume = parts.store.volumes.get(volume_id)
        if volume.host_id is not None:
            return
        kind = parts.store.types.find(volume.type_id) if volume.type_id else None
        pool = choose(parts, Request(volume.size_gib, kind, _where_source_is(parts, volume) or near))
        parts.store.volumes.change(volume_id, host_id=pool.host_id, backend=pool.backend)


def release_place(parts: Parts, volume_id: str, near: str) -> None:
    with parts.db.write():
        if not _is_others(parts.store.volumes.find(volume_id)):
            parts.store.volumes.change(volume_id, host_id=None, backend="")


def data_ready(parts: Parts, volume_id: str) -> bool:
    volume = parts.store.volumes.get(volume_id)
    return parts.hosts.ensure_volume(host_of(volume), spec_of(parts, volume)).is_ready


def remove_data(parts: Parts, volume_id: str) -> None:
    volume = parts.store.volumes.find(volume_id)
    if volume is not None and volume.host_id is not None and not _is_others(volume):
        removed_from(parts, volume.host_id, place_of(volume))


def mark_available(parts: Parts, volume_id: str) -> None:
    """No undo: from here on it is others'. A server that waited for it may have it, so it stays whatever follows."""
    with parts.db.write():
        volume = parts.store.volumes.get(volume_id)
        if _is_others(volume):
            return
        parts.store.volumes.move(volume_id, Status.AVAILABLE, parts.clock.now())
        backup = parts.store.backups.find(volume.backup_id) if volume.backup_id else None
        if backup is not None and backup.status is Status.RESTORED_FROM:
            parts.store.backups.change(backup.id, status=Status.AVAILABLE)


def mark_failed(parts: Parts, volume_id: str, asked_by: AskedBy, fault: Fault) -> None:
    """ERROR, with a message for its owner; a backup that it was to begin as is available again."""
    with parts.db.write():
        volume = parts.store.volumes.find(volume_id)
        backup = parts.store.backups.find(volume.backup_id) if volume and volume.backup_id else None
        if backup is not None and backup.status is Status.RESTORED_FROM:
            parts.store.backups.change(backup.id, status=Status.AVAILABLE)
        if not _is_others(volume):
            volume_failed(parts, volume_id, asked_by, fault)


def _is_others(volume: Volume | None) -> bool:
    """True once it was available, whatever has been done with it since then."""
    return volume is not None and volume.status not in _OURS


def spec_of(parts: Parts, volume: Volume) -> VolumeSpec:
    """The volume as its host has to make it. Raises what is wrong with its source."""
    spec = VolumeSpec(place_of(volume), volume.size_gib, is_raw=volume.is_multiattach)
    if volume.snapshot_id is not None:
        snapshot = parts.store.snapshots.get(volume.snapshot_id)
        origin = place_of_snapshot(snapshot, parts.store.volumes.get(snapshot.volume_id))
        return replace(spec, copy_of=origin)
    if volume.source_id is not None:
        return replace(spec, copy_of=place_of(parts.store.volumes.get(volume.source_id)))
    if volume.backup_id is not None:
        name, size_bytes = backup_stream(parts, volume.backup_id)
        return replace(spec, stream=StreamSource(name, size_bytes))
    if volume.image_id is not None:
        return replace(spec, image=parts.image.images.source(INTERNAL, volume.image_id))
    return spec


def _where_source_is(parts: Parts, volume: Volume) -> str:
    """The host on which the snapshot or volume lies that it is a copy of."""
    try:
        if volume.snapshot_id is not None:
            return host_of(parts.store.volumes.get(parts.store.snapshots.get(volume.snapshot_id).volume_id))
        if volume.source_id is not None:
            return host_of(parts.store.volumes.get(volume.source_id))
    except CloudError as error:
        raise type(error)("volume.source_gone", f"What the volume was to begin as is gone: {error.message}") from error
    return ""
