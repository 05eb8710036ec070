"""Snapshots are taken and removed: a volume's blocks as they are at one moment, in a file of their own."""

from __future__ import annotations

from haneul.hostapi import VolumeSpec
from haneul.kit.workflow import Fault, Run, workflow
from haneul.services.volume.model import Status
from haneul.services.volume.parts import Parts
from haneul.services.volume.store import Wanted
from haneul.services.volume.workflows.asked import AskedBy
from haneul.services.volume.workflows.delete_volume import bury_snapshot, removed_from, snapshot_gone
from haneul.services.volume.workflows.failures import tell
from haneul.services.volume.workflows.places import host_of, place_of, place_of_snapshot

COPY_DEADLINE_S = 3600.0
DEADLINE_S = 300.0


@workflow
def create_snapshot(run: Run, snapshot_id: str, asked_by: AskedBy) -> None:
    run.on_failure(mark_untaken, snapshot_id, asked_by)
    run.wait(snapshot_taken, snapshot_id, deadline_s=COPY_DEADLINE_S, undo=remove_copy)
    run.step(mark_taken, snapshot_id)


@workflow
def delete_snapshot(run: Run, snapshot_id: str, asked_by: AskedBy) -> None:
    """No undo: what is removed stays removed."""
    run.on_failure(mark_kept, snapshot_id, asked_by)
    run.wait(snapshot_gone, snapshot_id, deadline_s=DEADLINE_S)
    run.step(bury_snapshot, snapshot_id)


@workflow
def create_group_snapshot(run: Run, group_snapshot_id: str, asked_by: AskedBy) -> None:
    """One after the other: each volume is as it was at one moment, the group is not frozen as a whole."""
    run.on_failure(mark_group_untaken, group_snapshot_id, asked_by)
    for snapshot_id in run.step(members, group_snapshot_id):
        run.wait(snapshot_taken, snapshot_id, deadline_s=COPY_DEADLINE_S, undo=remove_copy)
        run.step(mark_taken, snapshot_id)
    run.step(mark_group_taken, group_snapshot_id)


@workflow
def delete_group_snapshot(run: Run, group_snapshot_id: str, asked_by: AskedBy) -> None:
    """No undo: what is removed stays removed."""
    run.on_failure(mark_group_untaken, group_snapshot_id, asked_by)
    for snapshot_id in run.step(members, group_snapshot_id):
        run.wait(snapshot_gone, snapshot_id, deadline_s=DEADLINE_S)
        run.step(bury_snapshot, snapshot_id)
    run.step(bury_group_snapshot, group_snapshot_id)


def snapshot_taken(parts: Parts, snapshot_id: str) -> bool:
    snapshot = parts.store.snapshots.get(snapshot_id)
    volume = parts.store.volumes.get(snapshot.volume_id)
    spec = VolumeSpec(place_of_snapshot(snapshot, volume), snapshot.size_gib, copy_of=place_of(volume))
    return parts.hosts.ensure_volume(host_of(volume), spec).is_ready


def remove_copy(parts: Parts, snapshot_id: str) -> None:
    snapshot = parts.store.snapshots.find(snapshot_id)
    volume = None if snapshot is None else parts.store.volumes.find(snapshot.volume_id)
    if snapshot is not None and volume is not None and volume.host_id is not None:
        removed_from(parts, volume.host_id, place_of_snapshot(snapshot, volume))


def mark_taken(parts: Parts, snapshot_id: str) -> None:
    """No undo: the copy goes, and the failure says so."""
    now = parts.clock.now()
    with parts.db.write():
        snapshot = parts.store.snapshots.get(snapshot_id)
        if snapshot.status is Status.CREATING:
            parts.store.snapshots.change(snapshot_id, status=Status.AVAILABLE, progress="100%", updated_at=now)


def mark_untaken(parts: Parts, snapshot_id: str, asked_by: AskedBy, fault: Fault) -> None:
    _fail(parts, snapshot_id, asked_by, fault, Status.ERROR)


def mark_kept(parts: Parts, snapshot_id: str, asked_by: AskedBy, fault: Fault) -> None:
    _fail(parts, snapshot_id, asked_by, fault, Status.ERROR_DELETING)


def _fail(parts: Parts, snapshot_id: str, asked_by: AskedBy, fault: Fault, status: Status) -> None:
    with parts.db.write():
        snapshot = parts.store.snapshots.find(snapshot_id)
        if snapshot is None or (snapshot.status is Status.DELETING and status is Status.ERROR):
            return
        parts.store.snapshots.change(snapshot_id, status=status, updated_at=parts.clock.now())
        if parts.store.messages.find(asked_by.message_id) is None:
            tell(parts, ("VOLUME_SNAPSHOT", snapshot_id), asked_by, fault)


def members(parts: Parts, group_snapshot_id: str) -> tuple[str, ...]:
    mine = Wanted({"group_snapshot_id": group_snapshot_id})
    return tuple(snapshot.id for snapshot in parts.store.snapshots.list(mine))


def mark_group_taken(parts: Parts, group_snapshot_id: str) -> None:
    """No undo: nothing follows."""
    parts.store.group_snapshots.change(group_snapshot_id, status=Status.AVAILABLE)


def bury_group_snapshot(parts: Parts, group_snapshot_id: str) -> None:
    parts.store.group_snapshots.remove(group_snapshot_id)


def mark_group_untaken(parts: Parts, group_snapshot_id: str, asked_by: AskedBy, fault: Fault) -> None:
    with parts.db.write():
        found = parts.store.group_snapshots.find(group_snapshot_id)
        if found is None:
            return
        parts.store.group_snapshots.change(group_snapshot_id, status=Status.ERROR)
        for snapshot_id in members(parts, group_snapshot_id):
            parts.store.snapshots.change(snapshot_id, status=Status.ERROR)
        if parts.store.messages.find(asked_by.message_id) is None:
            tell(parts, ("GROUP_SNAPSHOT", group_snapshot_id), asked_by, fault)
