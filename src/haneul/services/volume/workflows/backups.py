"""Backups are made and read back."""

from __future__ import annotations

from haneul.hostapi import VOLUME_CHUNK_BYTES, StreamSource, VolumePlace, VolumeSpec
from haneul.kit.errors import Invalid
from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.volume.model import Backup, Status, Volume
from haneul.services.volume.parts import Parts
from haneul.services.volume.workflows.asked import AskedBy
from haneul.services.volume.workflows.change_volume import at_rest, mark_at_rest
from haneul.services.volume.workflows.delete_volume import removed_from
from haneul.services.volume.workflows.failures import tell, volume_failed
from haneul.services.volume.workflows.places import host_of, place_of, place_of_snapshot
from haneul.services.volume.workflows.streams import backup_stream

DEADLINE_S = 3600.0
_SUMS_AT_ONCE = 512
GIB = 1024**3


@workflow
def back_up_volume(run: Run, backup_id: str, volume_id: str, old_status: Status, asked_by: AskedBy) -> None:
    """The copy that is read bears the backup's id on the host."""
    run.on_failure(mark_not_backed_up, backup_id, volume_id, old_status, asked_by)
    run.wait(copy_ready, backup_id, deadline_s=DEADLINE_S, undo=remove_copy)
    pieces = run.step(keep_pieces, backup_id, undo=forget_pieces, limit_s=DEADLINE_S)
    run.step(copy_removed, backup_id)
    run.step(mark_at_rest, volume_id, old_status)
    run.step(mark_backed_up, backup_id, pieces)


@workflow
def restore_backup(run: Run, volume_id: str, backup_id: str, asked_by: AskedBy) -> None:
    """No undo: what the volume held is gone with the first step, as was asked for."""
    run.on_failure(mark_unrestored, volume_id, backup_id, asked_by)
    run.wait(data_restored, volume_id, backup_id, deadline_s=DEADLINE_S)
    run.step(mark_restored, volume_id, backup_id)


@workflow
def delete_backup(run: Run, backup_id: str, asked_by: AskedBy) -> None:
    """No undo: what is removed stays removed. Pieces that no other backup needs are swept away later."""
    run.on_failure(mark_backup_kept, backup_id)
    run.step(forget_list, backup_id)
    run.step(bury_backup, backup_id)


def copy_ready(parts: Parts, backup_id: str) -> bool:
    backup, volume = _both(parts, backup_id)
    origin = place_of(volume)
    if backup.snapshot_id is not None:
        origin = place_of_snapshot(parts.store.snapshots.get(backup.snapshot_id), volume)
    spec = VolumeSpec(VolumePlace(volume.backend, backup_id), backup.size_gib, copy_of=origin, is_raw=True)
    return parts.hosts.ensure_volume(host_of(volume), spec).is_ready


def remove_copy(parts: Parts, backup_id: str) -> None:
    backup = parts.store.backups.find(backup_id)
    volume = None if backup is None else parts.store.volumes.find(backup.volume_id)
    if volume is not None and volume.host_id is not None:
        removed_from(parts, volume.host_id, VolumePlace(volume.backend, backup_id))


def copy_removed(parts: Parts, backup_id: str) -> None:
    """No undo: it was a copy."""
    remove_copy(parts, backup_id)


def keep_pieces(parts: Parts, backup_id: str) -> int:
    """Read what the store does not have yet; how many pieces that were."""
    _backup, volume = _both(parts, backup_id)
    host_id, place = host_of(volume), VolumePlace(volume.backend, backup_id)
    digests: list[str] = []
    added = 0
    while sums := parts.hosts.sum_volume(host_id, place, len(digests), _SUMS_AT_ONCE):
        there = parts.backups.has([digest for digest in sums if digest])
        for number, digest in enumerate(sums, start=len(digests)):
            if digest and digest not in there:
                at = number * VOLUME_CHUNK_BYTES
                parts.backups.put(digest, parts.hosts.read_volume(host_id, place, at, VOLUME_CHUNK_BYTES))
                added += 1
        digests.extend(sums)
    parts.backups.keep(backup_id, digests)
    return added


def forget_pieces(parts: Parts, backup_id: str) -> None:
    parts.backups.remove(backup_id)


def mark_backed_up(parts: Parts, backup_id: str, pieces: int) -> None:
    """No undo: the failure says what became of it."""
    now = parts.clock.now()
    parts.store.backups.change(backup_id, status=Status.AVAILABLE, object_count=pieces, updated_at=now)


def mark_not_backed_up(
    parts: Parts, backup_id: str, volume_id: str, old_status: Status, asked_by: AskedBy, fault: Fault
) -> None:
    """The volume is as it was, the backup in ERROR says why."""
    with parts.db.write():
        if parts.store.backups.find(backup_id) is None:
            return
        parts.store.backups.change(backup_id, status=Status.ERROR, fail_reason=fault.message)
        volume = parts.store.volumes.find(volume_id)
        if volume is not None and volume.status is Status.BACKING_UP:
            parts.store.volumes.change(volume_id, status=at_rest(parts, volume_id))
        if parts.store.messages.find(asked_by.message_id) is None:
            tell(parts, ("VOLUME_BACKUP", backup_id), asked_by, fault)


def data_restored(parts: Parts, volume_id: str, backup_id: str) -> bool:
    volume = parts.store.volumes.get(volume_id)
    name, size_bytes = backup_stream(parts, backup_id)
    if size_bytes > volume.size_gib * GIB:
        raise Invalid("backup.too_large", f"Volume {volume_id} is smaller than the backup: restore to a larger one.")
    source = StreamSource(name, size_bytes)
    spec = VolumeSpec(place_of(volume), volume.size_gib, stream=source, is_raw=volume.is_multiattach)
    return parts.hosts.revert_volume(host_of(volume), spec).is_ready


def mark_restored(parts: Parts, volume_id: str, backup_id: str) -> None:
    """No undo: nothing follows."""
    with parts.db.write():
        parts.store.volumes.move(volume_id, Status.AVAILABLE, parts.clock.now())
        parts.store.backups.change(backup_id, status=Status.AVAILABLE)


def mark_unrestored(parts: Parts, volume_id: str, backup_id: str, asked_by: AskedBy, fault: Fault) -> None:
    with parts.db.write():
        parts.store.backups.change(backup_id, status=Status.AVAILABLE)
        volume_failed(parts, volume_id, asked_by, fault, status=Status.ERROR_RESTORING)


def forget_list(parts: Parts, backup_id: str) -> None:
    parts.backups.remove(backup_id)


def bury_backup(parts: Parts, backup_id: str) -> None:
    parts.store.backups.remove(backup_id)


def mark_backup_kept(parts: Parts, backup_id: str, fault: Fault) -> None:
    """ERROR_DELETING: it may be deleted again; nothing if it is gone."""
    parts.store.backups.change(backup_id, status=Status.ERROR_DELETING, fail_reason=fault.message)


def _both(parts: Parts, backup_id: str) -> tuple[Backup, Volume]:
    backup = parts.store.backups.get(backup_id)
    return backup, parts.store.volumes.get(backup.volume_id)
