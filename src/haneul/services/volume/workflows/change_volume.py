"""A volume grows, goes back to what a snapshot holds, or begins anew as an image."""

from __future__ import annotations

from haneul.hostapi import VolumeSpec
from haneul.kit.policy import INTERNAL
from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.volume.model import Status
from haneul.services.volume.parts import Parts
from haneul.services.volume.workflows.asked import AskedBy
from haneul.services.volume.workflows.failures import volume_failed
from haneul.services.volume.workflows.places import host_of, place_of, place_of_snapshot

DEADLINE_S = 1800.0


@workflow
def extend_volume(run: Run, volume_id: str, old_size_gib: int, old_status: Status, asked_by: AskedBy) -> None:
    """The row has its new size from the beginning, so that quotas count it. No undo: data are never cut off."""
    run.on_failure(mark_unextended, volume_id, old_size_gib, asked_by)
    run.wait(volume_grown, volume_id, deadline_s=DEADLINE_S)
    run.step(mark_at_rest, volume_id, old_status)


@workflow
def revert_volume(run: Run, volume_id: str, snapshot_id: str, asked_by: AskedBy) -> None:
    """No undo: what the volume held is gone with the first step, as was asked for."""
    run.on_failure(mark_unreverted, volume_id, snapshot_id, asked_by)
    run.wait(data_as_before, volume_id, snapshot_id, deadline_s=DEADLINE_S)
    run.step(mark_reverted, volume_id, snapshot_id)


@workflow
def reimage_volume(run: Run, volume_id: str, image_id: str, old_status: Status, asked_by: AskedBy) -> None:
    """No undo: what the volume held is gone with the first step, as was asked for."""
    run.on_failure(mark_failed, volume_id, asked_by)
    run.wait(data_of_image, volume_id, image_id, deadline_s=DEADLINE_S)
    run.step(mark_reimaged, volume_id, old_status)


def volume_grown(parts: Parts, volume_id: str) -> bool:
    volume = parts.store.volumes.get(volume_id)
    return parts.hosts.ensure_volume(host_of(volume), VolumeSpec(place_of(volume), volume.size_gib)).is_ready


def mark_at_rest(parts: Parts, volume_id: str, old_status: Status) -> None:
    """In use or available, as its attachments are by now."""
    with parts.db.write():
        parts.store.volumes.move(volume_id, at_rest(parts, volume_id), parts.clock.now())


def at_rest(parts: Parts, volume_id: str) -> Status:
    """What the volume is when nobody works on it."""
    attached = parts.store.attachments.find_by(volume_id=volume_id, status="attached")
    return Status.AVAILABLE if attached is None else Status.IN_USE


def mark_unextended(parts: Parts, volume_id: str, old_size_gib: int, asked_by: AskedBy, fault: Fault) -> None:
    volume_failed(parts, volume_id, asked_by, fault, status=Status.ERROR_EXTENDING, size_gib=old_size_gib)


def data_as_before(parts: Parts, volume_id: str, snapshot_id: str) -> bool:
    volume, snapshot = parts.store.volumes.get(volume_id), parts.store.snapshots.get(snapshot_id)
    origin = place_of_snapshot(snapshot, volume)
    spec = VolumeSpec(place_of(volume), volume.size_gib, copy_of=origin, is_raw=volume.is_multiattach)
    return parts.hosts.revert_volume(host_of(volume), spec).is_ready


def mark_reverted(parts: Parts, volume_id: str, snapshot_id: str) -> None:
    with parts.db.write():
        parts.store.volumes.move(volume_id, Status.AVAILABLE, parts.clock.now())
        parts.store.snapshots.change(snapshot_id, status=Status.AVAILABLE)


def mark_unreverted(parts: Parts, volume_id: str, snapshot_id: str, asked_by: AskedBy, fault: Fault) -> None:
    with parts.db.write():
        parts.store.snapshots.change(snapshot_id, status=Status.AVAILABLE)
        volume_failed(parts, volume_id, asked_by, fault)


def data_of_image(parts: Parts, volume_id: str, image_id: str) -> bool:
    volume = parts.store.volumes.get(volume_id)
    image = parts.image.images.source(INTERNAL, image_id)
    spec = VolumeSpec(place_of(volume), volume.size_gib, image=image, is_raw=volume.is_multiattach)
    return parts.hosts.revert_volume(host_of(volume), spec).is_ready


def mark_reimaged(parts: Parts, volume_id: str, old_status: Status) -> None:
    """Reserved as it was, available, or in use by whoever could not wait for it. No undo: nothing follows."""
    with parts.db.write():
        status = at_rest(parts, volume_id)
        if status is Status.AVAILABLE and old_status is Status.RESERVED:
            status = Status.RESERVED
        parts.store.volumes.move(volume_id, status, parts.clock.now())


def mark_failed(parts: Parts, volume_id: str, asked_by: AskedBy, fault: Fault) -> None:
    volume_failed(parts, volume_id, asked_by, fault)
